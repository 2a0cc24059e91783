import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { ServeFlags } from './serve.ts';
import { addSettingOptions, connectionSettings, policySettings, readingSettings } from './setting-options.ts';

export function addServeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('serve')
    .description('answer the Baton connector protocol over gRPC, and sync into files at set times if asked to');
  addSettingOptions(
    command,
    'listen',
    'provisioning',
    'joinTenant',
    'allowPrivilegedDelete',
    'refuseReturning',
    ...policySettings,
    'auditLog',
    'syncEvery',
    'syncCron',
    'out',
    'outFormat',
    'history',
    'historyKeep',
    'api',
    'keep',
    'maxShrink',
    'healthCheckPort',
    'healthCheckBindAddress',
    'tlsCert',
    'tlsKey',
    'tlsClientCa',
    ...readingSettings,
    ...connectionSettings,
  );
  command.addHelpText(
    'after',
    `
The management key comes from DESCOPE_MANAGEMENT_KEY, from the file that
DESCOPE_MANAGEMENT_KEY_FILE names, or from the config file's
management-key-file; never from a flag. \`baton-descope init\` sets all of it up.
With --include console, a key of the whole company comes in the same ways from
DESCOPE_COMPANY_MANAGEMENT_KEY, DESCOPE_COMPANY_MANAGEMENT_KEY_FILE or
company-management-key-file; without one the management key is used.

Examples:
  $ baton-descope serve --listen 127.0.0.1:9090
  $ baton-descope serve --listen 0.0.0.0:9090 --tls-cert server.pem \\
      --tls-key server.key --tls-client-ca ca.pem --provisioning
  $ baton-descope serve --sync-every 1h --out /var/lib/baton-descope
  $ baton-descope serve --sync-cron "30 2 * * *" --out syncs --keep 30
  $ baton-descope serve --sync-every 1h --out syncs --history access.db --api
  $ curl http://127.0.0.1:8081/health`,
  );

  command.action(async (options: ServeFlags) => (await import('./serve.ts')).serve(options, context));
}
