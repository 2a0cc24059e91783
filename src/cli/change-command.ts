import { type Command, Option } from 'commander';
import type { ChangeFlags } from './change.ts';
import type { CommandContext } from './command-context.ts';
import { addSettingOptions, connectionSettings, policySettings } from './setting-options.ts';

const operations = {
  grant: {
    description: 'give one user or access key one role or one tenant membership, or one user one application',
    settings: ['joinTenant', ...policySettings, 'history', 'inheritance', 'applicationDefault'],
    person: '--to',
  },
  revoke: {
    description:
      'take one role or one tenant membership from one user or access key, one application from one user, or the ' +
      'consents to one third-party app',
    settings: ['inheritance', 'refuseReturning', 'include', 'applicationDefault'],
    person: '--from',
  },
} as const;

/** `grant` and `revoke`: whoever types them has consented to the change. */
export function addChangeCommand(program: Command, operation: 'grant' | 'revoke', context: CommandContext): void {
  const { description, settings, person } = operations[operation];
  const command = program.command(operation);
  command
    .description(description)
    .option('--role <role>', 'the role, by its name or id: of the whole project, or with --in inside a tenant')
    .option('--in <tenant>', 'the tenant that --role is held in, by its id or name')
    .option('--tenant <tenant>', 'the tenant to be a member of, by its id or name')
    .option('--application <app>', 'the application to have access to, by its id or name');
  const consent = new Option('--consent <app>', 'the third-party app whose consents are taken back, by its id or name');
  command
    .addOption(operation === 'revoke' ? consent : consent.hideHelp()) // a grant of it is refused with the reason
    .option(
      '--entitlement <id>',
      'instead of these: the id as in the sync file, such as "role_binding:acme/Editor:assigned"',
    )
    .option(
      `${person} <user>`,
      'the user: a user id, or a login id, email address or exact name that only one user has; "access_key:" and an id ' +
        'or exact name for an access ' +
        `key${operation === 'grant' ? '' : '; "tenant:" and an id or exact name for a tenant that consented'}`,
    )
    .addOption(new Option('--principal <user>', `the same as ${person}`))
    .option('--dry-run', 'show everything that would be sent, and send nothing')
    .option('--json', 'print the outcome as one line of JSON');
  addSettingOptions(command, ...settings, 'auditLog', ...connectionSettings);
  command.addHelpText(
    'after',
    `
Examples:
  $ baton-descope ${operation} --role Editor --in Acme ${person} ada@acme.example
  $ baton-descope ${operation} --tenant Acme ${person} ada@acme.example --dry-run
  $ baton-descope ${operation} --role Auditor ${person} "access_key:Nightly export"
  $ baton-descope ${operation} --application Wiki ${person} ada@acme.example
  $ baton-descope ${operation} --entitlement role:Editor:assigned \\
      --principal U2abc...`,
  );

  command.action(async (options: ChangeFlags) => (await import('./change.ts')).changeOnce(operation, options, context));
}
