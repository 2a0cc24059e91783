import type { Named } from '../../answers/suggest.ts';
import { fold } from '../../model/fold.ts';
import { typeInWords } from '../../sync-format/known-types.ts';
import type { Connection } from './connection.ts';
import { fromStored, toStored } from './copy.ts';
import { beginReading } from './reading.ts';

/** Of more candidates, those with which they begin and end: see `../store-names.ts`. */
const mostCandidates = 1_000;
const mostMs = 1_000;

/**
 * What stands in a store at present, of some types, and may be called by what was typed. The server gives up what takes it
 * longer than anybody waits. Errors are those of any question.
 */
export async function namesInPostgres(url: string, types: readonly string[], typed: string): Promise<readonly Named[]> {
  await using connection = await beginReading(url);
  await connection.run(`set local statement_timeout = ${mostMs}`);
  const all: Named[] = [];
  for (const type of types) {
    all.push(...(await namesOf(connection, type, typed)));
  }
  return all;
}

async function namesOf(connection: Connection, type: string, typed: string): Promise<readonly Named[]> {
  switch (type) {
    case 'user': {
      const rows = await begunSo(connection, { table: 'user_row', texts: 'r.texts', condition: 'true' }, typed);
      return rows.map(({ name, email, id, logins }) => ({
        texts: [...(JSON.parse(logins ?? '[]') as string[]), email ?? '', name ?? '', id ?? ''], // we wrote the list
        about: name ?? '',
      }));
    }
    case 'tenant':
      return (await things(connection, ['name', 'id'], type, typed)).map(({ name = '', id = '' }) => ({
        texts: [name, id],
        about: id,
      }));
    case 'role':
      return (await things(connection, ['role', 'id'], type, typed)).map(({ role = '', id = '', tenant = '' }) => ({
        texts: [role, id],
        about: tenant,
      }));
    case 'permission':
      return (await things(connection, ['id'], type, typed)).map(({ id = '' }) => ({ texts: [id], about: '' }));
    default:
      return (
        await begunSo(
          connection,
          { table: 'other_row', texts: textsOf(['name', 'id']), condition: `r.type = '${type}'` },
          typed,
        )
      ).map(({ name = '', id = '' }) => ({ texts: [name, id], about: typeInWords(type) }));
  }
}

type Row = Readonly<Record<string, string | undefined>>;

async function things(
  connection: Connection,
  columns: readonly string[],
  kind: string,
  typed: string,
): Promise<readonly Row[]> {
  return await begunSo(
    connection,
    { table: 'thing_row', texts: textsOf(columns), condition: `r.kind = '${kind}'` },
    typed,
  );
}

/** Texts of some columns, folded as far as the database can. */
function textsOf(columns: readonly string[]): string {
  return `array[${columns.map((column) => `lower(r.${column} collate "C")`).join(', ')}]`;
}

/** Rows that stand and have a text that begins so, or one that the database cannot fold. */
async function begunSo(
  connection: Connection,
  { table, texts, condition }: { readonly table: string; readonly texts: string; readonly condition: string },
  typed: string,
): Promise<readonly Row[]> {
  const begin = toStored(fold(typed));
  const fits = `(t like $1 ${table === 'user_row' ? '' : 'or octet_length(t) <> length(t)'})`;
  const end = (order: string): string => `(select * from hits order by hit ${order} limit ${mostCandidates})`;
  const rows = await connection.rows<Readonly<Record<string, unknown>>>(
    `with hits as materialized (
       select v, hit from (
         select r.v, (select min(t collate "C") from unnest(${texts}) t where ${fits}) hit
         from ${table} r where r.until is null and ${condition}
       ) x where hit is not null
     )
     select * from ${table} where v in (select v from ${end('asc')} one union select v from ${end('desc')} other)`,
    [`${begin.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`],
  );
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([key, value]) => (typeof value === 'string' ? [[key, fromStored(value)]] : [])),
    ),
  );
}
