import type { FormerThing } from '../../answers/file-index.ts';
import { mostFormer } from '../former.ts';
import type { SyncNumbers } from '../views.ts';
import type { Connection } from './connection.ts';
import { fromStored } from './copy.ts';
import { calledSql, literals } from './user-sql.ts';

/** Versions of things by what they were called, as `../former.ts` has them. */
function versionsCalled(numbers: SyncNumbers, asked: string): string {
  const text = literals([asked]);
  const login = literals([`,${JSON.stringify(asked)},`]);
  const is = `r.name = ${text} or r.id = ${text}`;
  const select = 'select r.n, r.name, r.since, r.until from';
  return [
    `${select} user_row r where r.project = ${numbers.project} and ${calledSql(numbers, asked)}
       and (${is} or r.email = ${text} or strpos(',' || btrim(r.logins, '[]') || ',', ${login}) > 0)`,
    ...['thing_row', 'sso_row', 'other_row'].map(
      (table) => `${select} ${table} r where r.project = ${numbers.project} and (${is})`,
    ),
  ].join(' union ');
}

/** What was called so in another sync than the one that is asked, asked on the server: as `formerThings` answers it. */
export async function formerAt(
  connection: Connection,
  numbers: SyncNumbers,
  asked: string,
): Promise<readonly FormerThing[]> {
  const { project, sync } = numbers;
  const rows = await connection.rows<{
    readonly type: string;
    readonly id: string;
    readonly name: string;
    readonly finished_at: string;
    readonly is_later: boolean;
  }>(
    `with called as (${versionsCalled(numbers, asked)}),
     last as (select distinct on (c.n) c.n, c.name, s.n at from called c join sync s on s.project = ${project}
       and s.n >= c.since and s.n < coalesce(c.until, ${sync}) and s.n < ${sync}
       where c.since < ${sync} order by c.n, s.n desc),
     later as (select distinct on (n) n, name, since at from called where since > ${sync} order by n, since)
     select e.type, e.id, x.name, s.finished_at, x.is_later from entity e join (
       select n, name, at, false is_later from last
       union all select n, name, at, true from later where n not in (select n from last)
     ) x on x.n = e.n join sync s on s.n = x.at
     where e.type not like '#%' order by e.type collate "C", e.id collate "C" limit ${mostFormer}`,
  );
  return rows.map(({ type, id, name, finished_at: at, is_later: isLater }) => ({
    type: fromStored(type),
    id: fromStored(id),
    name: fromStored(name),
    at,
    isLater,
  }));
}
