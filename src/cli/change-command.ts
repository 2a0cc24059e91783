import type { Command } from 'commander';
import type { ChangeFlags } from './change.ts';
import type { CommandContext } from './program.ts';
import { addSettingOptions, connectionSettings } from './setting-options.ts';

const operations = {
  grant: { description: 'give one user one entitlement: a tenant membership, or a role in its scope', settings: ['joinTenant'] },
  revoke: { description: 'take one entitlement from one user', settings: [] },
} as const;

/** `grant` and `revoke`: whoever types them has consented to the change. */
export function addChangeCommand(program: Command, operation: 'grant' | 'revoke', context: CommandContext): void {
  const { description, settings } = operations[operation];
  const command = program
    .command(operation)
    .description(description)
    .requiredOption('--entitlement <id>', 'its id as in the sync file, such as "role_binding:acme/Editor:assigned"')
    .requiredOption('--principal <user>', 'the user id, or a login id that only one user has')
    .option('--dry-run', 'show what would be sent, and send nothing')
    .option('--json', 'print the outcome as one line of JSON');
  addSettingOptions(command, ...settings, 'auditLog', ...connectionSettings);
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope ${operation} --entitlement role:Editor:assigned --principal U2abc...
  $ baton-descope ${operation} --entitlement tenant:acme:member \\
      --principal ada@acme.example --dry-run`,
  );

  command.action(async (options: ChangeFlags) => (await import('./change.ts')).changeOnce(operation, options, context));
}
