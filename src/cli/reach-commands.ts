import { Argument, type Command, Option } from 'commander';
import { reachFormats } from '../answers/reach/formats.ts';
import type { CommandContext } from './command-context.ts';
import type { PathFlags } from './reach.ts';
import { addWhenOptions, fileArgument } from './shown-arguments.ts';

/** `path`: answers about what leads to what. */
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
}

function addReachOptions(command: Command): Command {
  return addWhenOptions(command).addOption(
    new Option('--format <format>', 'how to tell it; mermaid is a drawing').choices(reachFormats).default('text'),
  );
}
