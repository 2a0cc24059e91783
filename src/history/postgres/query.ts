import { ConnectorError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import type { QueryAnswer } from '../store.ts';
import type { Connection } from './connection.ts';
import { fromStored } from './copy.ts';
import { serverCode, toServerFault } from './faults.ts';
import type { NumberedSync } from './kept.ts';
import { momentSettings } from './public-views.ts';

const rowsAtOnce = 1_000;
/** How long the server may take for so many rows. */
const mostSeconds = 60;

/** Roles that reach beyond the database: a query of theirs could, too. */
const mightyRoles = ['pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'];

interface Fetched {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * Asks the views, bound to one sync, in the transaction of a reader: it can read, and do nothing else. A cursor takes
 * nothing but a query, and the protocol but one. Errors: `config` for a query that the server does not take.
 */
export async function queryAt(connection: Connection, sync: NumberedSync, query: string): Promise<QueryAnswer> {
  await refuseMighty(connection);
  await connection.rows(
    `select set_config('${momentSettings.project}', $1, true), set_config('${momentSettings.sync}', $2, true),
       set_config('statement_timeout', '${mostSeconds}s', true)`,
    [sync.projectId, String(sync.n)],
  );
  await asked(connection, `declare answer no scroll cursor for ${query}`);
  const fetch = async (): Promise<Fetched> => await asked(connection, `fetch ${rowsAtOnce} from answer`);
  let next = await fetch();
  return {
    columns: next.columns,
    async *rows() {
      while (next.rows.length > 0) {
        yield next.rows;
        next = await fetch();
      }
    },
  };
}

async function asked({ client, name }: Connection, text: string): Promise<Fetched> {
  try {
    const { fields, rows } = await client.query<unknown[]>({
      text,
      rowMode: 'array',
      queryMode: 'extended',
      types: { getTypeParser: (oid: number) => (value: string) => valueOf(oid, value) },
    } as ArrayQuery);
    return { columns: fields.map((field) => field.name), rows };
  } catch (thrown) {
    throw toQueryFault(name, thrown);
  }
}

/** What the library takes is more than its types say. */
interface ArrayQuery {
  readonly text: string;
  readonly rowMode: 'array';
}

async function refuseMighty(connection: Connection): Promise<void> {
  const [row] = await connection.rows<{ readonly is_mighty: boolean }>(
    `select ${mightyRoles.map((role) => `pg_has_role(current_user, '${role}', 'usage')`).join(' or ')} is_mighty`,
  );
  if (row?.is_mighty === true) {
    throw new ConnectorError(
      'config',
      `cannot answer from ${printable(connection.name)}: its user may reach the files of the server, and a query ` +
        'could, too; give a URL with a user who may only read (docs/history.md)',
    );
  }
}

const oids = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, float4: 700, float8: 701, numeric: 1700 } as const;

/** Numbers as numbers where they keep their value, flags as 0 and 1, bytes in hex, anything else as the server says it. */
function valueOf(oid: number, text: string): unknown {
  switch (oid) {
    case oids.int2:
    case oids.int4:
    case oids.float4:
    case oids.float8:
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case oids.int8:
    case oids.numeric:
      return String(Number(text)) === text && Number.isSafeInteger(Math.trunc(Number(text))) ? Number(text) : text;
    case oids.bool:
      return text === 't' ? 1 : 0;
    case oids.bytea:
      return text.replace(/^\\x/, '');
    default:
      return fromStored(text);
  }
}

/** What the server says of a query is told: it is about the query. */
function toQueryFault(name: string, thrown: unknown): unknown {
  const code = serverCode(thrown) ?? '';
  const isRefused = code === '25006' || code === '42501';
  if (isRefused || /^(?:0A|21|22|42|P0|2F|38|39)/.test(code)) {
    const reason = isRefused
      ? 'a query may read the views, and do nothing else'
      : printable(thrown instanceof Error ? thrown.message : '');
    return new ConnectorError('config', `cannot answer: ${reason}; docs/history.md lists the views`);
  }
  return toServerFault(name, thrown, 'read');
}
