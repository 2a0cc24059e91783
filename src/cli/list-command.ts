import { Argument, type Command } from 'commander';
import type { ListFlags } from './list.ts';
import type { ListKind } from '../answers/listing.ts';
import type { CommandContext } from './program.ts';
import { fileArgument } from './shown-arguments.ts';

const kinds = ['users', 'tenants', 'roles', 'permissions'] as const satisfies readonly ListKind[];

/** `list`: what a file holds, with the ids that other commands take. */
export function addListCommand(program: Command, context: CommandContext): void {
  program
    .command('list')
    .description('list what a file holds, with ids: its users, tenants, roles or permissions')
    .addArgument(new Argument('<users|tenants|roles|permissions>', 'what to list').choices(kinds))
    .addArgument(fileArgument())
    .option('--match <text>', 'only those whose id, name, login or email contains this text, in any case')
    .option('--csv', 'print the rows as CSV')
    .option('--json', 'print one JSON object, a row a line')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope list users --match lovelace
  $ baton-descope list roles sync.json --csv > roles.csv`,
    )
    .action(async (what: ListKind, file: string | undefined, options: ListFlags) => (await import('./list.ts')).tellList(what, file, options, context));
}
