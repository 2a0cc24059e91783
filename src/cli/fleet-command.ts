import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { FleetDoctorFlags } from './fleet-doctor.ts';
import type { FleetShowFlags } from './fleet-show.ts';

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
  $ baton-descope fleet show --file fleet.yaml`,
    );
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
    .description('look at each project: whether its key works and may read, and whether its folder can be written to')
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
}

function withFile(command: Command): Command {
  return command.option('--file <file>', 'the file that names the projects (default: fleet.yaml)');
}
