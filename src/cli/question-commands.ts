import { Argument, type Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { AccessFlags, WhoCanFlags } from './questions.ts';
import { addWhenOptions, fileArgument } from './shown-arguments.ts';

/** `who-can` and `access`: answers from a file, without Descope and without a key. */
export function addQuestionCommands(program: Command, context: CommandContext): void {
  addAnswerOptions(
    program
      .command('who-can')
      .usage('[options] [file] <held>')
      .argument('[words...]')
      .configureHelp({
        visibleArguments: () => [
          fileArgument(),
          new Argument(
            '<held>',
            'a permission, else a role, tenant, application, third-party app or project, by name or id, in any case; ' +
              'application:Wiki names the type, too',
          ),
        ],
      })
      .description(
        'tell from a file who has a permission, through which role, and where, inherited or not; or who holds a role, ' +
          'was given an application, consented to an app, or administers a project',
      )
      .option(
        '--tenant <tenant>',
        'in this tenant only (its id or name); holders in the whole project are listed as well',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope who-can invoices.approve
  $ baton-descope who-can sync.json invoices.approve --tenant Acme
  $ baton-descope who-can sync.json "Ledger Sync"
  $ baton-descope who-can sync.c1z invoices.approve --csv > who.csv
  $ baton-descope who-can access.db invoices.approve --at 2026-03-31`,
    )
    .action(async (words: readonly string[], options: WhoCanFlags) =>
      (await import('./questions.ts')).tellWhoCan(words, options, context),
    );

  addAnswerOptions(
    program
      .command('access')
      .usage('[options] [file] <principal>')
      .argument('[words...]')
      .configureHelp({
        visibleArguments: () => [
          fileArgument(),
          new Argument(
            '<principal>',
            'a user, by id, login id, email or name, in any case; else an access key, an app, or an administrator or key of ' +
              'the console, by name or id',
          ),
        ],
      })
      .description('tell from a file what one user, key, app or administrator can do, and where'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope access ada@acme.example
  $ baton-descope access sync.json "Ada Lovelace" --json | jq .rows`,
    )
    .action(async (words: readonly string[], options: AccessFlags) =>
      (await import('./questions.ts')).tellAccess(words, options, context),
    );
}

function addAnswerOptions(command: Command): Command {
  return addWhenOptions(command)
    .option('--direct-only', 'only what is held as it stands: nothing inherited, nothing that the next login gives')
    .option('--humans-only', 'people alone: no keys, and nothing that keys hold')
    .option('--csv', 'print the rows as CSV')
    .option('--json', 'print one JSON object, a row a line');
}
