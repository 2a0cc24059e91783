import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { ServiceFlags } from './service.ts';
import {
  addSettingOptions,
  connectionSettings,
  policySettings,
  readingSettings,
  serviceModeSettings,
} from './setting-options.ts';

export function addServiceCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('service')
    .description('dial a hosted platform, take tasks and do them: syncs that are uploaded, grants, revokes')
    .option('--accept-shrink', 'let the first sync be uploaded even if it found far less than the one before');
  addSettingOptions(
    command,
    ...serviceModeSettings,
    'provisioning',
    'joinTenant',
    'allowPrivilegedDelete',
    'refuseReturning',
    ...policySettings,
    'auditLog',
    'maxShrink',
    'history',
    'historyKeep',
    ...readingSettings,
    ...connectionSettings,
  );
  command.addHelpText(
    'after',
    `
The client secret comes from BATON_CLIENT_SECRET or from a file; never from a
flag. With BATON_CLIENT_ID and BATON_CLIENT_SECRET in the environment,
\`baton-descope\` without a command does the same, as every Baton connector does.

Examples:
  $ BATON_CLIENT_SECRET="$(cat secret)" baton-descope service --client-id "$ID"
  $ baton-descope service --client-id "$ID" --client-secret-file secret -p
  $ baton-descope doctor --service`,
  );
  command.action(async (options: ServiceFlags) => (await import('./service.ts')).service(options, context));
}
