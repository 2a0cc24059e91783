import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { OperationFlags } from './operation.ts';
import { addSettingOptions, connectionSettings } from './setting-options.ts';

/** `account`: the beginning and the end of users. Whoever types it has consented to the change. */
export function addAccountCommand(program: Command, context: CommandContext): void {
  const account = program.command('account').description('create, invite and delete users');
  addDeleteCommand(account, context);
}

function addDeleteCommand(account: Command, context: CommandContext): void {
  const command = account
    .command('delete')
    .description('delete one user, with all that the user holds')
    .argument('<user>', 'a user id, or a login id, email address or exact name that only one user has')
    .option('--yes', 'do not ask: for scripts')
    .option('--dry-run', 'show everything that would be sent, and send nothing')
    .option('--json', 'print the outcome as one line of JSON');
  addSettingOptions(command, 'auditLog', ...connectionSettings);
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope account delete ada@acme.example --dry-run
  $ baton-descope account delete ada@acme.example --yes`,
  );
  command.action(async (user: string, options: OperationFlags) =>
    (await import('./account-delete.ts')).deleteUserAsked(user, options, context),
  );
}
