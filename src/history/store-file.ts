import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { hasOsCode, isOsError, osReason } from '../os-reasons.ts';
import { inThread, mendedIn } from '../output/index-aside.ts';
import { unfinishedPath } from '../output/leftovers.ts';
import { placeOf } from '../output/place.ts';
import { printable } from '../printable.ts';
import { sortIn } from '../sync-format/sort-in.ts';
import { guarded, heldByAnother, isBusy, noStore, toStoreFault } from './faults.ts';
import { makeLateIndexes, newFilePragmas } from './late-indexes.ts';
import { applicationId, steps } from './schema.ts';

/** A store that is open for one change, which is made whole or not at all. */
export interface StoreChange {
  readonly database: DatabaseSync;
  /** Whether the store is made by this change. */
  readonly isNew: boolean;
  /**
   * Makes the indexes that are made when many rows are in; of a new store in a thread, if that is asked for: what was
   * prepared before is of no use then.
   */
  makeIndexes(options: { readonly isAside: boolean }): Promise<void>;
  commit(): Promise<void>;
  /** Leaves the store as it was; nothing happens after `commit`. Never throws. */
  rollback(): Promise<void>;
}

export interface ChangeOptions {
  /** Whether a store that is not there is made. */
  readonly mayCreate: boolean;
  /** How long another writer is waited for, told to `onWait` once. */
  readonly patienceMs?: number | undefined;
  readonly onWait?: (() => void) | undefined;
  readonly wait?: ((ms: number) => Promise<unknown>) | undefined;
}

export const defaultPatienceMs = 10_000;
export const tryAgainMs = 200;

/** Begins a change of the store at a path. Another writer is waited for a while, then told as `held`. */
export async function beginChange(path: string, options: ChangeOptions): Promise<StoreChange> {
  const place = await placeOf(path);
  const isThere = await stat(place).then(
    (status) => status.isFile(),
    () => false,
  );
  if (!isThere && !options.mayCreate) {
    throw new ConnectorError('local-io', `cannot read ${printable(path)}: there is no such file`);
  }
  return isThere ? await changeOf(path, place, options) : await creationOf(path, place);
}

/** A new store grows beside its place, without a journal: it is put there when it is whole. */
async function creationOf(path: string, place: string): Promise<StoreChange> {
  const growing = unfinishedPath(place, '.db.tmp');
  try {
    await (await open(growing, 'wx', 0o600)).close();
  } catch (thrown) {
    throw toWriteFault(path, 'create a file in its folder', thrown);
  }
  const database = new DatabaseSync(growing, { open: false });
  let isDone = false;
  const remove = async (): Promise<void> => {
    closeQuietly(database);
    await rm(growing, { force: true }).catch(() => undefined);
  };
  try {
    guarded(path, 'write', () => {
      database.open();
      beginFile(database);
    });
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  return {
    database,
    isNew: true,
    makeIndexes: async ({ isAside }) => {
      if (!isAside) {
        guarded(path, 'write', () => makeLateIndexes(database, { hasRoom: true }));
        return;
      }
      guarded(path, 'write', () => {
        database.exec('commit');
        database.close();
      });
      const job = { path: growing, folder: dirname(place) };
      const outcome = await inThread('store-index-thread', import.meta.url, job);
      guarded(path, 'write', () => {
        mendedIn(outcome);
        database.open();
        beginFile(database);
      });
    },
    commit: async () => {
      try {
        guarded(path, 'write', () => {
          database.exec('commit');
          database.exec('pragma analysis_limit = 1000; analyze');
          database.close();
        });
        await forceToDisk(growing);
        await putInPlace(path, growing, place);
        isDone = true;
      } catch (thrown) {
        throw toWriteFault(path, 'put it in its place', thrown);
      } finally {
        await remove();
      }
    },
    rollback: async () => {
      if (!isDone) {
        await remove();
      }
    },
  };
}

/** A file with the tables of a store, in a transaction, for rows of a store that is elsewhere. */
export async function createReplicaFile(path: string, place: string): Promise<DatabaseSync> {
  await (await open(place, 'wx', 0o600)).close();
  const database = new DatabaseSync(place);
  guarded(path, 'read', () => beginFile(database));
  return database;
}

function beginFile(database: DatabaseSync): void {
  database.exec(newFilePragmas);
  database.exec(`pragma application_id = ${applicationId}`);
  database.exec('begin');
  migrate(database);
}

/** A store that is there is changed where it is: while that lasts, readers see what was there before. */
async function changeOf(
  path: string,
  place: string,
  { patienceMs = defaultPatienceMs, onWait, wait = sleep }: ChangeOptions,
): Promise<StoreChange> {
  const database = guarded(path, 'write', () => openStore(path, place, false));
  let isOpen = true;
  const close = (): void => {
    if (isOpen) {
      isOpen = false;
      settle(database);
    }
  };
  try {
    let waited = 0;
    for (;;) {
      try {
        database.exec('pragma journal_mode = wal');
        database.exec('pragma synchronous = full; pragma cache_size = -65536; pragma secure_delete = on');
        sortIn(database, dirname(place));
        database.exec('begin immediate');
        break;
      } catch (thrown) {
        if (!isBusy(thrown)) {
          throw thrown;
        }
        if (waited >= patienceMs) {
          throw heldByAnother(path);
        }
        if (waited === 0) {
          onWait?.();
        }
        await wait(tryAgainMs);
        waited += tryAgainMs;
      }
    }
    migrate(database);
  } catch (thrown) {
    close();
    throw toStoreFault(path, thrown, 'write');
  }
  return {
    database,
    isNew: false,
    makeIndexes: async () => guarded(path, 'write', () => makeLateIndexes(database)),
    commit: async () => {
      try {
        guarded(path, 'write', () => database.exec('commit'));
      } finally {
        close();
      }
    },
    rollback: async () => close(),
  };
}

/**
 * Opens a store. One that a newer version made is refused, and so is a file that is none; a store of an older version is
 * brought up to date with the next change.
 */
export function openStore(path: string, place: string, readOnly: boolean): DatabaseSync {
  const database = new DatabaseSync(place, { readOnly, timeout: readOnly ? 5_000 : 0 });
  try {
    if (database.prepare('pragma page_count').get()?.['page_count'] === 0) {
      throw new ConnectorError(
        'invalid',
        `cannot read ${printable(path)}: the file is empty, and no store; remove it, and a sync or "history import" makes one in its place`,
      );
    }
    if (Number(database.prepare('pragma application_id').get()?.['application_id']) !== applicationId) {
      throw noStore(path, 'it is a database, and no store of ours');
    }
    const version = versionOf(database);
    if (version > steps.length) {
      throw noStore(path, `a newer version of baton-descope made it (its layout is ${version}, ours ${steps.length})`);
    }
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version']);
}

/** Takes the steps that a store lacks. */
function migrate(database: DatabaseSync): void {
  const version = versionOf(database);
  if (version < steps.length) {
    steps.slice(version).forEach((sql) => database.exec(sql));
    database.exec(`pragma user_version = ${steps.length}`);
  }
}

/** Gives up what was not committed, and leaves all in the one file, unless somebody reads it just now. */
function settle(database: DatabaseSync): void {
  for (const sql of ['rollback', 'pragma journal_mode = delete']) {
    try {
      database.exec(sql);
    } catch {
      // nothing was under way; or a reader is there, and the next writer does it
    }
  }
  closeQuietly(database);
}

function closeQuietly(database: DatabaseSync): void {
  try {
    if (database.isOpen) {
      database.close();
    }
  } catch {
    // what it holds is given up
  }
}

async function forceToDisk(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

/** Puts a new file where none is: one that somebody else has put there meanwhile stays. */
async function putInPlace(path: string, from: string, place: string): Promise<void> {
  try {
    await link(from, place);
  } catch (thrown) {
    if (hasOsCode(thrown, 'EEXIST')) {
      throw heldByAnother(path);
    }
    if (!hasOsCode(thrown, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP')) {
      throw thrown;
    }
    await rename(from, place); // a file system without links
  }
  await using folder = await open(dirname(place), 'r');
  await folder.sync();
}

function toWriteFault(path: string, step: string, thrown: unknown): unknown {
  return thrown instanceof ConnectorError || !isOsError(thrown)
    ? toStoreFault(path, thrown, 'write')
    : new ConnectorError('local-io', `cannot write ${printable(path)}: could not ${step}: ${osReason(thrown)}`);
}
