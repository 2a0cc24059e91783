import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { eventTable } from './sqlite-events.ts';

/** "BDfl": a file of SQLite that says so is ours. */
const applicationId = 0x4244666c;
const version = 1;

const tables = `
  create table project (
    id text primary key,
    last_slot integer,                        -- the newest slot that was put, passed over or fell into a pause
    paused_at integer,
    token integer not null default 0,         -- counts how often a run of the project was taken
    done_slot integer, done_at integer, made text,
    failure_kind text, failure text, failed_at integer,
    given_up integer not null default 0,      -- runs in a row
    passed_over integer not null default 0
  ) strict;
  create table run (                          -- what is in line, under way or given up: one of a project at most
    id text primary key,
    project text not null unique references project (id),
    slot integer not null,
    grp text,
    state text not null check (state in ('waiting', 'active', 'given-up')),
    due_at integer not null,
    attempt integer not null,
    tries integer not null,
    token integer,
    worker text, started_at integer, lease_until integer, ended_at integer
  ) strict;
  create index run_due on run (state, due_at);
`;

/** Came later, and lacks in files that were made before: what older programs do not know does not disturb them. */
const laterTables = `
  create table if not exists budget (         -- requests of a group in the window that ends then
    name text primary key,
    n integer not null,
    ends_at integer not null
  ) strict;
`;

/** Opens the file in which runs are kept, and makes it, readable by its owner alone, where there is none. */
export function openRunFile(path: string): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    const { application_id: id } = database.prepare('pragma application_id').get() as {
      readonly application_id: number;
    };
    const { user_version: found } = database.prepare('pragma user_version').get() as { readonly user_version: number };
    const { n } = database.prepare('select count(*) as n from sqlite_schema').get() as { readonly n: number };
    if (n > 0 && id !== applicationId) {
      throw new ConnectorError(
        'config',
        `${printable(path)} is a database of something else: name another file with --engine sqlite:FILE`,
      );
    }
    if (found > version) {
      throw new ConnectorError(
        'config',
        `${printable(path)} was written by a newer version of this program (format ${found}, this one knows ${version})`,
      );
    }
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    if (n === 0) {
      createTables(database);
    }
    addLater(database);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** What came later, and lacks in files that were made before. */
function addLater(database: DatabaseSync): void {
  database.exec('begin immediate');
  database.exec(`${laterTables}${eventTable}`);
  const found = database.prepare(`select 1 from pragma_table_info('project') where name = 'recent_slots'`).get();
  if (found === undefined) {
    database.exec('alter table project add column recent_slots text'); // JSON: the last few that were put
  }
  if (database.prepare(`select 1 from pragma_table_info('run') where name = 'made_up'`).get() === undefined) {
    database.exec('alter table run add column made_up integer not null default 0'); // 1: done when nothing else is due
  }
  database.exec('commit');
}

/** Two processes may begin at once: the second one finds the tables of the first. */
function createTables(database: DatabaseSync): void {
  database.exec('begin immediate');
  const { n } = database.prepare('select count(*) as n from sqlite_schema').get() as { readonly n: number };
  if (n === 0) {
    database.exec(tables);
    database.exec(`pragma application_id = ${applicationId}; pragma user_version = ${version}`);
  }
  database.exec('commit');
}
