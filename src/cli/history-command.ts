import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { HistoryFlags, ImportFlags } from './history.ts';
import { addUpkeepCommands } from './history-upkeep-commands.ts';
import { addWhenOptions } from './shown-arguments.ts';

/** `history`: what a store of syncs keeps, and how files get into it. */
export function addHistoryCommand(program: Command, context: CommandContext): void {
  const history = program
    .command('history')
    .description(
      'keep sync after sync in a store, a .db file or a database of PostgreSQL, that answers of any day, and look after it',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope history import --into access.db syncs/*.json
  $ baton-descope history list access.db`,
    );
  history
    .command('import')
    .description('put files of syncs into a store, in the order of their time')
    .argument('<files...>', '.json, .ndjson or .c1z files that "sync" or "export" wrote')
    .requiredOption(
      '--into <store>',
      'the store, such as access.db or postgres://HOST/DATABASE; it is made where there is none',
    )
    .option('--project <id>', 'the project of files that do not tell theirs: a .c1z of another program')
    .addHelpText(
      'after',
      `
A file whose sync the store has already is passed over. Files that are older
than the newest sync of the store are refused: import them into a new store.

Examples:
  $ baton-descope history import --into access.db syncs/*.json
  $ baton-descope history import --into access.db monday.c1z`,
    )
    .action(async (files: readonly string[], options: ImportFlags) =>
      (await import('./history-import.ts')).importFiles(files, options, context),
    );
  history
    .command('list')
    .description('list the syncs that a store keeps, and how many rows came and went with each')
    .argument('<store>', 'a .db file, or postgres://HOST/DATABASE')
    .option('--project <id>', 'of this project only')
    .option('--json', 'print one JSON object, a sync a line')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope history list access.db`,
    )
    .action(async (store: string, options: HistoryFlags) =>
      (await import('./history.ts')).listSyncs(store, options, context),
    );
  addWhenOptions(
    history
      .command('show')
      .description('tell what one sync of a store found: the summary that its file would end with')
      .argument('<store>', 'a .db file, or postgres://HOST/DATABASE')
      .addHelpText(
        'after',
        `
Examples:
  $ baton-descope history show access.db --at 2026-03-31`,
      ),
  ).action(async (store: string, options: HistoryFlags) =>
    (await import('./history.ts')).showSync(store, options, context),
  );
  history
    .command('verify')
    .description('check the file of a store, and make the hash of every sync anew from the rows that it keeps')
    .argument('<store>', 'a .db file, or postgres://HOST/DATABASE')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope history verify access.db`,
    )
    .action(async (store: string, options: HistoryFlags) =>
      (await import('./history.ts')).verify(store, options, context),
    );
  addUpkeepCommands(history, context);
}
