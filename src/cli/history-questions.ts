import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { addWhenOptions } from './shown-arguments.ts';
import type { SqlFlags } from './sql.ts';
import type { TimelineFlags } from './timeline.ts';

/** `timeline` and `sql`: what a store is asked that no single file can answer, and whatever else one may want to know. */
export function addHistoryQuestions(program: Command, context: CommandContext): void {
  addWhenOptions(
    program
      .command('timeline')
      .description(
        'tell from a store what somebody gained and lost over time, or who gained and lost a role, a membership, a ' +
          'permission or anything in a tenant',
      )
      .argument('<store>', 'a .db file, or postgres://HOST/DATABASE')
      .argument(
        '<somebody|something>',
        'a user, key or app, else a permission, role or tenant, by name or id; also one that is gone',
      )
      .option('--csv', 'print the events as CSV')
      .option('--json', 'print one JSON object, an event a line')
      .addHelpText(
        'after',
        `
Examples:
  $ baton-descope timeline access.db ada@acme.example
  $ baton-descope timeline access.db "Billing Manager" --csv > who.csv`,
      ),
  ).action(async (store: string, name: string, options: TimelineFlags) =>
    (await import('./timeline.ts')).tellTimeline(store, name, options, context),
  );

  addWhenOptions(
    program
      .command('sql')
      .description(
        'ask a store, or a file, in SQL: the views users, tenants, roles, permissions, memberships, assignments and ' +
          'effective_access, and of a store changes and syncs',
      )
      .argument('<file>', 'a store (.db, postgres://...), or a .json, .ndjson or .c1z file of a sync')
      .argument('<query>', 'one query of SQLite, which can read and do nothing else')
      .option('--csv', 'print the rows as CSV')
      .option('--json', 'print one JSON object, a row a line')
      .addHelpText(
        'after',
        `
Examples:
  $ baton-descope sql access.db "select * from roles where tenant = ''"
  $ baton-descope sql access.db "select * from changes" --csv > changes.csv
  $ baton-descope sql sync.json "select count(*) from users where mfa = 0"`,
      ),
  ).action(async (file: string, query: string, options: SqlFlags) =>
    (await import('./sql.ts')).tellSql(file, query, options, context),
  );
}
