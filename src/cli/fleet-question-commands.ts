import { type Command, InvalidArgumentError, Option } from 'commander';
import { severities } from '../checks/rule.ts';
import { keptFor } from '../config/setting-schemas.ts';
import { readMoment } from '../moment.ts';
import type { CommandContext } from './command-context.ts';
import type { FleetCheckFlags } from './fleet-check.ts';
import type { FleetReportFlags } from './fleet-report.ts';
import type { FleetDiffFlags } from './fleet-diff.ts';
import type { FleetQuestionFlags } from './fleet-who-can.ts';

const closing = `
Each project is asked as its newest complete sync found it: from its history
store, else from its latest file. A project that was never synced, cannot be
read, or is older than its schedule lets it be is named, and the command ends
with 5: what is not known is no "no".`;

/** Questions over the projects of a fleet, from what their syncs left, without Descope and without a key. */
export function addFleetQuestions(fleet: Command, context: CommandContext): void {
  addLooksOver(fleet, context);
  addOverviews(fleet, context);
  withSelection(fleet.command('who-can'))
    .description('tell who has a permission, a role, an application and so on, in each project')
    .argument('<held...>', 'permissions, roles and so on, as who-can takes them')
    .option('--direct-only', 'only what is held as it stands: nothing inherited, nothing that the next login gives')
    .option('--json', 'print one JSON object, a row a line')
    .addHelpText(
      'after',
      `${closing}

Examples:
  $ baton-descope fleet who-can invoices.approve
  $ baton-descope fleet who-can invoices.approve users.delete --label env=prod
  $ baton-descope fleet who-can "Tenant Admin" --json | jq .totals`,
    )
    .action(async (words: readonly string[], flags: FleetQuestionFlags) =>
      (await import('./fleet-who-can.ts')).fleetWhoCan(words, flags, context),
    );
  withSelection(fleet.command('access'))
    .description('tell what one person can do in all projects, by a verified email address')
    .argument('<email>', 'the address, in any case')
    .option('--direct-only', 'only what is held as it stands: nothing inherited, nothing that the next login gives')
    .option('--json', 'print one JSON object, a row a line')
    .addHelpText(
      'after',
      `
A user whose address was never verified may be somebody else, and is told apart.
${closing}

Examples:
  $ baton-descope fleet access ada@acme.example
  $ baton-descope fleet access ada@acme.example --json | jq .people`,
    )
    .action(async (email: string, flags: FleetQuestionFlags) =>
      (await import('./fleet-access.ts')).fleetAccess(email, flags, context),
    );
}

/** What compares, and what looks over. */
function addLooksOver(fleet: Command, context: CommandContext): void {
  withSelection(fleet.command('diff'))
    .description('tell what changed in each project since a time; exit code 1 when something did')
    .requiredOption('--since <time>', 'so long ago (7d), on this day, or at this time', since)
    .option('--json', 'print one JSON object, a change a line')
    .addHelpText(
      'after',
      `
The newest sync is compared with the last one that had finished by then, of the
store, else of the files that are kept. Where nothing is kept from so long ago,
the oldest one is taken, that is told, and the command ends with 5.
${closing}

Examples:
  $ baton-descope fleet diff --since 7d
  $ baton-descope fleet diff --since 2026-03-31 --label env=prod --json`,
    )
    .action(async (flags: FleetDiffFlags) => (await import('./fleet-diff.ts')).fleetDiff(flags, context));
}

/** What looks for what is wrong, and what makes pages of all. */
function addOverviews(fleet: Command, context: CommandContext): void {
  withSelection(fleet.command('check'))
    .description(
      'look each project over by rules, and what they have between them; exit code 1 when something is wrong',
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 for findings of this severity or worse; none: never')
        .choices([...severities, 'none'])
        .default('high'),
    )
    .option('--policy <file>', 'a policy of your own, for all of them')
    .option('--json', 'print one JSON object, a finding a line')
    .addHelpText(
      'after',
      `
Between projects: people who are disabled in one and active in another,
addresses that are verified in one and not in another, keys of one name in
production and elsewhere (by the label env).
${closing}

Examples:
  $ baton-descope fleet check
  $ baton-descope fleet check --label env=prod --policy policy.yaml --json`,
    )
    .action(async (flags: FleetCheckFlags) => (await import('./fleet-check.ts')).fleetCheck(flags, context));
  withSelection(fleet.command('report'))
    .description('make one page over all projects, which leads to a report of each, or a workbook')
    .requiredOption('--out <folder|file>', 'a folder for index.html and projects/NAME.html, or a workbook, FILE.xlsx')
    .option('--policy <file>', 'a policy of your own, for the findings')
    .addHelpText(
      'after',
      `${closing}

Examples:
  $ baton-descope fleet report --out fleet-report
  $ baton-descope fleet report --out fleet.xlsx --label env=prod`,
    )
    .action(async (flags: FleetReportFlags) => (await import('./fleet-report.ts')).fleetReport(flags, context));
}

/** "7d", or a moment; by the time of the call. */
function since(text: string): (nowMs: number) => number {
  const span = keptFor.safeParse(text);
  if (span.success) {
    return (nowMs) => nowMs - span.data;
  }
  const read = readMoment(text);
  if ('flaw' in read) {
    throw new InvalidArgumentError(
      'it must be a time such as 7d, 2026-03-31 or 2026-03-31T09:00:00Z, and not in the future.',
    );
  }
  return () => read.ms;
}

const gather = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

function withSelection(command: Command): Command {
  return command
    .option('--file <file>', 'the file that names the projects (default: fleet.yaml)')
    .option('--project <project>', 'only this one, by name or id; may be given several times', gather)
    .option('--label <name=value>', 'only projects with this label; of several, with all of them', gather)
    .option('--max-age <span>', 'what is older counts as not known (such as 2d); by default, what missed a slot', age);
}

function age(text: string): number {
  const read = keptFor.safeParse(text);
  if (!read.success) {
    throw new InvalidArgumentError('it must be a duration such as 36h or 2d.');
  }
  return read.data;
}
