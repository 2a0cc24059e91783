import type { Command } from 'commander';
import type { ActionRunFlags } from './action-run.ts';
import type { CommandContext } from './command-context.ts';
import { addSettingOptions, connectionSettings, policySettings } from './setting-options.ts';

/** `action`: what can be done besides granting and revoking. */
export function addActionCommand(program: Command, context: CommandContext): void {
  const action = program.command('action').description('what else can be done: disable a user, end sessions ...');
  action
    .command('list')
    .description('every action, and what it takes; asks nobody')
    .option('--json', 'print the schema of each action as a line of JSON')
    .addHelpText('after', '\nExample:\n  $ baton-descope action list --json')
    .action(async (options: { readonly json?: boolean }) =>
      (await import('./action-list.ts')).listActions(options, context),
    );
  addRunCommand(action, context);
  action.addHelpText(
    'after',
    `
Examples:
  $ baton-descope action list
  $ baton-descope action run disable_user --arg user_id=U2abc...`,
  );
}

function addRunCommand(action: Command, context: CommandContext): void {
  const command = action
    .command('run')
    .description('run one action to its end')
    .argument('<name>', 'the name of the action, such as disable_user or user.delete')
    .option('--arg <name=value>', 'one argument; a list has several of one name', collect)
    .option('--reveal', 'show the new secret, of an action that makes one, on this terminal')
    .option(
      '--recipient <key>',
      'encrypt the new secret for this age1... or JSON Web Key; several times for several',
      collect,
    )
    .option('--yes', 'do not ask: for scripts')
    .option('--dry-run', 'show everything that would be sent, and send nothing')
    .option('--json', 'print the outcome as one line of JSON');
  addSettingOptions(
    command,
    'joinTenant',
    ...policySettings,
    'history',
    'inheritance',
    'refuseReturning',
    'applicationDefault',
    'auditLog',
    ...connectionSettings,
  );
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope action list
  $ baton-descope action run disable_user --arg user_id=U2abc... --dry-run
  $ baton-descope action run update_user --arg user_id=U2abc... \\
      --arg user_profile='{"display_name": "Ada Lovelace"}'
  $ baton-descope action run access_key.rotate --arg access_key_id=K2abc... \\
      --recipient age1... > key.age`,
  );
  command.action(async (name: string, options: ActionRunFlags) =>
    (await import('./action-run.ts')).runAction(name, options, context),
  );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
