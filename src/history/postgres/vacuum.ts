import { ConnectorError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import type { Vacuumed } from '../upkeep.ts';
import { connect } from './connection.ts';
import { migrate, schema } from './schema.ts';

/**
 * Has the server write the tables of a store anew, without what is unused in them, and what it knows of their columns.
 * Each of them is held meanwhile: readers and writers are waited for so long. Errors: `held`, and `local-io` where the
 * tables are somebody else's.
 */
export async function vacuumPostgres(url: string, patienceMs: number): Promise<Vacuumed> {
  await using connection = await connect(url, 'write');
  await migrate(connection);
  const size = async (): Promise<number> => {
    const [row] = await connection.rows<{ readonly bytes: string }>(
      `select sum(pg_total_relation_size(oid)) bytes from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'r'`,
    );
    return Number(row?.bytes);
  };
  const [owned] = await connection.rows<{ readonly may: boolean; readonly tables: readonly string[] }>(
    `select bool_and(pg_has_role(relowner, 'usage')) may, array_agg(relname::text order by relname) tables
     from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'r'`,
  );
  if (owned?.may !== true) {
    throw new ConnectorError(
      'local-io',
      [
        `cannot write ${printable(connection.name)}: its tables are another user's;`,
        `have their owner run "vacuum (full, analyze)" on those of the schema ${schema}`,
      ].join(' '),
    );
  }
  const bytesBefore = await size();
  await connection.run(`set statement_timeout = 0; set lock_timeout = ${patienceMs}`);
  for (const table of owned.tables) {
    await connection.run(`vacuum (full, analyze) ${schema}."${table}"`);
  }
  // What the server knew of the columns before holds texts of theirs. Whoever does not own the database is told no, and that is all.
  await connection.run('vacuum full pg_catalog.pg_statistic');
  return { bytesBefore, bytesAfter: await size() };
}
