import type { Command } from 'commander';
import type { DiffFlags } from './diff.ts';
import type { CommandContext } from './command-context.ts';
import { atOption } from './shown-arguments.ts';

/** `diff`: what changed between two files, as a reviewer would say it. */
export function addDiffCommand(program: Command, context: CommandContext): void {
  program
    .command('diff')
    .argument('<old>', 'the older file; or a store, with --from')
    .argument('[new]', 'the newer file; without it, the same store')
    .description(
      'tell what changed between two files: access gained and lost, people and roles that appeared or are gone; exit ' +
        'code 1 when something did',
    )
    .addOption(atOption('--from <time>', 'of the older store: as it was found on this day, or at this time'))
    .addOption(atOption('--to <time>', 'of the newer store: the same; its newest sync without it'))
    .option('--project <id>', 'of a store of several projects: this one')
    .option('--humans-only', 'people alone: no keys, and nothing that keys hold')
    .option('--csv', 'print the changes as CSV')
    .option('--json', 'print one JSON object, a change a line')
    .option('--md', 'print Markdown, for a pull request or a ticket')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope diff monday.json friday.json
  $ baton-descope diff monday.json friday.json --md > changes.md
  $ baton-descope diff access.db --from 2026-01-01 --to 2026-03-31`,
    )
    .action(async (before: string, after: string | undefined, options: DiffFlags) =>
      (await import('./diff.ts')).tellDiff(before, after, options, context),
    );
}
