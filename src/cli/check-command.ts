import { type Command, Option } from 'commander';
import { checkFormats } from '../checks/formats.ts';
import { severities } from '../checks/rule.ts';
import type { CheckFlags } from './check.ts';
import type { CommandContext } from './command-context.ts';
import { addWhenOptions, fileArgument } from './shown-arguments.ts';

/** `check`: what is wrong with the access in a file, by rules. */
export function addCheckCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('check')
    .description(
      'look a file over by rules: what is wrong, how bad it is, why, and how to mend it; exit code 1 when something is',
    )
    .addArgument(fileArgument())
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 for findings of this severity or worse; none: never')
        .choices([...severities, 'none'])
        .default('high'),
    )
    .addOption(new Option('--format <format>', 'how to tell the findings').choices(checkFormats).default('text'))
    .option('--policy <file>', 'a policy of your own: rules, conflicts, limits, waivers and access tests, in YAML')
    .option('--rule <id...>', 'only these rules')
    .option('--out <file>', 'write the findings to this file')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope check sync.json
  $ baton-descope check access.db --at 2026-03-31 --fail-on medium
  $ baton-descope check sync.json --policy policy.yaml --format sarif
  $ baton-descope check sync.json --format json --out findings.json`,
    )
    .action(async (file: string | undefined, options: CheckFlags) =>
      (await import('./check.ts')).check(file, options, context),
    );
  addWhenOptions(command);
}
