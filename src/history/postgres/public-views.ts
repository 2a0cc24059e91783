import { sqlViews } from '../../answers/sql-views.ts';
import { changeViews } from '../change-views.ts';
import { indexViews, type ViewParts } from '../views.ts';

/** The settings of a session by which it says of which project and which sync the views are. */
export const momentSettings = { project: 'baton_descope.project', sync: 'baton_descope.sync' } as const;

const project = '(select current_project())';
const sync = '(select current_sync())';

/**
 * The views that people ask, and what they stand on. They show the newest sync of the one project that is there, unless a
 * session says otherwise (`momentSettings`); where there are several, it has to say which.
 */
export function publicViews(): string {
  const own = { alias: 'g', join: '' };
  const stood = (alias: string): string =>
    `${alias}.project = ${project} and ${alias}.since <= ${sync} and (${alias}.until is null or ${alias}.until > ${sync})`;
  const index = Object.entries(indexViews({ stood, notes: { edge: own, mapping: own, details: own } }));
  const all: readonly (readonly [string, string])[] = [
    [
      'slug',
      "select n, case type when '#whole' then 1 else 0 end is_whole, id text from entity where type in ('#slug', '#whole')",
    ],
    ...index.map(([name, parts]) => [name, selectOnce(parts)] as const),
    ...Object.entries(sqlViews),
    ...Object.entries(
      changeViews({ project, sync, first: `(select min(f.n) from sync f where f.project = ${project})` }),
    ),
  ];
  return [functions, ...all.map(([name, sql]) => `create or replace view "${name}" as ${sql}`)].join(';\n');
}

/** Rows of which nothing is told twice are not compared with each other: only one of the two parts runs. */
function selectOnce({ select, from, where, once }: ViewParts): string {
  return once === undefined
    ? `select ${select} from ${from} where ${where}`
    : `(select ${select} from ${from} where ${where} and (select has_doubles() = 0))
    union all (select distinct on (${once}) ${select} from ${from} where ${where} and (select has_doubles() = 1))`;
}

/** They look into tables that those who ask the views need not be allowed to read. */
const functions = `
create or replace function current_project() returns integer language plpgsql stable security definer
  set search_path = baton_descope, pg_temp as $$
declare
  wanted text := nullif(current_setting('${momentSettings.project}', true), '');
  found integer;
begin
  if wanted is null and (select count(distinct s.project) from sync s) > 1 then
    raise exception 'the store holds several projects: say which by setting ${momentSettings.project}'
      using errcode = 'cardinality_violation';
  end if;
  select p.n into found from project p where wanted is null or p.id = wanted
    order by exists (select 1 from sync s where s.project = p.n) desc limit 1;
  if found is null then
    raise exception 'the store holds nothing of this project' using errcode = 'cardinality_violation';
  end if;
  return found;
end $$;
create or replace function current_sync() returns integer language sql stable security definer
  set search_path = baton_descope, pg_temp as $$
  select coalesce(nullif(current_setting('${momentSettings.sync}', true), '')::integer,
    (select max(s.n) from sync s where s.project = (select current_project())), -1)
$$;
create or replace function has_doubles() returns integer language sql stable security definer
  set search_path = baton_descope, pg_temp as $$
  select p.has_doubles from project p where p.n = (select current_project())
$$`;
