import { Argument, type Command, Option } from 'commander';
import type { FallKind } from '../answers/reach/fall-kinds.ts';
import type { CommandContext } from './command-context.ts';
import type { BlastFlags, PathFlags, ReachFormat } from './reach.ts';
import { addWhenOptions, fileArgument } from './shown-arguments.ts';

const formats: readonly ReachFormat[] = ['text', 'json', 'mermaid'];
/** Named here once more, since every start of the program loads this, and none of it the answers. */
const fallKinds = { power: 0, users: 0, keys: 0, tenants: 0, roles: 0, access: 0 } satisfies Record<FallKind, 0>;

/** `path` and `blast-radius`: answers about what leads to what. */
export function addReachCommands(program: Command, context: CommandContext): void {
  const path = program
    .command('path')
    .usage('[options] [file] <who> <what>')
    .argument('[words...]')
    .configureHelp({
      visibleArguments: () => [
        fileArgument(),
        new Argument(
          '<principal>',
          'who: a user, a key, or what gives access at a login: an identity provider group, an SSO configuration, a tenant; by name or id',
        ),
        new Argument('<held>', 'what: a permission, else a role, tenant, application, app or project, by name or id'),
      ],
    })
    .description(
      'tell from a file every way in which somebody comes to something: held, inherited, by key, at the next login',
    )
    .option(
      '--tenant <tenant>',
      'in this tenant only (its id or name); what counts in the whole project is told as well',
    );
  addReachOptions(path)
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope path sync.json ada@acme.example invoices.approve
  $ baton-descope path sync.json "Nightly export" documents.read --tenant Acme
  $ baton-descope path access.db idp_group:Finance Auditor --at 2026-03-31
  $ baton-descope path sync.json ada@acme.example Editor --format mermaid`,
    )
    .action(async (words: readonly string[], options: PathFlags) =>
      (await import('./reach.ts')).tellPath(words, options, context),
    );

  const blast = program
    .command('blast-radius')
    .usage('[options] [file] <subject>')
    .argument('[words...]')
    .configureHelp({
      visibleArguments: () => [
        fileArgument(),
        new Argument(
          '<principal>',
          'a user, key, role, tenant, identity provider group, SSO configuration or app, or somebody of the console; by name or id',
        ),
      ],
    })
    .description(
      'tell from a file everything that falls if one user, key, role, group, configuration or tenant falls: counts, and rows on demand',
    )
    .option('--tenant <tenant>', 'of a role: in this tenant only (its id or name)')
    .addOption(
      new Option('--rows <kind...>', 'tell these rows, too; all: every kind').choices([
        ...Object.keys(fallKinds),
        'all',
      ]),
    );
  addReachOptions(blast)
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope blast-radius sync.json ada@acme.example
  $ baton-descope blast-radius sync.json "Tenant Admin" --tenant Acme
  $ baton-descope blast-radius access.db "Nightly export" --at 2026-03-31
  $ baton-descope blast-radius sync.json tenant:acme --format mermaid`,
    )
    .action(async (words: readonly string[], options: BlastFlags) =>
      (await import('./reach.ts')).tellBlastRadius(words, options, context),
    );
}

function addReachOptions(command: Command): Command {
  return addWhenOptions(command).addOption(
    new Option('--format <format>', 'how to tell it; mermaid is a drawing').choices(formats).default('text'),
  );
}
