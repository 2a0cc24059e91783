import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { TestServer } from './postgres.ts';
import type { TestStore } from './store-behaviour.ts';

/** All that a store in a file holds, whatever the pages that it lies on. */
export function contentsOf(path: string): object {
  const database = new DatabaseSync(path, { readOnly: true });
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite%'")
    .all();
  const all = tables.map(({ name }) => [name, database.prepare(`select * from ${String(name)}`).all()]);
  database.close();
  return all;
}

/** A store in a file, which is not there yet. */
export function storeInFile(path: string): TestStore {
  return {
    path,
    name: path,
    contents: async () => contentsOf(path),
    bytes: async () => await readFile(path),
    damage: async (sql) => {
      const database = new DatabaseSync(path);
      database.exec(sql);
      database.close();
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const tables = ['project', 'sync', 'entity', 'type_row', 'user_row', 'thing_row', 'sso_row', 'other_row'].concat([
  'entitlement_row',
  'grant_row',
]);

/** A store in a database of its own, which is empty. */
export async function storeInPostgres(server: TestServer): Promise<TestStore> {
  const path = await server.database();
  return {
    path,
    name: `postgres://${server.host}:${server.port}${new URL(path).pathname}`,
    contents: async () =>
      await Promise.all(tables.map((table) => server.admin(path, `select * from baton_descope.${table} order by 1`))),
    bytes: async () => {
      await server.admin(path, 'checkpoint');
      const files = await server.admin(
        path,
        `select pg_read_binary_file(pg_relation_filepath(c.oid)) bytes from pg_class c
         where c.relkind in ('r', 'i', 't') and c.relnamespace in ('baton_descope'::regnamespace, 'pg_toast'::regnamespace)`,
      );
      const told = await server.admin(path, "select * from pg_stats where schemaname = 'baton_descope'");
      return Buffer.concat([...files.map(({ bytes }) => bytes as Buffer), Buffer.from(JSON.stringify(told))]); // as bytea comes
    },
    damage: async (sql) => {
      await server.admin(path, `set search_path = baton_descope; ${sql}`);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
