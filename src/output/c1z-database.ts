import { open, rm } from 'node:fs/promises';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { isOsError, osCode, osReason, sqliteCode, sqliteReason } from '../os-reasons.ts';
import { type C1zTable, putC1zAbout, type SyncType } from '../sync-format/c1z.ts';
import { c1zSchema } from '../sync-format/c1z-schema.ts';
import { toLocalTime } from '../sync-format/c1z-time.ts';
import type { C1zRow } from './c1z-rows.ts';

/** The tables that rows of a sync go into, with the columns that they bring. */
const columns = {
  v1_resource_types: ['external_id', 'data'],
  v1_resources: ['resource_type_id', 'external_id', 'parent_resource_type_id', 'parent_resource_id', 'data'],
  v1_entitlements: ['resource_type_id', 'resource_id', 'external_id', 'data'],
  v1_grants: [
    'resource_type_id',
    'resource_id',
    'entitlement_id',
    'principal_resource_type_id',
    'principal_resource_id',
    'external_id',
    'expansion',
    'needs_expansion',
    'data',
  ],
} as const satisfies Record<C1zTable, readonly string[]>;

/**
 * What is written anew when a row comes a second time; the other columns keep their first values, as in the Go writer.
 */
const renewed: Readonly<Record<C1zTable, readonly string[]>> = {
  v1_resource_types: ['data'],
  v1_resources: ['data'],
  v1_entitlements: ['data'],
  v1_grants: ['expansion', 'needs_expansion', 'data'],
};

/** The SQLite database of one sync, built in a file of its own. */
export interface C1zDatabase {
  /** Keeps a row; true when it is new, false when it took the place of one with the same id. */
  put(table: C1zTable, row: C1zRow): boolean;
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
  /** What Baton's tools call the sync: full when left out. */
  readonly syncType?: SyncType | undefined;
  readonly now: () => number;
}

/**
 * Creates the database, mode 0600; the path must be free. Its journal is in memory, so that no second file lies beside
 * it (Node's SQLite needs one), and it is never forced to the disk: after a fault it is thrown away. Indexes are
 * updated with the rows, so that nothing is sorted in a temporary folder.
 */
export async function createC1zDatabase({
  path,
  target,
  syncId,
  syncType = 'full',
  now,
}: C1zDatabaseOptions): Promise<C1zDatabase> {
  await createEmpty(path, target);
  const database = new DatabaseSync(path, { open: false });

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
    const { inserts, updates } = guarded(target, () =>
      begin(database, { syncId, syncType, startedAt: toLocalTime(now()) }),
    );
    return {
      remove,
      put: (table, row) =>
        guarded(target, () => {
          const { changes } = inserts[table].run(...valuesOf(row, columns[table]), syncId, toLocalTime(now()));
          if (changes === 0) {
            updates[table].run(...valuesOf(row, renewed[table]), row.external_id, syncId);
          }
          return changes !== 0;
        }),
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

type Statements = Readonly<Record<C1zTable, StatementSync>>;

/** Opens the database, makes its tables, and begins the one transaction of its life with the row of the sync itself. */
function begin(
  database: DatabaseSync,
  { syncId, syncType, startedAt }: { readonly syncId: string; readonly syncType: SyncType; readonly startedAt: string },
): { readonly inserts: Statements; readonly updates: Statements } {
  database.open();
  database.exec(
    'pragma journal_mode = memory; pragma synchronous = off; pragma locking_mode = exclusive; pragma temp_store = memory; pragma cache_size = -16384;',
  );
  database.exec(c1zSchema);
  database.exec('begin');
  database
    .prepare(
      "insert into v1_sync_runs (sync_id, started_at, sync_token, sync_type, grants_backfilled) values (?, ?, '', ?, 1)",
    )
    .run(syncId, startedAt, syncType);
  return {
    inserts: prepareAll(database, (table) => {
      const names = [...columns[table], 'sync_id', 'discovered_at'];
      return `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')}) on conflict (external_id, sync_id) do nothing`;
    }),
    updates: prepareAll(
      database,
      (table) =>
        `update ${table} set ${renewed[table].map((name) => `${name} = ?`).join(', ')} where external_id = ? and sync_id = ?`,
    ),
  };
}

function valuesOf(row: C1zRow, names: readonly string[]): (string | number | Uint8Array | null)[] {
  return names.map((name) => row[name] ?? null);
}

function prepareAll(database: DatabaseSync, sql: (table: C1zTable) => string): Statements {
  const prepare = (table: C1zTable): StatementSync => database.prepare(sql(table));
  return {
    v1_resource_types: prepare('v1_resource_types'),
    v1_resources: prepare('v1_resources'),
    v1_entitlements: prepare('v1_entitlements'),
    v1_grants: prepare('v1_grants'),
  };
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
