import type { DatabaseSync } from 'node:sqlite';
import { grantKinds } from '../schema.ts';
import type { OtherGrants } from '../store-index.ts';
import { type SyncNumbers } from '../views.ts';
import type { Connection } from './connection.ts';
import { stoodOn } from './parts.ts';
import { literals } from './user-sql.ts';

// What an index of a part cannot count, counted where all of it is.

const { other } = grantKinds;
const stoodAt = (numbers: SyncNumbers): string => stoodOn({ ...numbers, hasPast: false });

/** Grants of other types, or to principals that are no users, as `other_grant` has them. */
export async function otherGrantsAt(connection: Connection, numbers: SyncNumbers): Promise<readonly OtherGrants[]> {
  const rows = await connection.rows<{ readonly on_type: string; readonly to_type: string; readonly n: number }>(
    `select o.type on_type, p.type to_type, count(*)::integer n
     from (select distinct r.on_n, r.slug, r.to_n from grant_row r where ${stoodAt(numbers)} and r.kind = ${other}) g
       join entity o on o.n = g.on_n join entity p on p.n = g.to_n group by 1, 2`,
  );
  return rows.map(({ on_type: onType, to_type: toType, n: count }) => ({ onType, toType, count }));
}

/** How many users have no grant of a type, for the types in a database that say what such users have. */
export async function usersWithout(
  connection: Connection,
  numbers: SyncNumbers,
  database: DatabaseSync,
): Promise<(type: string) => number> {
  const counts = new Map<string, number>();
  const types = database.prepare(
    "select distinct type from other_row where profile ->> '$.default_access' is not null",
  );
  for (const { type } of types.all()) {
    const [row] = await connection.rows<{ readonly n: number }>(
      `select count(*)::integer n from user_row r where ${stoodAt(numbers)} and not exists (
         select 1 from grant_row g join entity o on o.n = g.on_n
         where g.kind = ${other} and ${stoodAt(numbers).replaceAll('r.', 'g.')} and g.to_n = r.n and o.type = ${literals([String(type)])})`,
    );
    counts.set(String(type), row?.n ?? 0);
  }
  return (type) => counts.get(type) ?? 0;
}
