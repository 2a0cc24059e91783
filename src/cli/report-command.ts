import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { ReportFlags } from './report.ts';
import { addWhenOptions, fileArgument } from './shown-arguments.ts';

export function addReportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('report')
    .description('make one page for a browser from the file of a sync: pictures, findings, and who can do what, where')
    .addArgument(fileArgument())
    .option('--since <file>', 'an older file: what was gained and lost since')
    .option('--policy <file>', 'judge by this policy: its rules, conflicts, limits, tests and waivers')
    .requiredOption('--out <file>', 'the page to write, such as report.html')
    .option('--humans-only', 'people alone: no keys, and nothing that keys hold')
    .option('--replace-other-project', 'replace the output of another project');
  addWhenOptions(command);
  command.addHelpText(
    'after',
    `
The page is one file that loads nothing and connects to nothing.
It holds personal data, so it has mode 0600.

Examples:
  $ baton-descope report --out report.html
  $ baton-descope report sync.json --since last-month.json --out report.html
  $ baton-descope report sync.json --policy policy.yaml --out report.html
  $ baton-descope report access.db --at 2026-03-31 --out march.html`,
  );

  command.action(async (file: string | undefined, options: ReportFlags) =>
    (await import('./report.ts')).report(file, options, context),
  );
}
