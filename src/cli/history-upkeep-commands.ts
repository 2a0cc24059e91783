import { type Command, InvalidArgumentError, Option } from 'commander';
import { keptFor } from '../config/setting-schemas.ts';
import type { CommandContext } from './command-context.ts';
import type { ForgetFlags } from './history-forget.ts';
import type { PruneFlags } from './history-upkeep.ts';
import { addSettingOptions } from './setting-options.ts';

/** `history prune | vacuum | forget`: what is done to a store besides putting syncs into it. */
export function addUpkeepCommands(history: Command, context: CommandContext): void {
  history
    .command('prune')
    .description('take syncs out of a store that are older than what is to be kept, and what ended with them')
    .argument('<store>', 'a .db file')
    .addOption(
      new Option('--keep <duration>', 'how far back every moment can be asked for, such as 400d')
        .argParser(keptDuration)
        .makeOptionMandatory(),
    )
    .option('--project <id>', 'of this project only')
    .option('--yes', 'do not ask: for scripts')
    .option('--dry-run', 'tell what would go, and change nothing')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Every moment within that time is answered as before: the sync that stood at its
beginning stays, and so does the newest one, however old it is.

Examples:
  $ baton-descope history prune access.db --keep 400d --dry-run
  $ baton-descope history prune access.db --keep 400d --yes`,
    )
    .action(async (store: string, options: PruneFlags) =>
      (await import('./history-upkeep.ts')).pruneOnce(store, options, context),
    );
  history
    .command('vacuum')
    .description('write the file of a store anew, smaller: nothing that was taken out is left in it')
    .argument('<store>', 'a .db file')
    .addHelpText(
      'after',
      `
It needs as much room again beside the store while it works.

Examples:
  $ baton-descope history vacuum access.db`,
    )
    .action(async (store: string) => (await import('./history-upkeep.ts')).vacuumOnce(store, context));
  addSettingOptions(
    history
      .command('forget')
      .description('replace whatever names a person by a token, in every version and every table of a store')
      .argument('<store>', 'a .db file')
      .argument('<user>', 'a user, or a console administrator, by id, login, email or name; also one who is gone')
      .option('--project <id>', 'of this project only')
      .option('--yes', 'do not ask: for scripts')
      .option('--dry-run', 'tell what would be forgotten, and change nothing')
      .option('--json', 'print one JSON object')
      .addHelpText(
        'after',
        `
Names, logins, addresses, telephone numbers and attributes become one token; the
id, the status, times and what was held stay. Whoever is still in the project is
in the store again with the next sync: delete the user first.

Examples:
  $ baton-descope history forget access.db ada@acme.example --dry-run
  $ baton-descope history forget access.db ada@acme.example --yes`,
      ),
    'auditLog',
    'logLevel',
    'logFormat',
  ).action(async (store: string, asked: string, options: ForgetFlags) =>
    (await import('./history-forget.ts')).forgetAsked(store, asked, options, context),
  );
}

function keptDuration(text: string): number {
  const parsed = keptFor.safeParse(text);
  if (!parsed.success) {
    throw new InvalidArgumentError(`it ${parsed.error.issues[0]?.message ?? 'is no duration'}`);
  }
  return parsed.data;
}
