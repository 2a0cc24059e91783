import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { WorkPlace } from '../../answers/work-place.ts';
import { ConnectorError, throwIfCancelled } from '../../errors.ts';
import { isDiskFull } from '../../os-reasons.ts';
import { printable } from '../../printable.ts';
import { ownColumns, type ResourceTable } from '../columns.ts';
import { makeLateIndexes } from '../late-indexes.ts';
import { type VersionTable, versionTables } from '../schema.ts';
import { createReplicaFile } from '../store-file.ts';
import { stoodIn } from '../views.ts';
import { type Connection } from './connection.ts';
import { bytesIn, copyOut } from './copy.ts';
import type { NumberedSync } from './kept.ts';
import { slugEntity, wholeSlugEntity } from './write-rows.ts';

export interface ReplicaOptions {
  /** Of which tables the messages come, too. Where it is none, a question that needs one fails. */
  readonly messages: readonly VersionTable[];
  /** Whether versions that are over come, too: for what tells the past. */
  readonly hasPast: boolean;
  readonly work: WorkPlace;
  readonly signal?: AbortSignal | undefined;
}

/** A part of a store as a file of SQLite, which goes away when it is disposed of. */
export interface Replica extends AsyncDisposable {
  readonly path: string;
  readonly database: DatabaseSync;
}

type Fields = readonly (string | null)[];

/** What one sync needs of a store, as a store of SQLite: so every question is asked in one way, of one kind of tables. */
export async function replicaOf(
  connection: Connection,
  sync: NumberedSync,
  { work, signal, ...options }: ReplicaOptions,
): Promise<Replica> {
  const folder = await work.makeFolder();
  let database: DatabaseSync | undefined;
  const dispose = async (): Promise<void> => {
    if (database?.isOpen === true) {
      database.close();
    }
    await folder[Symbol.asyncDispose]();
  };
  try {
    const path = join(folder.path, 'moment.db');
    const growing = await createReplicaFile(connection.name, path);
    database = growing;
    for (const { query, into } of partsOf(sync, options)) {
      const put = into(growing);
      for await (const rows of copyOut(connection, query)) {
        throwIfCancelled(signal);
        rows.forEach(put);
      }
    }
    if (options.messages.length === 0) {
      growing.exec('drop table message');
    }
    makeLateIndexes(growing);
    growing.exec('commit; pragma analysis_limit = 1000; analyze');
    return { path, database, [Symbol.asyncDispose]: dispose };
  } catch (thrown) {
    await dispose();
    throw isDiskFull(thrown) && !(thrown instanceof ConnectorError)
      ? new ConnectorError(
          'local-io',
          `cannot answer from ${printable(connection.name)}: the disk here is full; ${work.fullRemedy}`,
        )
      : thrown;
  }
}

/** A query on the server, and what takes its rows here. */
interface Part {
  readonly query: string;
  readonly into: (database: DatabaseSync) => (row: Fields) => void;
}

function partsOf(
  { n, project }: NumberedSync,
  { messages, hasPast }: Pick<ReplicaOptions, 'messages' | 'hasPast'>,
): readonly Part[] {
  const stood = hasPast
    ? `r.project = ${project} and r.since <= ${n}`
    : stoodIn({ project, sync: n }, 'r').replaceAll('+r.', 'r.');
  const slugs = `'${slugEntity}', '${wholeSlugEntity}'`;
  const simple = (table: string, columns: readonly string[], condition: string): Part => ({
    query: `select ${columns.join(', ')} from ${table} where ${condition}`,
    into: (database) => intoTable(database, table, columns),
  });
  return [
    simple('project', ['n', 'id', 'has_doubles'], `n = ${project}`),
    {
      query: `select ${syncColumns.join(', ')}, 'null', '' from sync where project = ${project} and n <= ${n}`,
      into: (database) => intoTable(database, 'sync', [...syncColumns, 'summary', 'digest']),
    },
    simple('entity', ['n', 'project', 'type', 'id'], `project = ${project} and type not in (${slugs}, '#grant')`),
    {
      query: `select n, case type when '${wholeSlugEntity}' then 1 else 0 end, id from entity
        where project = ${project} and type in (${slugs})`,
      into: (database) => intoTable(database, 'slug', ['n', 'is_whole', 'text']),
    },
    ...versionTables.map((table) => versionsPart(table, stood)),
    ...messages.map((table) => messagesPart(table, stood)),
  ];
}

const syncColumns = ['n', 'project', 'sync_id', 'started_at', 'finished_at', 'finished_ms', 'sizes', 'added', 'ended'];
const notes = {
  edge: ['ancestor', 'certainty', 'keys', 'reason'],
  mapping: ['via', 'sso_id', 'priority'],
  details: ['details'],
} as const;

/** Columns that are not kept there, as what they follow from. */
const elsewhere: Readonly<Record<string, string>> = { told: '(data is not null)::integer' };

function versionsPart(table: VersionTable, stood: string): Part {
  const own = Object.hasOwn(ownColumns, table) ? ownColumns[table as ResourceTable] : []; // as its keys say
  const keys = table === 'grant_row' ? ['on_n', 'slug', 'to_n', 'variant', 'kind', 'told'] : ['n'];
  const columns = ['v', 'project', 'since', 'until', ...keys, ...(table === 'entitlement_row' ? ['slug'] : []), ...own];
  const more = table === 'grant_row' ? Object.values(notes).flat() : table === 'user_row' ? ['logins'] : [];
  return {
    query: `select ${[...columns, ...more].map((name) => elsewhere[name] ?? name).join(', ')} from ${table} r where ${stood}`,
    into: (database) => {
      const put = intoTable(database, table, columns);
      const putMore =
        table === 'grant_row' ? intoNotes(database) : table === 'user_row' ? intoLogins(database) : undefined;
      return (row) => {
        put(row.slice(0, columns.length));
        putMore?.(row[0] ?? null, row.slice(columns.length));
      };
    },
  };
}

function messagesPart(table: VersionTable, stood: string): Part {
  return {
    query: `select v, data from ${table} r where ${stood} and data is not null`,
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
  return database.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`);
}

/** Puts rows of texts: the columns make numbers of what are numbers. */
function intoTable(database: DatabaseSync, table: string, columns: readonly string[]): (row: Fields) => void {
  const statement = prepared(database, table, columns);
  return (row) => {
    statement.run(...row);
  };
}
