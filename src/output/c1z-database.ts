import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import type { ResourceType } from '../model/messages.ts';
import type { EntitlementRow, GrantRow, ResourceRow } from '../model/row.ts';
import { isOsError, osCode, osReason, sqliteCode, sqliteReason } from '../os-reasons.ts';
import { putC1zAbout, type SyncType } from '../sync-format/c1z.ts';
import { c1zTablesSql } from '../sync-format/c1z-schema.ts';
import { toLocalTime } from '../sync-format/c1z-time.ts';
import { c1zPragmas, makeIndexes, type Mended } from './c1z-indexes.ts';
import { insertInto } from './c1z-insert.ts';
import { type C1zRows, entitlementRows, grantRows, resourceRows, typeRows } from './c1z-rows.ts';
import { indexInThread, mendedIn } from './index-aside.ts';

/** The SQLite database of one sync, built in a file of its own. */
export interface C1zDatabase {
  resourceTypes(rows: readonly ResourceType[]): void;
  resources(rows: readonly ResourceRow[]): void;
  entitlements(rows: readonly EntitlementRow[]): void;
  grants(rows: readonly GrantRow[]): void;
  /**
   * Makes the indexes when all rows are in. Rows that came twice are one then; tells how many there are of each type,
   * for the tables in which that changed something.
   */
  settle(): Promise<Mended>;
  /**
   * Marks the sync as finished, stores what it tells of itself, and closes the file. All of it is in that file then.
   */
  finish(about: object): void;
  /** Closes the file if it is open and removes it; never throws. */
  remove(): Promise<void>;
}

export interface C1zDatabaseOptions {
  readonly path: string;
  /** The file that this is made for: errors name it. */
  readonly target: string;
  readonly syncId: string;
  readonly syncType?: SyncType | undefined;
  readonly now: () => number;
  /** From so many rows on the indexes are made in a thread; never when left out. */
  readonly threadFrom?: number | undefined;
}

/**
 * Creates the database, mode 0600; the path must be free. Its journal is in memory, so that no second file lies beside
 * it (Node's SQLite needs one), and it is never forced to the disk: after a fault it is thrown away. What is sorted
 * for the indexes lies in files without a name, in the same folder: no other need have room.
 */
export async function createC1zDatabase({
  path,
  target,
  syncId,
  syncType = 'full',
  now,
  threadFrom = Number.POSITIVE_INFINITY,
}: C1zDatabaseOptions): Promise<C1zDatabase> {
  await createEmpty(path, target);
  const database = new DatabaseSync(path, { open: false });
  let rowCount = 0;

  /** Here, with turns for others between the steps: each is short. */
  async function indexHere(): Promise<Mended> {
    const steps = makeIndexes(database, dirname(path));
    for (;;) {
      const step = guarded(target, () => steps.next());
      if (step.done === true) {
        return step.value;
      }
      await new Promise(setImmediate);
    }
  }

  /** In a thread: a step may take many seconds, in which heartbeats, calls and probes have to be answered. */
  async function indexAside(): Promise<Mended> {
    guarded(target, () => {
      database.exec('commit');
      database.close();
    });
    const outcome = await indexInThread({ path, folder: dirname(path) });
    return guarded(target, () => {
      const mended = mendedIn(outcome);
      database.open();
      database.exec(`${c1zPragmas} begin`);
      return mended;
    });
  }

  function entering<R>(kind: C1zRows<R>): (rows: readonly R[]) => void {
    const insert = insertInto(database, syncId, kind);
    return (rows) => {
      rowCount += rows.length;
      guarded(target, () => insert(rows, toLocalTime(now())));
    };
  }

  async function remove(): Promise<void> {
    if (database.isOpen) {
      try {
        database.close();
      } catch {
        // the file is removed next
      }
    }
    await rm(path, { force: true }).catch(() => undefined);
  }

  try {
    guarded(target, () => begin(database, { syncId, syncType, startedAt: toLocalTime(now()) }));
    return {
      remove,
      resourceTypes: entering(typeRows),
      resources: entering(resourceRows),
      entitlements: entering(entitlementRows),
      grants: entering(grantRows),
      settle: async () => await (rowCount < threadFrom ? indexHere() : indexAside()),
      finish: (about) =>
        guarded(target, () => {
          putC1zAbout(database, syncId, about);
          database.prepare('update v1_sync_runs set ended_at = ? where sync_id = ?').run(toLocalTime(now()), syncId);
          database.exec('commit');
          database.close();
        }),
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/** Larger pages than SQLite's usual ones of 4 KiB: fewer of them are looked for, read and written. */
const pageBytes = 16 * 1024;

/**
 * Opens the database, makes its tables, and begins the one transaction of its life with the row of the sync itself.
 */
function begin(
  database: DatabaseSync,
  { syncId, syncType, startedAt }: { readonly syncId: string; readonly syncType: SyncType; readonly startedAt: string },
): void {
  database.open();
  database.exec(`pragma page_size = ${pageBytes}; ${c1zPragmas}`);
  database.exec(c1zTablesSql);
  database.exec('begin');
  database
    .prepare(
      "insert into v1_sync_runs (sync_id, started_at, sync_token, sync_type, grants_backfilled) values (?, ?, '', ?, 1)",
    )
    .run(syncId, startedAt, syncType);
}

/** SQLite would create the file with a mode of its own; an empty file of ours keeps the mode that it has. */
async function createEmpty(path: string, target: string): Promise<void> {
  try {
    const handle = await open(path, 'wx', 0o600);
    await handle.close();
  } catch (thrown) {
    throw toLocalIo(target, 'create a file in its folder', thrown);
  }
}

/** A fault of the file system as what it means for the target; anything that is already told stays as it is. */
export function toLocalIo(target: string, step: string, thrown: unknown): unknown {
  if (thrown instanceof ConnectorError || !isOsError(thrown)) {
    return thrown;
  }
  return new ConnectorError('local-io', `cannot write ${target}: could not ${step}: ${osReason(thrown)}`, {
    code: osCode(thrown),
  });
}

function guarded<T>(target: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const reason = sqliteReason(thrown);
    if (reason === undefined) {
      throw thrown;
    }
    throw new ConnectorError('local-io', `cannot write ${target}: could not write its database: ${reason}`, {
      code: sqliteCode(thrown) ?? 0,
    });
  }
}
