import { type Command, Option } from 'commander';
import type { HealthCheckFlags } from './health-check.ts';
import type { CommandContext } from './command-context.ts';
import { wholeNumber } from './number-flags.ts';
import { addSettingOptions } from './setting-options.ts';

export function addHealthCheckCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('health-check')
    .description('check a serve that runs on this machine: exit 0 when it is healthy, 1 when it is not')
    .addOption(
      new Option('--endpoint <page>', 'which page to ask').choices(['health', 'ready', 'live']).default('health'),
    )
    .option('--timeout <seconds>', 'how long to wait for the answer', wholeNumber(1, 999), 5);
  addSettingOptions(command, 'healthCheckPort', 'healthCheckBindAddress');
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope health-check
  $ baton-descope health-check --endpoint ready --health-check-port 8082`,
  );
  command.action(async (options: HealthCheckFlags) =>
    (await import('./health-check.ts')).healthCheck(options, context),
  );
}
