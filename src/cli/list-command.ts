import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { ListFlags } from './list.ts';
import type { ListKind } from '../answers/listing.ts';
import type { CommandContext } from './command-context.ts';
import { nearNames } from '../model/near-names.ts';
import { optInTypes } from '../sync-format/known-types.ts';
import { addWhenOptions, fileArgument } from './shown-arguments.ts';

const kinds = ['users', 'tenants', 'roles', 'permissions', ...Object.keys(optInTypes).map((type) => `${type}s`)];

/** `list`: what a file holds, with the ids that other commands take. */
export function addListCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('list')
    .description(
      'list what a file holds, with ids: its users, tenants, roles, permissions, keys, applications and so on',
    )
    .addArgument(
      new Argument('<kind>', 'what to list: users, tenants, roles, permissions, or another type, such as access_keys')
        .choices(kinds)
        .argParser(kindOf),
    )
    .addArgument(fileArgument())
    .option('--match <text>', 'only those whose id, name, login or email contains this text, in any case')
    .option('--csv', 'print the rows as CSV')
    .option('--json', 'print one JSON object, a row a line')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope list users --match lovelace
  $ baton-descope list access_keys
  $ baton-descope list roles sync.json --csv > roles.csv
  $ baton-descope list users access.db --at 2026-03-31`,
    )
    .action(async (what: ListKind, file: string | undefined, options: ListFlags) =>
      (await import('./list.ts')).tellList(what, file, options, context),
    );
  addWhenOptions(command);
}

/**
 * One of them is asked for as readily as all: `list user` means what `list users` means, and `list "access key"` what
 * `list access_keys` means.
 */
function kindOf(word: string): ListKind {
  const wanted = word.toLowerCase().replaceAll(/[ -]/g, '_');
  const kind = kinds.find((name) => name === wanted || name === `${wanted}s`);
  if (kind === undefined) {
    const isFile = /\.(?:json|ndjson|c1z|db)$/i.test(word);
    const [near] = isFile ? [] : nearNames(wanted, kinds, 1);
    throw new InvalidArgumentError(
      `${near === undefined ? '' : `Did you mean ${near}? `}Allowed choices are ` +
        `${kinds.join(', ')}${isFile ? '; the file comes after it' : ''}.`,
    );
  }
  return kind as ListKind; // kinds are those of the listing, as a test holds them to
}
