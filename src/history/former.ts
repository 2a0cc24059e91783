import type { DatabaseSync } from 'node:sqlite';
import { textIn } from '../answers/access-path.ts';
import type { FormerThing } from '../answers/file-index.ts';
import type { TypedThing } from '../answers/unknown.ts';
import type { SyncNumbers } from './views.ts';

/** A thing with its number in the store. */
export interface Numbered extends TypedThing {
  readonly n: number;
}

export const mostFormer = 10;

/** Versions of things by what they were called: `n`, `name`, `since` and `until`, of a project `:project`. */
const versionsCalled = [
  ...['user_row', 'thing_row', 'sso_row', 'other_row'].map(
    (table) => `select n, name, since, until from ${table} where project = :project and (name = :asked or id = :asked)`,
  ),
  `select r.n, r.name, r.since, r.until from user_row r left join login_row l on l.v = r.v
     where r.project = :project and (r.email = :asked or l.login = :asked)`,
].join(' union ');

/** What was ever called so, in whichever sync of a project; `type:id` names one, too. */
export function thingsCalled(database: DatabaseSync, project: number, asked: string): readonly Numbered[] {
  return database
    .prepare(
      `select e.n n, e.type type, e.id id, max(x.name) name from entity e join (
         select n, name from (${versionsCalled})
         union select n, '' from entity where project = :project and type || ':' || id = :asked
       ) x on x.n = e.n where e.type not like '#%' group by e.n order by e.type = 'role_binding', e.type, e.id limit ${mostFormer}`,
    )
    .all({ project, asked })
    .map((row) => ({
      n: Number(row['n']),
      type: textIn(row, 'type'),
      id: textIn(row, 'id'),
      name: textIn(row, 'name'),
    }));
}

/** What was called so in another sync than the one that is asked: in which one nearest to it, and how that one is asked. */
export function formerThings(
  database: DatabaseSync,
  { project, sync }: SyncNumbers,
  asked: string,
): readonly FormerThing[] {
  return database
    .prepare(
      `with called as (${versionsCalled}),
       last as (select c.n, c.name, max(s.n) at from called c join sync s on s.project = :project and s.n >= c.since
         and s.n < coalesce(c.until, :sync) and s.n < :sync where c.since < :sync group by c.n),
       later as (select n, name, min(since) at from called where since > :sync group by n)
       select e.type, e.id, x.name, s.finished_at, x.is_later from entity e join (
         select n, name, at, 0 is_later from last
         union all select n, name, at, 1 from later where n not in (select n from last)
       ) x on x.n = e.n join sync s on s.n = x.at
       where e.type not like '#%' order by e.type, e.id limit ${mostFormer}`,
    )
    .all({ project, sync, asked })
    .map((row) => ({
      type: textIn(row, 'type'),
      id: textIn(row, 'id'),
      name: textIn(row, 'name'),
      at: textIn(row, 'finished_at'),
      isLater: row['is_later'] === 1,
    }));
}
