import { ownColumns, type ResourceTable, type Value } from '../columns.ts';
import { type VersionTable, versionTables } from '../schema.ts';
import type { Connection } from './connection.ts';
import { copyIn, copyLine } from './copy.ts';
import { keysOf } from './schema.ts';

/** Rows of a sync go to the database when so many characters of them have gathered. */
const mostWaiting = 512 * 1024;

/** What a grant says of itself, beside its keys. */
export const noteColumns = ['ancestor', 'certainty', 'keys', 'reason', 'via', 'sso_id', 'priority', 'details'] as const;

/** The columns of a table in the order in which rows are put. */
export function columnsOf(table: VersionTable): readonly string[] {
  const own =
    table === 'grant_row'
      ? ['kind', ...noteColumns]
      : Object.hasOwn(ownColumns, table)
        ? ownColumns[table as ResourceTable] // as its keys say
        : [];
  return [
    'v',
    'project',
    'since',
    'hash',
    'data',
    ...keysOf[table],
    ...own,
    ...(table === 'user_row' ? ['logins', 'texts'] : []),
  ];
}

/** The rows of one sync on their way into the database: into the tables themselves, or into others beside them. */
export interface Staging {
  /** The table that takes the rows of a table. */
  placeOf(table: VersionTable): string;
  put(table: VersionTable, values: readonly Value[]): void;
  /** Sends what has gathered, where it is much. */
  drain(): Promise<void>;
  /** Sends all that has gathered. */
  flush(): Promise<void>;
}

/** `isFresh`: nothing of the project is there, so its rows need not be compared with any. */
export async function createStaging(connection: Connection, isFresh: boolean): Promise<Staging> {
  const waiting = new Map<VersionTable, { lines: string[]; size: number }>(
    versionTables.map((table) => [table, { lines: [], size: 0 }]),
  );
  const placeOf = (table: VersionTable): string => (isFresh ? table : `in_${table}`);
  if (!isFresh) {
    for (const table of versionTables) {
      await connection.run(`create temp table in_${table} (like ${table}) on commit drop`);
    }
  }
  const send = async (least: number): Promise<void> => {
    for (const [table, rows] of waiting) {
      if (rows.size >= least) {
        const text = rows.lines.join('');
        [rows.lines, rows.size] = [[], 0];
        await copyIn(connection, `${placeOf(table)} (${columnsOf(table).join(', ')})`, text);
      }
    }
  };
  return {
    placeOf,
    put: (table, values) => {
      const rows = waiting.get(table);
      const line = copyLine(values);
      if (rows !== undefined) {
        rows.lines.push(line);
        rows.size += line.length;
      }
    },
    drain: () => send(mostWaiting),
    flush: () => send(1),
  };
}
