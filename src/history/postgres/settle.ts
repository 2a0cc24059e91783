import type { RowsDigest } from '../digest.ts';
import { identityBytes } from '../grant-messages.ts';
import { isSameMessage } from '../same-message.ts';
import { type VersionTable, versionTables } from '../schema.ts';
import type { Section } from '../../sync-format/layout.ts';
import type { Connection } from './connection.ts';
import { identitiesOf } from './identities.ts';
import { keysOf } from './schema.ts';
import { columnsOf, type Staging } from './staging.ts';
import type { Place } from './write-rows.ts';

/** How many rows came, and how many are over, in a table. */
export interface Settled {
  readonly added: number;
  readonly ended: number;
}

export interface SettleOptions {
  readonly connection: Connection;
  readonly place: Place;
  readonly staging: Staging;
  /** Counts every row that was put; rows that do not count are taken off. */
  readonly digest: RowsDigest;
  readonly isFresh: boolean;
}

const rowsAtOnce = 500;

/**
 * Makes versions of the rows of a sync, by set operations: what stood and came again stays, what came otherwise begins a
 * version, and what did not come is over.
 */
export async function settle(options: SettleOptions): Promise<ReadonlyMap<VersionTable, Settled>> {
  const { connection, place, staging, isFresh } = options;
  const { project, sync } = place;
  const settled = new Map<VersionTable, Settled>();
  for (const table of versionTables) {
    const from = staging.placeOf(table);
    await connection.run(`analyze ${from}`);
    await dropRepeated(options, table);
    if (isFresh) {
      const [row] = await connection.rows<{ readonly n: number }>(
        `select count(*)::integer n from ${table} where project = $1`,
        [project],
      );
      settled.set(table, { added: row?.n ?? 0, ended: 0 });
      continue;
    }
    await keepSameInOtherWords(options, table);
    const same = sameKeys(table);
    const ended = await connection.run(
      `update ${table} t set until = $1 where t.project = $2 and t.until is null
       and not exists (select 1 from ${from} s where ${same} and s.hash is not distinct from t.hash)`,
      [sync, project],
    );
    const columns = columnsOf(table).join(', ');
    const added = await connection.run(
      `insert into ${table} (${columns}) select ${columns} from ${from} s
       where not exists (select 1 from ${table} t where t.project = $1 and t.until is null and ${same})`,
      [project],
    );
    settled.set(table, { added, ended });
  }
  return settled;
}

function sameKeys(table: VersionTable): string {
  return keysOf[table].map((key) => `s.${key} = t.${key}`).join(' and ');
}

/** What came twice in a sync counts as it came last, as in a file. */
async function dropRepeated(
  { connection, place: { project, sync }, staging, digest }: SettleOptions,
  table: VersionTable,
): Promise<void> {
  const [from, keys] = [staging.placeOf(table), keysOf[table].join(', ')];
  const isGrant = table === 'grant_row';
  const dropped = await connection.rows<{
    readonly hash: Buffer | null;
    readonly on_n: number;
    readonly slug: number;
    readonly to_n: number;
  }>(
    `delete from ${from} s using (
       select ${keys}, max(v) v from ${from} where project = $1 and since = $2 group by ${keys} having count(*) > 1
     ) t where ${sameKeys(table)} and s.v < t.v and s.since = $2
     returning s.hash${isGrant ? ', s.on_n, s.slug, s.to_n' : ''}`,
    [project, sync],
  );
  const unsaid = dropped.filter(({ hash }) => hash === null);
  const identities = await identitiesOf(
    connection,
    unsaid.map(({ on_n: onN, slug, to_n: toN }) => ({ onN, slug, toN })),
  );
  dropped.forEach(({ hash }) => hash !== null && digest.removeHash(hash));
  identities.forEach((identity) => digest.remove(identityBytes(identity)));
}

/** Rows that say what stands in another encoding are made those that stand. */
async function keepSameInOtherWords(
  { connection, place: { project }, staging, digest }: SettleOptions,
  table: VersionTable,
): Promise<void> {
  const from = staging.placeOf(table);
  await connection.run(
    `declare otherwise no scroll cursor for select s.v, s.hash, s.data, t.hash old_hash, t.data old_data
     from ${from} s join ${table} t on ${sameKeys(table)} and t.project = ${project} and t.until is null
     where s.hash <> t.hash`,
  );
  const found: { readonly v: string; readonly hash: Buffer; readonly old: Buffer }[] = [];
  for (;;) {
    const rows = await connection.rows<
      Readonly<{ v: string; hash: Buffer; data: Buffer; old_hash: Buffer; old_data: Buffer }>
    >(`fetch ${rowsAtOnce} from otherwise`);
    if (rows.length === 0) {
      break;
    }
    for (const { v, hash, data, old_hash: old, old_data: oldData } of rows) {
      if (isSameMessage(sectionOf(table), oldData, data)) {
        found.push({ v, hash, old });
      }
    }
  }
  await connection.run('close otherwise');
  for (let start = 0; start < found.length; start += rowsAtOnce) {
    const some = found.slice(start, start + rowsAtOnce);
    await connection.run(
      `update ${from} s set hash = x.hash from unnest($1::bigint[], $2::bytea[]) x (v, hash) where s.v = x.v`,
      [some.map(({ v }) => v), some.map(({ old }) => old)],
    );
  }
  for (const { hash, old } of found) {
    digest.removeHash(hash);
    digest.addHash(old);
  }
}

function sectionOf(table: VersionTable): Section {
  switch (table) {
    case 'type_row':
      return 'resourceTypes';
    case 'entitlement_row':
      return 'entitlements';
    case 'grant_row':
      return 'grants';
    default:
      return 'resources';
  }
}
