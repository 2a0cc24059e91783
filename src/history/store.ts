import type { FileIndex } from '../answers/file-index.ts';
import type { SyncSource } from '../answers/source.ts';
import type { WorkPlace } from '../answers/work-place.ts';
import type { EntitlementRow, GrantRow, ResourceRow } from '../model/row.ts';
import type { ResourceType } from '../model/messages.ts';

/** One sync that a store keeps. */
export interface KeptSync {
  /** Its number in the store: later syncs have higher ones. */
  readonly n: number;
  readonly projectId: string;
  readonly syncId: string;
  /** RFC 3339. What a sync found was so at some time between the two. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly finishedMs: number;
  /** Rows that this sync showed first, and rows of the sync before that it did not show any more. */
  readonly added: number;
  readonly ended: number;
  /** The rows of this sync, by table. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Which sync is meant: the newest one of a project at a time, or simply the newest one. */
export interface WhichSync {
  /** May be left out where the store has one project. */
  readonly projectId?: string | undefined;
  /** Epoch milliseconds: the last sync that had finished by then. */
  readonly atMs?: number | undefined;
}

/** Rows written, by section and by resource type, as a file of a sync counts them. */
export interface WrittenCounts {
  readonly resourceTypes: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly entitlements: Readonly<Record<string, number>>;
  readonly grants: Readonly<Record<string, number>>;
}

/** How a sync goes into a store. */
export interface StoreTargetOptions {
  readonly projectId: string;
  readonly syncId: string;
  /** What was over so long before this sync is taken out with it; nothing without. */
  readonly keepMs?: number | undefined;
  /** This process has to answer others meanwhile: what takes seconds is done in a thread. */
  readonly isAnswering?: boolean | undefined;
  /** From how many rows on that takes seconds. */
  readonly threadFrom?: number | undefined;
  /** How long another writer is waited for, told to `onWait` once. */
  readonly patienceMs?: number | undefined;
  readonly onWait?: (() => void) | undefined;
  readonly wait?: ((ms: number) => Promise<unknown>) | undefined;
}

/** What a check of a store found: nothing wrong where both are empty. */
export interface Verified {
  readonly syncs: readonly KeptSync[];
  /** Syncs whose rows are not those that went in. */
  readonly changed: readonly KeptSync[];
  /** What the database finds wrong with itself. */
  readonly faults: readonly string[];
}

/** A sync on its way into a store: it goes in whole with `finish`, or not at all. */
export interface StoreTarget {
  resourceTypes(rows: readonly ResourceType[]): Promise<void>;
  resources(rows: readonly ResourceRow[]): Promise<void>;
  entitlements(rows: readonly EntitlementRow[]): Promise<void>;
  grants(rows: readonly GrantRow[]): Promise<void>;
  readonly counts: WrittenCounts;
  finish(summary: (contentHash: string) => object): Promise<void>;
  discard(): Promise<void>;
}

/** What a query in SQL found. */
export interface QueryAnswer {
  readonly columns: readonly string[];
  rows(): AsyncGenerator<readonly (readonly unknown[])[]>;
}

/** What an index will be asked, and of whom or what. */
export interface Question {
  readonly about: 'access' | 'who-can' | 'timeline';
  readonly of: string;
}

/** What an index is for: a store that is elsewhere brings no more than that. */
export interface IndexNeeds {
  /** Whether it is asked for what came and went before. */
  readonly hasPast?: boolean | undefined;
  /** Whether it is not asked for what messages alone tell: last sign-ins, and profiles of tenants and configurations. */
  readonly isLean?: boolean | undefined;
  /** The one question that it is asked, where that is known; it implies `isLean`. */
  readonly question?: Question | undefined;
  /** What else will be looked up by name, so that it is told which other sync has what this one has not. */
  readonly names?: readonly string[] | undefined;
  /** Where what is brought here lies. */
  readonly work?: WorkPlace | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a store. What a sync showed does not change when others are added, so an answer need not keep writers out.
 */
export interface HistoryReader extends AsyncDisposable {
  readonly path: string;
  /** In the order in which they finished. */
  syncs(projectId?: string): Promise<readonly KeptSync[]>;
  /** `not-found` where there is no such sync, or it is not clear which project is meant. */
  choose(which: WhichSync): Promise<KeptSync>;
  /** All that one sync brought, as a file of it would have it. */
  source(sync: KeptSync): Promise<SyncSource>;
  /** The same, ready for questions: it has a connection of its own. */
  index(sync: KeptSync, needs?: IndexNeeds): Promise<FileIndex>;
  /** Asks the views of `../answers/sql-views.ts` where the store is, if it is elsewhere: else an index is asked. */
  readonly query?: (sync: KeptSync, sql: string) => Promise<QueryAnswer>;
}
