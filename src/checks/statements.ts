import type { DatabaseSync, StatementSync } from 'node:sqlite';

const statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** A statement that is run to its end at once, compiled when it is first needed: before a grant the same ones are run each time. */
export function prepared(database: DatabaseSync, sql: string): StatementSync {
  const known = statements.get(database) ?? new Map<string, StatementSync>();
  statements.set(database, known);
  const statement = known.get(sql) ?? database.prepare(sql);
  known.set(sql, statement);
  return statement;
}

/**
 * Makes a temporary table with nothing in it. One that is there is emptied: to make it anew would have the database read its
 * schema again, and every statement that is prepared be compiled again.
 */
export function emptyTable(database: DatabaseSync, name: string, columns: string, suffix = ''): void {
  prepared(database, `create temp table if not exists ${name} (${columns}) ${suffix}`).run();
  prepared(database, `delete from temp.${name}`).run();
}
