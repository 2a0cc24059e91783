import { RowsDigest } from './digest.ts';

/** In which syncs a version stood: from `since` on, up to `until`. */
export interface Stood {
  readonly project: number;
  readonly since: number;
  readonly until: number | undefined;
}

interface NumberedSync {
  readonly n: number;
  readonly project: number;
}

/** Adds versions up to the hash of each sync: every one is added once, whatever the number of syncs. */
export class SyncSums {
  readonly #changes = new Map<string, RowsDigest>();
  readonly #syncs: readonly NumberedSync[];
  /** The first sync that is kept of each project. */
  readonly #firsts: ReadonlyMap<number, number>;

  /** All syncs that are kept, in the order in which they went in. */
  constructor(syncs: readonly NumberedSync[]) {
    this.#syncs = syncs;
    this.#firsts = new Map(syncs.toReversed().map(({ n, project }) => [project, n]));
  }

  add(bytes: Uint8Array, { project, since, until }: Stood): void {
    this.#at(project, Math.max(since, this.#firsts.get(project) ?? 0)).add(bytes); // pruned: it stood before the first
    if (until !== undefined) {
      this.#at(project, until).remove(bytes);
    }
  }

  /** What the rows of each sync come to, by its number. */
  all(): ReadonlyMap<number, RowsDigest> {
    const sums = new Map<number, RowsDigest>();
    const last = new Map<number, RowsDigest>();
    for (const { n, project } of this.#syncs) {
      const sum = new RowsDigest(last.get(project)?.bytes);
      sum.addAll(this.#at(project, n));
      last.set(project, sum);
      sums.set(n, sum);
    }
    return sums;
  }

  #at(project: number, sync: number): RowsDigest {
    const key = `${project} ${sync}`;
    const found = this.#changes.get(key) ?? new RowsDigest();
    this.#changes.set(key, found);
    return found;
  }
}
