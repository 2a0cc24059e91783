import { type Command, Option } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { FleetChangeFlags } from './fleet-changes.ts';
import type { FleetDoctorFlags } from './fleet-doctor.ts';
import type { FleetLatestFlags } from './fleet-latest.ts';
import type { FleetRenderFlags } from './fleet-render.ts';
import type { FleetRunFlags } from './fleet-run.ts';
import type { FleetShowFlags } from './fleet-show.ts';
import type { FleetStatusFlags } from './fleet-status.ts';
import { addFleetQuestions } from './fleet-question-commands.ts';
import { settingOption } from './setting-options.ts';
import { wholeNumber } from './number-flags.ts';

/** `fleet`: many projects, one file that names them. */
export function addFleetCommand(program: Command, context: CommandContext): void {
  const fleet = program
    .command('fleet')
    .description('sync many projects, as one file says: when, where to, with which key')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope fleet doctor
  $ baton-descope fleet run --workers 8
  $ baton-descope fleet status --watch`,
    );
  addLooks(fleet, context);
  addFleetQuestions(fleet, context);
  addRuns(fleet, context);
  addChanges(fleet, context);
  addRenders(fleet, context);
}

/** What only looks. */
function addLooks(fleet: Command, context: CommandContext): void {
  withFile(fleet.command('show'))
    .description('print what holds for each project, with what the file says for all filled in; keys are not read')
    .argument('[projects...]', 'by name or id; all without one')
    .option('--json', 'print one JSON object, a project a line')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope fleet show
  $ baton-descope fleet show acme-prod --json`,
    )
    .action(async (words: readonly string[], flags: FleetShowFlags) =>
      (await import('./fleet-show.ts')).showFleet(words, flags, context),
    );
  withFile(fleet.command('doctor'))
    .description(
      'look at each project: whether its key works and may read, and whether its folder and bucket can be written to',
    )
    .argument('[projects...]', 'by name or id; all without one')
    .option('--json', 'print one JSON object, a project a line')
    .addHelpText(
      'after',
      `
It changes nothing at Descope, and sends each project what "doctor" sends. It
makes folders that are not there. It ends with the exit code of the gravest
failure, or 0.

Examples:
  $ baton-descope fleet doctor
  $ baton-descope fleet doctor acme-prod --json`,
    )
    .action(async (words: readonly string[], flags: FleetDoctorFlags) =>
      (await import('./fleet-doctor.ts')).fleetDoctor(words, flags, context),
    );
  withFile(fleet.command('latest'))
    .description('write the latest complete sync of a project into a file, from its bucket or its folder')
    .argument('<project>', 'by name or id')
    .requiredOption('--out <file>', 'the file to write')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope fleet latest acme-prod --out acme-prod.json`,
    )
    .action(async (word: string, flags: FleetLatestFlags) =>
      (await import('./fleet-latest.ts')).writeLatest(word, flags, context),
    );
  withEngine(fleet.command('status'))
    .description('tell how each project is: its last sync, the next one, what went wrong')
    .option('--watch', 'draw it anew every two seconds, the worst first where not all fit')
    .option('--json', 'print one JSON object, a project a line')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope fleet status
  $ baton-descope fleet status --watch
  $ baton-descope fleet status --json | jq '.projects[] | select(.failure)'`,
    )
    .action(async (flags: FleetStatusFlags) => (await import('./fleet-status.ts')).status(flags, context));
}

/** What syncs. */
function addRuns(fleet: Command, context: CommandContext): void {
  withEngine(fleet.command('run'))
    .description('sync the projects as they come due, until it is stopped')
    .option('--workers <n>', 'so many projects are synced at once (default: 4)', wholeNumber(1, 200))
    .addOption(settingOption('logFormat'))
    .addOption(healthPort())
    .addOption(settingOption('healthCheckBindAddress'))
    .addHelpText(
      'after',
      `
Each sync is a process of its own. A project has one sync at a time; one whose
process died is begun anew within a minute. What fails is tried again after
pauses that grow, and given up after the last try, until its next slot.
SIGTERM stops it: syncs that are under way are put back in line.

Examples:
  $ baton-descope fleet run
  $ baton-descope fleet run --file /etc/baton-descope/fleet.yaml --workers 8`,
    )
    .action(async (flags: FleetRunFlags) => (await import('./fleet-run.ts')).run(flags, context));
  withEngine(fleet.command('worker'))
    .description('do what "fleet run" of another process has put in line, until it is stopped')
    .option('--workers <n>', 'so many projects are synced at once (default: 4)', wholeNumber(1, 200))
    .addOption(settingOption('logFormat'))
    .addOption(healthPort())
    .addOption(settingOption('healthCheckBindAddress'))
    .addHelpText(
      'after',
      `
For more machines than one, which share an engine in PostgreSQL and have the
same fleet file. Two "fleet run" do no harm, either: a slot is put once.

Examples:
  $ BATON_FLEET_ENGINE=postgres://db.example/fleet baton-descope fleet worker`,
    )
    .action(async (flags: FleetRunFlags) =>
      (await import('./fleet-run.ts')).run({ ...flags, isWorker: true }, context),
    );
  withEngine(fleet.command('sync'))
    .description('put one project in line, whatever its schedule says')
    .argument('<project>', 'by name or id')
    .option('--now', 'sync it here, and wait for the result')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope fleet sync acme-prod
  $ baton-descope fleet sync acme-prod --now`,
    )
    .action(async (word: string, flags: FleetRunFlags) =>
      (await import('./fleet-run.ts')).syncNow(word, flags, context),
    );
}

/** What changes how runs go on. */
function addChanges(fleet: Command, context: CommandContext): void {
  const change = (
    name: string,
    description: string,
    work: (words: readonly string[], flags: FleetChangeFlags) => Promise<void>,
  ): void => {
    withEngine(fleet.command(name))
      .description(description)
      .argument('[projects...]', 'by name or id')
      .option('--all', 'all projects of the file')
      .addHelpText(
        'after',
        `\nExamples:\n  $ baton-descope fleet ${name} acme-prod\n  $ baton-descope fleet ${name} --all`,
      )
      .action(work);
  };
  change('pause', 'begin nothing of these projects any more; a sync that is under way goes on', async (words, flags) =>
    (await import('./fleet-changes.ts')).pause(words, true, flags, context),
  );
  change('resume', 'let paused projects go on, from their next slot', async (words, flags) =>
    (await import('./fleet-changes.ts')).pause(words, false, flags, context),
  );
  change('retry', 'put what was given up, or waits to be tried again, in line at once', async (words, flags) =>
    (await import('./fleet-changes.ts')).retry(words, flags, context),
  );
}

/** What makes files for others to run a fleet by. */
function addRenders(fleet: Command, context: CommandContext): void {
  const render = fleet
    .command('render')
    .description('print what others run a fleet by')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope fleet render kubernetes --image "$IMAGE"`,
    );
  withFile(render.command('kubernetes'))
    .description('print a CronJob for each project: for a cluster, and no database')
    .argument('[projects...]', 'by name or id; all without one')
    .requiredOption('--image <image>', 'the image to run, best by its digest')
    .option('--namespace <name>', 'where to', 'baton-descope')
    .option(
      '--secret <name>',
      'the Secret that holds the keys; {name} and {id} stand for those of the project',
      'baton-descope-keys',
    )
    .option('--secret-key <name>', 'which entry of it is the key of a project', '{name}')
    .option('--env-secret <name>', 'a Secret whose entries become environment variables, such as PGPASSWORD')
    .option('--claim <name>', 'the volume claim for the files of all; without it each project gets one of its own')
    .option('--storage <size>', 'how large the claim of a project is', '2Gi')
    .option('--out <folder>', 'write a file for each project into this folder, which holds nothing else')
    .addHelpText(
      'after',
      `
Each run is "fleet sync NAME --now" with what the file says of the project. What
cannot be said to Kubernetes is refused with its place in the file: an interval
that does not divide the day, a key that a program prints, files that are here.

Examples:
  $ baton-descope fleet render kubernetes --image "$IMAGE" | kubectl apply -f -
  $ baton-descope fleet render kubernetes --image "$IMAGE" --out manifests`,
    )
    .action(async (words: readonly string[], flags: FleetRenderFlags) =>
      (await import('./fleet-render.ts')).renderKubernetes(words, flags, context),
    );
}

/** Off unless it is asked for: two workers of a machine would want the same port. */
function healthPort(): Option {
  return new Option(
    '--health-check-port <port>',
    'serve /live, /ready, /health and /metrics over HTTP on this port; 0 takes a free one (env: BATON_HEALTH_CHECK_PORT; default: off)',
  );
}

function withFile(command: Command): Command {
  return command.option('--file <file>', 'the file that names the projects (default: fleet.yaml)');
}

function withEngine(command: Command): Command {
  return withFile(command).addOption(
    new Option(
      '--engine <engine>',
      'where runs are kept: sqlite:FILE for this machine, postgres://HOST/DATABASE for several (env: ' +
        'BATON_FLEET_ENGINE; default: fleet.db beside the file)',
    ),
  );
}
