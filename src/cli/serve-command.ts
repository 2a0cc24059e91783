import type { Command } from 'commander';
import type { CommandContext } from './program.ts';
import type { ServeFlags } from './serve.ts';
import { addSettingOptions } from './setting-options.ts';

export function addServeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('serve')
    .description('answer the Baton connector protocol over gRPC, and sync into files at set times if asked to')
    .option('--listen <host:port>', 'where to listen; plaintext is for loopback addresses only', '127.0.0.1:9090');
  addSettingOptions(command, 'provisioning', 'joinTenant', 'auditLog', 'syncEvery', 'syncCron', 'out', 'outFormat', 'keep', 'maxShrink', 'healthCheckPort', 'healthCheckBindAddress', 'tlsCert', 'tlsKey', 'tlsClientCa', 'projectId', 'baseUrl', 'maxParallelFetches', 'rateLimit', 'tenantRoles', 'maxDangling', 'strict', 'logLevel', 'logFormat');
  command.addHelpText(
    'after',
    `
The management key comes from DESCOPE_MANAGEMENT_KEY or DESCOPE_MANAGEMENT_KEY_FILE, never from a flag.

Examples:
  $ DESCOPE_PROJECT_ID=P2... DESCOPE_MANAGEMENT_KEY=K2... baton-descope serve --listen 127.0.0.1:9090
  $ baton-descope serve --sync-every 1h --out /var/lib/baton-descope
  $ baton-descope serve --sync-cron "30 2 * * *" --out syncs --keep 30
  $ curl http://127.0.0.1:8081/health`,
  );

  command.action(async (options: ServeFlags) => (await import('./serve.ts')).serve(options, context));
}
