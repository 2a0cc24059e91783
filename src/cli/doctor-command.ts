import type { Command } from 'commander';
import type { DoctorFlags } from './doctor.ts';
import type { CommandContext } from './command-context.ts';
import { addSettingOptions, connectionSettings, platformSettings } from './setting-options.ts';

export function addDoctorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .description('check a setup before it fails: project, key and its rights, limits, clock, TLS files, output')
    .option('--out <file>', 'the file or folder that syncs write to; it is tried')
    .option('--service', 'look at service mode, too: get a token from the platform and say hello; no task is taken')
    .option('--json', 'print the findings as one line of JSON');
  addSettingOptions(
    command,
    'provisioning',
    'include',
    'lastLogin',
    'tlsCert',
    'tlsKey',
    'tlsClientCa',
    ...platformSettings,
    ...connectionSettings,
  );
  command.addHelpText(
    'after',
    `
It changes nothing and sends six requests at most, four more with
--provisioning, and one or two for each thing that --include asks for; it says
which rights that needs, how many requests a sync then sends, and how long they
take. It ends with the exit code
of the gravest failure, or 0. Warnings do not count.

Examples:
  $ baton-descope doctor
  $ baton-descope doctor --out /var/lib/baton/sync.json --provisioning
  $ baton-descope doctor --include sso_configuration,idp_group
  $ baton-descope doctor --service
  $ baton-descope doctor --json | jq -c '.checks[] | {name, level}'`,
  );
  command.action(async (flags: DoctorFlags) => (await import('./doctor.ts')).doctor(flags, context));
}
