import { getHeapStatistics } from 'node:v8';
import { ConnectorError } from '../../errors.ts';
import type { TokenFields } from '../../model/page-token.ts';
import type { Catalog } from '../../access/catalog.ts';
import { createCatalogs } from './shared-catalogs.ts';
import type { CompletedRead } from './completed-read.ts';
import {
  type ProjectRead,
  type SyncPolicy,
  SyncSession,
  type SyncSessionOptions,
  type TypesRead,
} from './sync-session.ts';

const second = 1_000;
const tickMs = second;

/**
 * How much is kept for syncs that were begun and never ended. The figures:
 * docs/decisions/022-abandoned-syncs-are-bounded.md.
 */
export interface ReadLimits {
  /** A read without a call for this long is ended. */
  readonly idleMs: number;
  /** A read without a call for this long drops the pages that it read ahead. The next call requests them again. */
  readonly restMs: number;
  /** The same, where more reads than `awake` hold pages that they read ahead. */
  readonly crowdedRestMs: number;
  readonly awake: number;
  /** So many of the reads that were used last are never ended before their time. */
  readonly spared: number;
  /** Nor is one that was asked of within this. */
  readonly spareMs: number;
  /** Of more than these the ones that were used least recently are ended; `bytes` counts those that are not spared. */
  readonly reads: number;
  readonly bytes: number;
  /** Above this no sync is begun. */
  readonly fullBytes: number;
}

export function defaultLimits(heapBytes = getHeapStatistics().heap_size_limit): ReadLimits {
  return {
    idleMs: 15 * 60 * second,
    restMs: 30 * second,
    crowdedRestMs: second,
    awake: 2,
    spared: 8,
    spareMs: 2 * second,
    reads: 200,
    bytes: 2 * 1024 * 1024,
    fullBytes: heapBytes / 2,
  };
}

/** What a call says about the read that it belongs to. */
export interface ReadCall {
  /** Empty for a caller who names no sync: then the other fields decide. */
  readonly syncId: string;
  /** Where the call goes on: the read that gave this out, if it is still there. */
  readonly cursor?: TokenFields | undefined;
  /** The first page of the users, or GetResource: without a sync id it begins a read of its own. */
  readonly begins?: boolean;
  /** The one resource that is asked for, or whose grants are. */
  readonly resource?: string;
}

/** The reads of the syncs that are under way, one for each `active_sync_id`: two syncs never share what they saw. */
export interface SyncSessions {
  /** Does work on the read that the call belongs to, begun when it is new. `rate-limited` when no more can be begun. */
  use<T>(call: ReadCall, work: (read: SyncSession) => Promise<T>): Promise<T>;
  /** The read of this sync if there is one. */
  peek(syncId: string): SyncSession | undefined;
  /** Ends a sync's read. */
  end(syncId: string): void;
  /** Ends all of them. */
  close(): void;
}

export interface SyncSessionsOptions {
  readonly project: ProjectRead;
  readonly policy: SyncPolicy;
  readonly types: TypesRead;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Calls `work` every so often until what it answers is called. It must not keep the process alive. */
  readonly every?: (ms: number, work: () => void) => () => void;
  readonly limits?: ReadLimits;
  /** Told when a sync has read every user. */
  readonly onCompleted?: (completed: CompletedRead) => void;
  readonly judge?: SyncSessionOptions['judge'];
}

interface Entry {
  readonly read: SyncSession;
  readonly syncId: string;
  /** The resource that GetResource asked for: this read is for that one alone. */
  readonly resource: string | undefined;
  usedAt: number;
  calls: number;
  isAwake: boolean;
}

export function createSyncSessions({
  project,
  policy,
  types,
  now = () => performance.now(),
  every = realEvery,
  limits = defaultLimits(),
  onCompleted,
  judge,
}: SyncSessionsOptions): SyncSessions {
  const catalogs = createCatalogs(() => entries.size > 1);
  /** In the order in which they were begun. */
  const entries = new Set<Entry>();
  let stopClock: (() => void) | undefined;

  function begin(syncId: string, resource: string | undefined): Entry {
    makeRoom(1);
    if (entries.size >= limits.reads || bytesOf(entries) > limits.fullBytes) {
      throw full(entries.size, leastRecent(entries));
    }
    const entry: Entry = {
      read: new SyncSession({ project, policy, types, catalogs, onCompleted, judge }),
      syncId,
      resource,
      usedAt: now(),
      calls: 0,
      isAwake: true,
    };
    entries.add(entry);
    stopClock ??= every(tickMs, tick);
    return entry;
  }

  function endEntry(entry: Entry): void {
    entry.read.close();
    entries.delete(entry);
    if (entries.size === 0) {
      stopClock?.();
      stopClock = undefined;
    }
  }

  function endIdle(): void {
    for (const entry of entries) {
      if (entry.calls === 0 && now() - entry.usedAt > limits.idleMs) {
        endEntry(entry);
      }
    }
  }

  /** The clock ends reads without calls, so that they do not wait for the next call to be ended. */
  function tick(): void {
    endIdle();
    const awake = [...entries].filter(({ isAwake }) => isAwake);
    const restMs = awake.length > limits.awake ? limits.crowdedRestMs : limits.restMs;
    for (const entry of awake) {
      if (entry.calls === 0 && now() - entry.usedAt >= restMs) {
        entry.isAwake = false;
        entry.read.pause();
      }
    }
    makeRoom(0);
  }

  /** Ends what was used least recently until little enough is left. What is in use, or was a moment ago, stays. */
  function makeRoom(more: number): void {
    const byUse = [...entries].toSorted((left, right) => left.usedAt - right.usedAt);
    const rest = new Set(byUse.slice(0, Math.max(0, byUse.length + more - limits.spared)));
    const sparedCatalogs = new Set(byUse.slice(rest.size).flatMap(({ read }) => read.catalogs));
    for (const entry of [...rest].filter(({ calls, usedAt }) => calls === 0 && now() - usedAt >= limits.spareMs)) {
      if (entries.size + more <= limits.reads && bytesOf(rest, sparedCatalogs) <= limits.bytes) {
        return;
      }
      endEntry(entry);
      rest.delete(entry);
    }
  }

  /** When the read that was used least recently may be ended, somebody else can come. */
  function full(count: number, oldest: Entry | undefined): ConnectorError {
    const waitMs = Math.max(second, limits.spareMs - (now() - (oldest?.usedAt ?? 0)));
    const seconds = Math.ceil(waitMs / second);
    return new ConnectorError(
      'rate-limited',
      `${count} syncs are under way and none of them can be set aside: come back in ${seconds} s, and end each sync with Cleanup`,
      {
        resetAt: Date.now() + seconds * second,
      },
    );
  }

  /** The read of a caller who names no sync: the one that gave the cursor out, else the newest that can answer. */
  function unnamed({ cursor, begins = false, resource }: ReadCall): Entry {
    if (begins) {
      return begin('', resource);
    }
    const newestFirst = [...entries].filter(({ syncId }) => syncId === '').toReversed();
    const giver =
      cursor &&
      (newestFirst.find(({ read }) => read.gaveOut(cursor) === 'exactly') ??
        newestFirst.find(({ read }) => read.gaveOut(cursor) !== 'never'));
    return (
      giver ??
      newestFirst.find(
        (entry) => (entry.resource === undefined || entry.resource === resource) && !isOfUsers(cursor),
      ) ??
      begin('', undefined)
    );
  }

  return {
    use: async (call, work) => {
      endIdle();
      const entry = call.syncId === '' ? unnamed(call) : (named(entries, call.syncId) ?? begin(call.syncId, undefined));
      entry.isAwake = true;
      entry.usedAt = now();
      entry.calls += 1;
      try {
        return await work(entry.read);
      } finally {
        entry.calls -= 1;
        entry.usedAt = now();
      }
    },
    peek: (syncId) => named(entries, syncId)?.read,
    end: (syncId) => {
      const ended = [...entries].filter((entry) => entry.syncId === syncId);
      // Several callers may name no sync: one that is done must not end what another is in the middle of.
      const done =
        syncId === '' && ended.length > 1 ? ended.filter(({ read }) => read.completedNow !== undefined) : ended;
      done.forEach(endEntry);
    },
    close: () => [...entries].forEach(endEntry),
  };
}

/** The newest one for callers who name none. */
function named(entries: ReadonlySet<Entry>, syncId: string): Entry | undefined {
  return [...entries].findLast((entry) => entry.syncId === syncId);
}

/** A cursor of the users that no read here gave out is another process's: only a read begun there goes on from it. */
function isOfUsers(cursor: TokenFields | undefined): boolean {
  return cursor?.['i'] !== undefined && cursor['q'] !== undefined;
}

function leastRecent(entries: ReadonlySet<Entry>): Entry | undefined {
  return [...entries].reduce<Entry | undefined>(
    (oldest, entry) => (oldest === undefined || entry.usedAt < oldest.usedAt ? entry : oldest),
    undefined,
  );
}

/** What they hold; a catalog that several share counts once, and one that others hold besides not at all. */
function bytesOf(entries: Iterable<Entry>, ofOthers: ReadonlySet<Catalog> = new Set()): number {
  const reads = [...entries].map(({ read }) => read);
  const catalogs = new Set(reads.flatMap((read) => read.catalogs)).difference(ofOthers);
  return sum(reads.map((read) => read.bytes)) + sum([...catalogs].map(({ bytes }) => bytes));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function realEvery(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  timer.unref();
  return () => clearInterval(timer);
}
