import { Argument, type Command } from 'commander';
import type { SuggestKind } from '../answers/suggest.ts';
import type { CommandContext } from './command-context.ts';

/**
 * The command that completion scripts ask for names: `_names KIND -- TYPED WORD...`, where the words are those of the
 * line.
 */
const suggestionsCommand = '_names';

const kinds = [
  'permissions',
  'tenants',
  'users',
  'roles',
  'held',
  'principals',
  'everything',
] as const satisfies readonly SuggestKind[];

export function addSuggestionsCommand(program: Command, context: CommandContext): void {
  program
    .command(suggestionsCommand, { hidden: true })
    .addArgument(new Argument('<kind>').choices(kinds))
    .argument('<typed>')
    .argument('[words...]')
    .action(async (kind: SuggestKind, typed: string, words: readonly string[]) =>
      (await import('./suggestions.ts')).tellSuggestions(kind, typed, words, context),
    );
}
