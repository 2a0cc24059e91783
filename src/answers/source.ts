import type { Section } from '../sync-format/layout.ts';
import type { StoredMessage } from '../sync-format/stored-rows.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import type { FileRow } from './rows.ts';

/**
 * A complete file of a sync, open for reading. Every call of `rows` or `messages` is one pass over the file, in memory
 * that does not grow with it; rows come in batches: resources first, then grants. A file that turns out to be damaged
 * on the way ends the pass with `inconsistent`, so what was made of the rows counts only after the pass has ended.
 */
export interface SyncSource extends AsyncDisposable {
  readonly path: string;
  readonly kind: 'json' | 'ndjson' | 'c1z' | 'db';
  /** Bytes of the file itself: passes can be told how far they are by it. */
  readonly size: number;
  readonly summary: FileSummary;
  /** The summary as the file has it, with all that is not understood here; a `.c1z` that others wrote has none. */
  readonly wholeSummary: object | undefined;
  /** Of a sync that a store keeps. */
  readonly moment?: Moment | undefined;
  /** Whether what is no person was left out. */
  readonly isHumansOnly?: boolean;
  /** The types that the sync read, also those of which there is nothing. */
  types(signal?: AbortSignal): Promise<ReadonlySet<string>>;
  rows(signal?: AbortSignal): AsyncGenerator<readonly FileRow[]>;
  /** The same as the messages that they are, resource types and entitlements too. */
  messages(signal?: AbortSignal): AsyncGenerator<readonly StoredMessage[]>;
  /** One row by its name, where the file can be asked for it without reading the rest: see `findMessages`. */
  readonly find?: (name: { readonly section: Section; readonly id: string }) => StoredMessage | undefined;
}

/** A sync that a store keeps, and the next one: what changed between the two is known to lie between them, not when. */
export interface Moment {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly next?: { readonly startedAt: string; readonly finishedAt: string } | undefined;
}
