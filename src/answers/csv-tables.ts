import { closest, distance } from 'fastest-levenshtein';
import { ConnectorError } from '../errors.ts';
import type { FileIndex } from './file-index.ts';
import { csvBytes } from './csv.ts';
import { queriesOfTables, tables } from './csv-schema.ts';
import { createTenantPaths } from './ways.ts';
import { quoted } from '../printable.ts';

/** A table with some of its columns; `places` are their positions in the query's rows. */
interface ChosenTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly places: readonly number[];
  readonly sql: string;
}

/** All tables with all columns. */
const wholeTables: readonly ChosenTable[] = tables.map(({ name, columns, sql }) => ({
  name,
  columns,
  sql,
  places: columns.map((_, place) => place),
}));

/**
 * The tables that have any of these columns, with those columns alone and in their order. A name counts in every table;
 * `access.user_id` counts in one. A name that no table has is a `config` error.
 */
export function chooseColumns(list: string): readonly ChosenTable[] {
  const wanted = list.split(',').map((name) => name.trim());
  const known = wholeTables.flatMap(({ name, columns }) =>
    columns.flatMap((column) => [column, `${stemOf(name)}.${column}`]),
  );
  for (const name of wanted) {
    if (!known.includes(name)) {
      const near = closest(name, known);
      const meant = distance(name, near) <= Math.floor(name.length / 3) + 1 ? `did you mean ${near}? ` : '';
      throw new ConnectorError(
        'config',
        `--columns: no table has a column ${quoted(name)}; ${meant}there are ` +
          [...new Set(known.filter((column) => !column.includes('.')))].join(', '),
      );
    }
  }
  return wholeTables.flatMap((table) => {
    const columns = wanted
      .map((name) => (name.startsWith(`${stemOf(table.name)}.`) ? name.slice(stemOf(table.name).length + 1) : name))
      .filter((name) => table.columns.includes(name));
    const chosen = [...new Set(columns)];
    return chosen.length === 0
      ? []
      : [{ ...table, columns: chosen, places: chosen.map((column) => table.columns.indexOf(column)) }];
  });
}

function stemOf(name: string): string {
  return name.replace(/\.csv$/, '');
}

/** The tables of an index as CSV, produced while they are read. */
export function csvTables(
  { database }: FileIndex,
  chosen: readonly ChosenTable[] = wholeTables,
): { readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }[] {
  function* rowsOf({ sql, places }: ChosenTable): Generator<string[]> {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true); // names of columns may come twice
    for (const row of statement.iterate()) {
      const cells = Object.values(row);
      yield places.map((place) => String(cells[place]));
    }
  }
  const pathOf = createTenantPaths(database);
  database.function('tenant_path', { deterministic: true }, (tenant, ancestor) =>
    pathOf(String(tenant), String(ancestor))
      .map(({ name }) => name)
      .join(' > '),
  );
  const isThere = ({ name }: ChosenTable): boolean => {
    const query = queriesOfTables.get(name);
    return query === undefined || database.prepare(query).get() !== undefined;
  };
  return chosen.filter(isThere).map((table) => ({ name: table.name, bytes: csvBytes(table.columns, rowsOf(table)) }));
}
