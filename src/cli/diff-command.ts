import type { Command } from 'commander';
import type { DiffFlags } from './diff.ts';
import type { CommandContext } from './command-context.ts';

/** `diff`: what changed between two files, as a reviewer would say it. */
export function addDiffCommand(program: Command, context: CommandContext): void {
  program
    .command('diff <old> <new>')
    .description(
      'tell what changed between two files: access gained and lost, people and roles that appeared or are gone; exit code 1 when something did',
    )
    .option('--humans-only', 'people alone: no keys, and nothing that keys hold')
    .option('--csv', 'print the changes as CSV')
    .option('--json', 'print one JSON object, a change a line')
    .option('--md', 'print Markdown, for a pull request or a ticket')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope diff monday.json friday.json
  $ baton-descope diff monday.json friday.json --md > changes.md`,
    )
    .action(async (before: string, after: string, options: DiffFlags) =>
      (await import('./diff.ts')).tellDiff(before, after, options, context),
    );
}
