import { noStore } from '../faults.ts';
import { type Connection, connect } from './connection.ts';
import { ConnectorError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { layoutOf, migrate, schema, steps } from './schema.ts';

/** Connects for reading, in one transaction that can do nothing else: whatever is written meanwhile, it sees one moment. */
export async function beginReading(url: string): Promise<Connection> {
  const connection = await connect(url, 'read');
  try {
    const layout = await layoutOf(connection);
    if (layout === 0) {
      throw noStore(connection.name, 'it holds no sync');
    }
    if (layout < steps.length) {
      throw noStore(connection.name, 'an older version made it, and the next sync brings it up to date');
    }
    await connection.run('begin isolation level repeatable read read only');
    await connection.run(`set local search_path = ${schema}`);
    return connection;
  } catch (thrown) {
    await connection[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** Whether a database holds a store. */
export async function isPostgresThere(url: string): Promise<boolean> {
  await using connection = await connect(url, 'read');
  return (await layoutOf(connection)) > 0;
}

/** Makes what is missing of the tables, and checks that rows can go into them. */
export async function readyToWrite(url: string): Promise<void> {
  await using connection = await connect(url, 'write');
  await migrate(connection);
  const [row] = await connection.rows<{ readonly may: boolean; readonly is_read_only: string }>(
    `select has_table_privilege('${schema}.sync', 'insert') may, current_setting('transaction_read_only') is_read_only`,
  );
  const why =
    row?.is_read_only === 'on'
      ? 'the database is read-only: name the server that may be written to'
      : row?.may !== true
        ? 'the user of the database may only read it'
        : undefined;
  if (why !== undefined) {
    throw new ConnectorError('local-io', `cannot write ${printable(connection.name)}: ${why}`);
  }
}
