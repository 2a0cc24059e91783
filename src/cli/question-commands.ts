import type { Command } from 'commander';
import type { CommandContext } from './program.ts';
import type { AnswerFlags, WhoCanFlags } from './questions.ts';

/** `who-can` and `access`: answers from a file, without Descope and without a key. */
export function addQuestionCommands(program: Command, context: CommandContext): void {
  addAnswerOptions(
    program
      .command('who-can <file> <permission>')
      .description('tell from a file who has a permission, through which role, and where')
      .option('--tenant <tenant>', 'in this tenant only (its id, or its exact name); who holds it in the whole project is told, too'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope who-can sync.json invoices.approve
  $ baton-descope who-can sync.c1z invoices.approve --csv > who.csv`,
    )
    .action(async (file: string, permission: string, options: WhoCanFlags) => (await import('./questions.ts')).tellWhoCan(file, permission, options, context));

  addAnswerOptions(program.command('access <file> <user>').description('tell from a file what one user can do, and where: by user id, login id, email or exact name'))
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope access sync.json ada@acme.example
  $ baton-descope access sync.json "Ada Lovelace" --json | jq .rows`,
    )
    .action(async (file: string, user: string, options: AnswerFlags) => (await import('./questions.ts')).tellAccess(file, user, options, context));
}

function addAnswerOptions(command: Command): Command {
  return command.option('--csv', 'print the rows as CSV').option('--json', 'print one JSON object, a row a line');
}
