import type { DatabaseSync } from 'node:sqlite';
import { throwIfCancelled } from '../errors.ts';
import { isPostgres } from '../store-url.ts';
import { RowsDigest } from './digest.ts';
import { guarded } from './faults.ts';
import { grantIdentityIn } from './grant-identity.ts';
import { identityBytes } from './grant-messages.ts';
import { keptSyncs } from './kept.ts';
import { versionTables } from './schema.ts';
import { openStore } from './store-file.ts';
import type { Verified } from './store.ts';
import { SyncSums } from './sync-sums.ts';

const rowsAtOnce = 2_000;
const mostFaults = 20;

/**
 * Checks the file, and makes the hash of every sync anew from the rows that are kept: each version counts for the syncs
 * in which it stood, so one pass over them does for all syncs.
 */
export async function verifyStore(path: string, signal?: AbortSignal): Promise<Verified> {
  return isPostgres(path)
    ? await (await import('./postgres/verify.ts')).verifyPostgres(path, signal)
    : await verifyFile(path, signal);
}

async function verifyFile(path: string, signal?: AbortSignal): Promise<Verified> {
  const database = guarded(path, 'read', () => openStore(path, path, true));
  try {
    const syncs = guarded(path, 'read', () => keptSyncs(database));
    const faults = guarded(path, 'read', () => faultsOf(database));
    const sums = await digestsOf(path, database, signal);
    return {
      syncs,
      faults,
      changed: syncs.filter(({ n }) => sums.get(n)?.text !== kept(database, n).text),
    };
  } finally {
    database.close();
  }
}

/** What the rows of each sync come to, by its number. */
export async function digestsOf(
  path: string,
  database: DatabaseSync,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, RowsDigest>> {
  const sums = new SyncSums(
    database
      .prepare('select n, project from sync order by n')
      .all()
      .map(({ n, project }) => ({ n: Number(n), project: Number(project) })),
  );
  const identityOf = grantIdentityIn(database);
  for (const table of versionTables) {
    const isGrant = table === 'grant_row';
    const statement = database.prepare(
      `select r.v v, r.project project, r.since since, r.until until, m.data data${isGrant ? ', r.on_n on_n, r.slug slug, r.to_n to_n' : ''}
       from ${table} r left join message m on m.v = r.v`,
    );
    let rows = 0;
    for (const row of guardedRows(path, statement.iterate())) {
      const { data } = row;
      const bytes =
        data instanceof Uint8Array
          ? data
          : isGrant
            ? identityBytes(
                identityOf({ onN: Number(row['on_n']), slug: Number(row['slug']), toN: Number(row['to_n']) }),
              )
            : new Uint8Array(0); // its message is gone: the sums tell
      sums.add(bytes, {
        project: Number(row['project']),
        since: Number(row['since']),
        until: row['until'] === null ? undefined : Number(row['until']),
      });
      rows += 1;
      if (rows % rowsAtOnce === 0) {
        throwIfCancelled(signal);
        await new Promise(setImmediate);
      }
    }
  }
  return sums.all();
}

function* guardedRows(
  path: string,
  rows: Iterator<Readonly<Record<string, unknown>>>,
): Generator<Readonly<Record<string, unknown>>> {
  for (;;) {
    const next = guarded(path, 'read', () => rows.next());
    if (next.done === true) {
      return;
    }
    yield next.value;
  }
}

function faultsOf(database: DatabaseSync): readonly string[] {
  return database
    .prepare(`pragma integrity_check(${mostFaults})`)
    .all()
    .map((row) => String(row['integrity_check']))
    .filter((text) => text !== 'ok');
}

function kept(database: DatabaseSync, n: number): RowsDigest {
  const digest = database.prepare('select digest from sync where n = ?').get(n)?.['digest'];
  return new RowsDigest(digest instanceof Uint8Array ? digest : undefined);
}
