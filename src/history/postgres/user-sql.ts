import { escapeLiteral } from 'pg';
import type { SyncNumbers } from '../views.ts';
import { toStored } from './copy.ts';
import { searchText } from './user-texts.ts';

// Conditions on versions of users, `r`. Rows that were written before users had texts fit all that is asked for.

/** Users who may be called so: by the whole text, or by what follows a type in it. */
export function calledSql({ project }: SyncNumbers, asked: string): string {
  const texts = new Set([asked, asked.slice(asked.indexOf(':') + 1)].map(searchText));
  return amongSql(project, `x.texts && array[${literals(texts)}]`);
}

/** Users by their ids. */
export function withIdSql({ project }: SyncNumbers, ids: Iterable<string>): string {
  return `r.n in (select e.n from entity e where e.project = ${project} and e.type = 'user' and e.id in (${literals(ids)}))`;
}

/** Things that a text names by type and id, as entities: a type may end at each of its colons. */
export function typedSql({ project }: SyncNumbers, asked: string): string {
  const pairs = Array.from(
    asked.matchAll(/:/g),
    ({ index }) => `(${literals([asked.slice(0, index)])}, ${literals([asked.slice(index + 1)])})`,
  );
  return pairs.length === 0 ? 'false' : `project = ${project} and (type, id) in (${pairs.join(', ')})`;
}

/** Other users who have the name of one of some. */
export function namesakesSql({ project }: SyncNumbers, users: readonly number[]): string {
  const numbers = `'{${users.join(',')}}'::integer[]`;
  const name = (row: string): string => `(${row}.texts[1]) collate "C"`;
  return amongSql(
    project,
    `${name('x')} in (select ${name('y')} from user_row y where y.n = any(${numbers}))
     and not exists (select 1 from unnest(${numbers}) b where b = x.n)`,
  );
}

function amongSql(project: number, condition: string): string {
  const of = `select x.n from user_row x where x.project = ${project} and`;
  return `r.n in (${of} ${condition} union ${of} x.texts is null)`;
}

/** A list of numbers for `in`: that of none has one that nothing has. */
export function listed(numbers: readonly number[]): string {
  return numbers.length === 0 ? '-1' : numbers.join(',');
}

/** A list of texts for `in`, as the database has them. */
export function literals(texts: Iterable<string>): string {
  const all = Array.from(texts, (text) => escapeLiteral(toStored(text)));
  return all.length === 0 ? 'null' : all.join(',');
}
