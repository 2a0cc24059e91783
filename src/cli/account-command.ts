import { type Command, Option } from 'commander';
import { type AccountField, accountFields } from '../model/account-fields.ts';
import type { AccountFlags, CreateAccountFlags } from './account-create.ts';
import type { CommandContext } from './command-context.ts';
import type { OperationFlags } from './operation.ts';
import { addSecretOptions } from './secret-options.ts';
import { addSettingOptions, connectionSettings, policySettings } from './setting-options.ts';

/** `account`: the beginning and the end of users. Whoever types it has consented to the change. */
export function addAccountCommand(program: Command, context: CommandContext): void {
  const account = program.command('account').description('create, invite and delete users');
  account.addHelpText(
    'after',
    `
Examples:
  $ baton-descope account create --login-id ada@acme.example --dry-run
  $ baton-descope account delete ada@acme.example`,
  );
  addCreateCommand(account, context);
  addInviteCommand(account, context);
  addDeleteCommand(account, context);
}

function addCreateCommand(account: Command, context: CommandContext): void {
  const command = account.command('create').description('create one user, without a message to anybody');
  addFieldOptions(command, ({ name }) => name !== 'send_invite');
  command.option('--random-password', 'make a password, which the user must change at the first login');
  addSecretOptions(command);
  command
    .option('--dry-run', 'show everything that would be sent, and send nothing')
    .option('--json', 'print the outcome as one line of JSON')
    .addOption(new Option('--yes').hideHelp()); // nothing is asked: a script may say so everywhere
  addSettingOptions(command, ...policySettings, 'history', 'inheritance', 'auditLog', ...connectionSettings);
  command.addHelpText(
    'after',
    `
Who is there already is told, and never changed.

Examples:
  $ baton-descope account create --login-id ada@acme.example \\
      --email ada@acme.example --tenant-ids acme --dry-run
  $ baton-descope account create --login-id ada@acme.example \\
      --random-password --recipient age1... > password.age`,
  );
  command.action(async (options: CreateAccountFlags) =>
    (await import('./account-create.ts')).createAsked(options, context),
  );
}

function addInviteCommand(account: Command, context: CommandContext): void {
  const command = account.command('invite').description('create one user, to whom Descope sends an invitation');
  addFieldOptions(command, ({ name }) => name !== 'send_invite' && name !== 'create_disabled');
  command
    .option('--yes', 'do not ask: for scripts')
    .option('--dry-run', 'show everything that would be sent, and send nothing')
    .option('--json', 'print the outcome as one line of JSON');
  addSettingOptions(command, ...policySettings, 'history', 'inheritance', 'auditLog', ...connectionSettings);
  command.addHelpText(
    'after',
    `
An invitation is sent once, and never to a user who is there already.

Examples:
  $ baton-descope account invite --login-id ada@acme.example \\
      --email ada@acme.example --yes`,
  );
  command.action(async (options: AccountFlags) => (await import('./account-create.ts')).inviteAsked(options, context));
}

/** A flag for each field of an account. */
function addFieldOptions(command: Command, isOffered: (field: AccountField) => boolean): void {
  for (const field of accountFields.filter(isOffered)) {
    const flag = `--${field.name.replaceAll('_', '-')}`;
    command.option(field.kind === 'switch' ? flag : `${flag} <${valueWord(field)}>`, helpOf(field));
  }
}

function valueWord({ kind }: AccountField): string {
  return kind === 'map' ? 'json' : kind === 'texts' ? 'ids' : 'text';
}

function helpOf({ description }: AccountField): string {
  return description.charAt(0).toLowerCase() + description.slice(1).replace(/\.$/, '');
}

function addDeleteCommand(account: Command, context: CommandContext): void {
  const command = account
    .command('delete')
    .description('delete one user, with all that the user holds')
    .argument('<user>', 'a user id, or a login id, email address or exact name that only one user has')
    .option('--yes', 'do not ask: for scripts')
    .option('--dry-run', 'show everything that would be sent, and send nothing')
    .option('--json', 'print the outcome as one line of JSON');
  addSettingOptions(command, 'allowPrivilegedDelete', 'auditLog', ...connectionSettings);
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
