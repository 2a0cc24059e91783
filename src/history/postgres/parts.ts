import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { derivesNothing } from '../change-gaps.ts';
import { ownColumns, type ResourceTable } from '../columns.ts';
import type { VersionTable } from '../schema.ts';
import { type SyncNumbers, stoodIn } from '../views.ts';
import { bytesIn } from './copy.ts';
import { slugEntity, wholeSlugEntity } from './write-rows.ts';

type Fields = readonly (string | null)[];

/** A query on the server, and what takes its rows into a store of SQLite. Rows that are there already stay as they are. */
export interface Part {
  readonly query: string;
  readonly into: (database: DatabaseSync) => (row: Fields) => void;
}

/** Which versions are brought: those of one sync, or with them those that were over before it. */
export interface Versions extends SyncNumbers {
  readonly hasPast: boolean;
}

/** The condition of it, on rows `r`. */
export function stoodOn({ hasPast, ...numbers }: Versions): string {
  return hasPast
    ? `r.project = ${numbers.project} and r.since <= ${numbers.sync}`
    : stoodIn(numbers, 'r').replaceAll('+r.', 'r.');
}

const syncColumns = ['n', 'project', 'sync_id', 'started_at', 'finished_at', 'finished_ms', 'sizes', 'added', 'ended'];
const slugTypes = `'${slugEntity}', '${wholeSlugEntity}'`;

/** The project, and its syncs up to one. */
export function syncParts({ project, sync }: SyncNumbers): readonly Part[] {
  return [
    simple('project', ['n', 'id', 'has_doubles'], `n = ${project}`),
    {
      query: `select ${syncColumns.join(', ')}, case when ${derivesNothing} then summary else 'null' end, '' from sync where project = ${project} and n <= ${sync}`,
      into: (database) => intoTable(database, 'sync', [...syncColumns, 'summary', 'digest']),
    },
  ];
}

/** What numbers stand for. */
export function entityParts(condition: string): readonly Part[] {
  return [
    simple('entity', ['n', 'project', 'type', 'id'], `${condition} and type not in (${slugTypes}, '#grant')`),
    {
      query: `select n, case type when '${wholeSlugEntity}' then 1 else 0 end, id from entity
        where ${condition} and type in (${slugTypes})`,
      into: (database) => intoTable(database, 'slug', ['n', 'is_whole', 'text']),
    },
  ];
}

function simple(table: string, columns: readonly string[], condition: string): Part {
  return {
    query: `select ${columns.join(', ')} from ${table} where ${condition}`,
    into: (database) => intoTable(database, table, columns),
  };
}

const notes = {
  edge: ['ancestor', 'certainty', 'keys', 'reason'],
  mapping: ['via', 'sso_id', 'priority'],
  details: ['details'],
} as const;

/** Columns that are not kept there, as what they follow from. */
const elsewhere: Readonly<Record<string, string>> = { told: '(data is not null)::integer' };

/** Versions of a table, `r`, with what is kept beside them: logins of users, and what grants say, unless they are plain. */
export function versionsPart(table: VersionTable, condition: string, isPlain = false): Part {
  const own = Object.hasOwn(ownColumns, table) ? ownColumns[table as ResourceTable] : []; // as its keys say
  const keys = table === 'grant_row' ? ['on_n', 'slug', 'to_n', 'variant', 'kind', 'told'] : ['n'];
  const columns = ['v', 'project', 'since', 'until', ...keys, ...(table === 'entitlement_row' ? ['slug'] : []), ...own];
  const hasNotes = table === 'grant_row' && !isPlain;
  const more = hasNotes ? Object.values(notes).flat() : table === 'user_row' ? ['logins'] : [];
  const select = [...columns, ...more].map((name) => elsewhere[name] ?? `r.${name}`).join(', ');
  return {
    query: `select ${select} from ${table} r where ${condition}`,
    into: (database) => {
      const put = intoTable(database, table, columns);
      const putMore = hasNotes ? intoNotes(database) : table === 'user_row' ? intoLogins(database) : undefined;
      return (row) => {
        if (put(row.slice(0, columns.length))) {
          putMore?.(row[0] ?? null, row.slice(columns.length));
        }
      };
    },
  };
}

/** The messages of versions of a table. */
export function messagesPart(table: VersionTable, condition: string): Part {
  return {
    query: `select v, data from ${table} r where ${condition} and data is not null`,
    into: (database) => {
      const put = prepared(database, 'message', ['v', 'data']);
      return ([v = null, data]) => put.run(v, bytesIn(data ?? ''));
    },
  };
}

type PutMore = (v: string | null, fields: Fields) => void;

/** What grants say of themselves, each kind in the table that it has here. */
function intoNotes(database: DatabaseSync): PutMore {
  let start = 0;
  const tables = Object.entries(notes).map(([table, columns]) => {
    const place = start;
    start += columns.length;
    return { place, end: start, put: intoTable(database, table, ['v', ...columns]) };
  });
  return (v, fields) => {
    for (const { place, end, put } of tables) {
      if (fields[place] !== null) {
        put([v, ...fields.slice(place, end)]);
      }
    }
  };
}

function intoLogins(database: DatabaseSync): PutMore {
  const put = intoTable(database, 'login_row', ['v', 'login']);
  return (v, [logins]) => {
    for (const login of JSON.parse(logins ?? '[]') as readonly string[]) {
      put([v, login]); // we wrote the list
    }
  };
}

function prepared(database: DatabaseSync, table: string, columns: readonly string[]): StatementSync {
  return database.prepare(
    `insert or ignore into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
}

/** Puts rows of texts: the columns make numbers of what are numbers. False for a row that was there. */
function intoTable(database: DatabaseSync, table: string, columns: readonly string[]): (row: Fields) => boolean {
  const statement = prepared(database, table, columns);
  return (row) => statement.run(...row).changes > 0;
}
