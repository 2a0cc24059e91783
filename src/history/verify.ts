import type { DatabaseSync } from 'node:sqlite';
import { throwIfCancelled } from '../errors.ts';
import { RowsDigest } from './digest.ts';
import { guarded } from './faults.ts';
import { grantIdentityIn } from './grant-identity.ts';
import { identityBytes } from './grant-messages.ts';
import { keptSyncs } from './kept.ts';
import { versionTables } from './schema.ts';
import { openStore } from './store-file.ts';
import type { KeptSync } from './store.ts';

/** What a check of a store found: nothing wrong where both are empty. */
export interface Verified {
  readonly syncs: readonly KeptSync[];
  /** Syncs whose rows are not those that went in. */
  readonly changed: readonly KeptSync[];
  /** What SQLite finds wrong with the file. */
  readonly faults: readonly string[];
}

const rowsAtOnce = 2_000;
const mostFaults = 20;

/**
 * Checks the file, and makes the hash of every sync anew from the rows that are kept: each version counts for the syncs
 * in which it stood, so one pass over them does for all syncs.
 */
export async function verifyStore(path: string, signal?: AbortSignal): Promise<Verified> {
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
  const changes = new Map<string, RowsDigest>();
  const at = (project: number, sync: number): RowsDigest => {
    const key = `${project} ${sync}`;
    const found = changes.get(key) ?? new RowsDigest();
    changes.set(key, found);
    return found;
  };
  const firsts = new Map(
    database
      .prepare('select project, min(n) n from sync group by project')
      .all()
      .map(({ project, n }) => [Number(project), Number(n)]),
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
      const project = Number(row['project']);
      at(project, Math.max(Number(row['since']), firsts.get(project) ?? 0)).add(bytes); // pruned: it stood before the first
      if (row['until'] !== null) {
        at(project, Number(row['until'])).remove(bytes);
      }
      rows += 1;
      if (rows % rowsAtOnce === 0) {
        throwIfCancelled(signal);
        await new Promise(setImmediate);
      }
    }
  }
  const sums = new Map<number, RowsDigest>();
  const last = new Map<number, RowsDigest>();
  for (const { n, project } of database.prepare('select n, project from sync order by n').all()) {
    const sum = new RowsDigest(last.get(Number(project))?.bytes);
    sum.addAll(at(Number(project), Number(n)));
    last.set(Number(project), sum);
    sums.set(Number(n), sum);
  }
  return sums;
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
