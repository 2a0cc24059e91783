import { Catalog, type ReadRows, readRows } from '../../access/catalog.ts';
import { type CatalogList, listedPermissions, listedRoles, listedTenants } from '../../access/catalog-list.ts';
import type { HolderType } from '../../access/holder-list.ts';
import type { DescopeClient } from '../../descope/client.ts';
import type { CallOptions } from '../../descope/http/call.ts';
import { listsToReread } from './findings.ts';
import type { HolderIndex } from './holder-index.ts';
import { otherSources } from './other-holders.ts';
import type { Catalogs } from './shared-catalogs.ts';
import { singleFlight } from './single-flight.ts';

export interface CatalogReadsOptions {
  readonly project: Pick<DescopeClient, 'readList'>;
  readonly lists: readonly CatalogList<unknown>[];
  readonly otherHolders: readonly HolderType[];
  readonly catalogs: Catalogs;
  /** Options for a call that counts for this sync. */
  readonly call: (signal?: AbortSignal) => CallOptions;
}

/** How one sync reads the whole lists: once, and those again in which something that is held does not stand. */
export class CatalogReads {
  /** The lists as first read; for all who ask at the same time in one. */
  readonly first: (signal?: AbortSignal) => Promise<Catalog>;
  readonly #options: CatalogReadsOptions;
  #firstNow: Catalog | undefined;

  constructor(options: CatalogReadsOptions) {
    this.#options = options;
    this.first = singleFlight(async (signal) => {
      this.#firstNow = options.catalogs.share(new Catalog(await this.#load(options.lists, signal)));
      return this.#firstNow;
    });
  }

  /** The lists as first read, if they are read already. */
  get firstNow(): Catalog | undefined {
    return this.#firstNow;
  }

  /**
   * The lists with what a second look adds, where the users of an index, or other principals, hold something that the
   * first look did not show: a role may be younger than that.
   */
  async again(first: Catalog, users: HolderIndex, signal?: AbortSignal): Promise<Catalog> {
    const { otherHolders, catalogs } = this.#options;
    const others = otherSources(first, otherHolders).map((source) => source.index);
    const wanted = listsToReread(first, [users, ...others]);
    const lists = [wanted.tenants ? listedTenants : undefined, wanted.roles ? listedRoles : undefined, ...wanted.named];
    const joined = first.joinedWith(
      await this.#load(
        lists.filter((list) => list !== undefined),
        signal,
      ),
    );
    return catalogs.share(
      listsToReread(joined, []).permissions ? joined.joinedWith(await this.#load([listedPermissions], signal)) : joined,
    );
  }

  async #load(lists: readonly CatalogList<unknown>[], signal?: AbortSignal): Promise<readonly ReadRows[]> {
    const { project, call } = this.#options;
    return await Promise.all(
      lists.map(async (list) => readRows(list, await project.readList(list.whole, call(signal)))),
    );
  }
}
