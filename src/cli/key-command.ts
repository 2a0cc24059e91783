import { type Command, Option } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { CreateKeyFlags } from './key-create.ts';
import type { OperationFlags } from './operation.ts';
import { addSecretOptions } from './secret-options.ts';
import type { SecretFlags } from './secret-output.ts';
import { addSettingOptions, connectionSettings } from './setting-options.ts';

/** `key`: the life of access keys. Whoever types it has consented to the change. */
export function addKeyCommand(program: Command, context: CommandContext): void {
  const key = program.command('key').description('create, rotate and delete access keys');
  addCreateCommand(key, context);
  addRotateCommand(key, context);
  addDeleteCommand(key, context);
  key.addHelpText(
    'after',
    `
Examples:
  $ baton-descope key create ada@acme.example --reveal
  $ baton-descope key delete "Nightly export"`,
  );
}

const keyHelp = 'the id of the key, or its exact name where only one key has it';

function addCreateCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('create')
    .description('make a key that is bound to a user: whoever has it may do what the user may')
    .argument('<user>', 'a user id, or a login id, email address or exact name that only one user has')
    .option('--expires-in-days <days>', 'after how many days it ends, at most 365', '90')
    .addOption(requestIdOption());
  addSecretOptions(command);
  addCommonOptions(command);
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope key create ada@acme.example --reveal
  $ baton-descope key create ada@acme.example --recipient age1... > key.age`,
  );
  command.action(async (user: string, options: CreateKeyFlags) =>
    (await import('./key-create.ts')).createKeyAsked(user, options, context),
  );
}

function addRotateCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('rotate')
    .description('give a key a new secret; the old one is dead at once')
    .argument('<key>', keyHelp)
    .option('--yes', 'do not ask: for scripts');
  addSecretOptions(command);
  addCommonOptions(command);
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope key rotate "Nightly export" --dry-run
  $ baton-descope key rotate "Nightly export" --recipient age1... > key.age`,
  );
  command.action(async (key: string, options: OperationFlags & SecretFlags) =>
    (await import('./key-rotate.ts')).rotateKeyAsked(key, options, context),
  );
}

function addDeleteCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('delete')
    .description('delete a key, with its secret')
    .argument('<key>', keyHelp)
    .option('--yes', 'do not ask: for scripts');
  addCommonOptions(command);
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope key delete "Nightly export" --dry-run
  $ baton-descope key delete "Nightly export" --yes`,
  );
  command.action(async (key: string, options: OperationFlags) =>
    (await import('./key-delete.ts')).deleteKeyAsked(key, options, context),
  );
}

function requestIdOption(): Option {
  return new Option(
    '--request-id <id>',
    'your own id of the request: no two keys are made for one; made up where it is left out',
  );
}

function addCommonOptions(command: Command): void {
  command
    .option('--dry-run', 'show everything that would be sent, and send nothing')
    .option('--json', 'print the outcome as one line of JSON');
  addSettingOptions(command, 'auditLog', ...connectionSettings);
}
