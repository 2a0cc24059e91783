import type { DatabaseSync } from 'node:sqlite';
import { textIn } from '../answers/access-path.ts';
import type { Named } from '../answers/suggest.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import { guarded } from './faults.ts';
import { openStore } from './store-file.ts';

/** Of more candidates, those with which they begin and end: a menu shows fewer, and what they have in common stays right. */
const mostCandidates = 1_000;

/**
 * What stands in a store at present, of some types, and may be called by what was typed: whoever suggests looks closer.
 * Nothing but the rows that may fit is read, so a key press does not wait for a large store.
 */
export function namesIn(path: string, types: readonly string[], typed: string): readonly Named[] {
  const database = guarded(path, 'read', () => openStore(path, path, true));
  try {
    return types.flatMap((type) => guarded(path, 'read', () => namesOf(database, type, typed)));
  } finally {
    database.close();
  }
}

/** Latin letters are compared by SQLite; a name with others is a candidate whatever was typed. */
function mayFit(
  columns: readonly string[],
  typed: string,
): { readonly sql: string; readonly values: readonly string[] } {
  if (!/^[ -~]+$/.test(typed)) {
    return { sql: 'true', values: [] };
  }
  const begins = `${typed.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return {
    sql: columns
      .map((column) => `${column} like ?1 escape '\\' or octet_length(${column}) <> length(${column})`)
      .join(' or '),
    values: [begins],
  };
}

function namesOf(database: DatabaseSync, type: string, typed: string): readonly Named[] {
  const ask = (
    table: string,
    columns: readonly string[],
    condition = 'true',
    beside: readonly string[] = [],
  ): readonly Record<string, unknown>[] => {
    const fit = mayFit(columns, typed);
    const told = [...columns.map((column, place) => `${column} c${place}`), ...beside].join(', ');
    return ['asc', 'desc'].flatMap((order) =>
      database
        .prepare(
          `select ${told} from ${table}
           where r.until is null and ${condition} and (${fit.sql}) order by c0 ${order} limit ${mostCandidates}`,
        )
        .all(...fit.values),
    );
  };
  switch (type) {
    case 'user': {
      const ofUsers = ['r.n n', 'r.name name', 'r.login login'];
      const found = new Map<number, { texts: string[]; readonly about: string }>();
      for (const row of ask('login_row l cross join user_row r on r.v = l.v', ['l.login'], 'true', ofUsers)) {
        const known = found.get(Number(row['n'])) ?? { texts: [textIn(row, 'login')], about: textIn(row, 'name') };
        known.texts.push(textIn(row, 'c0'));
        found.set(Number(row['n']), known);
      }
      for (const row of ask('user_row r', ['r.email', 'r.name', 'r.id'], 'true', ofUsers)) {
        const known = found.get(Number(row['n'])) ?? { texts: [], about: textIn(row, 'name') };
        known.texts.push(textIn(row, 'c0'), textIn(row, 'c1'), textIn(row, 'c2'));
        found.set(Number(row['n']), known);
      }
      return [...found.values()];
    }
    case 'tenant':
      return ask('thing_row r', ['r.name', 'r.id'], "r.kind = 'tenant'").map((row) => ({
        texts: [textIn(row, 'c0'), textIn(row, 'c1')],
        about: textIn(row, 'c1'),
      }));
    case 'role':
      return ask('thing_row r', ['r.role', 'r.id'], "r.kind = 'role'", ['r.tenant tenant']).map((row) => ({
        texts: [textIn(row, 'c0'), textIn(row, 'c1')],
        about: textIn(row, 'tenant'),
      }));
    case 'permission':
      return ask('thing_row r', ['r.id'], "r.kind = 'permission'").map((row) => ({
        texts: [textIn(row, 'c0')],
        about: '',
      }));
    default:
      return ask('other_row r', ['r.name', 'r.id'], `r.type = '${type}'`).map((row) => ({
        texts: [textIn(row, 'c0'), textIn(row, 'c1')],
        about: typeInWords(type),
      }));
  }
}
