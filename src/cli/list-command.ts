import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { ListFlags } from './list.ts';
import type { ListKind } from '../answers/listing.ts';
import type { CommandContext } from './command-context.ts';
import { fileArgument } from './shown-arguments.ts';

const kinds = ['users', 'tenants', 'roles', 'permissions'] as const satisfies readonly ListKind[];

/** `list`: what a file holds, with the ids that other commands take. */
export function addListCommand(program: Command, context: CommandContext): void {
  program
    .command('list')
    .description('list what a file holds, with ids: its users, tenants, roles or permissions')
    .addArgument(new Argument('<users|tenants|roles|permissions>', 'what to list').choices(kinds).argParser(kindOf))
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
    .action(async (what: ListKind, file: string | undefined, options: ListFlags) =>
      (await import('./list.ts')).tellList(what, file, options, context),
    );
}

/** One of them is asked for as readily as all: `list user` means what `list users` means. */
function kindOf(word: string): ListKind {
  const kind = kinds.find((name) => name === word || name === `${word}s`);
  if (kind === undefined) {
    const isFile = /\.(?:json|ndjson|c1z)$/i.test(word);
    throw new InvalidArgumentError(
      `Allowed choices are ${kinds.join(', ')}${isFile ? '; the file comes after it' : ''}.`,
    );
  }
  return kind;
}
