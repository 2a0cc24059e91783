import { Command, type OutputConfiguration } from 'commander';
import { version } from '../version.ts';
import { addAccountCommand } from './account-command.ts';
import { addActionCommand } from './action-command.ts';
import { addChangeCommand } from './change-command.ts';
import { addCheckCommand } from './check-command.ts';
import type { CommandContext } from './command-context.ts';
import { addCompletionCommand } from './completion-command.ts';
import { addConnectorServiceCommand } from './connector-service-command.ts';
import { addDemoCommand } from './demo-command.ts';
import { addDiffCommand } from './diff-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addEcosystemCommand } from './ecosystem.ts';
import { addEmulatorCommand } from './emulator-command.ts';
import { addEventsCommand } from './events-command.ts';
import { addExportCommand } from './export-command.ts';
import { addFleetChildCommands } from './fleet-child-commands.ts';
import { addFleetCommand } from './fleet-command.ts';
import { addHealthCheckCommand } from './health-check-command.ts';
import { addHistoryCommand } from './history-command.ts';
import { addHistoryQuestions } from './history-questions.ts';
import { addInitCommand } from './init-command.ts';
import { addKeyCommand } from './key-command.ts';
import { addListCommand } from './list-command.ts';
import { addManifestCommands } from './manifests-command.ts';
import { addQuestionCommands } from './question-commands.ts';
import { addReachCommands } from './reach-commands.ts';
import { addReportCommand } from './report-command.ts';
import { addReviewCommand } from './review-command.ts';
import { addServeCommand } from './serve-command.ts';
import { addServiceCommand } from './service-command.ts';
import { addSuggestionsCommand } from './suggestions-command.ts';
import { takeOnce } from './once.ts';
import { addSyncCommand } from './sync-command.ts';
import { widthOf } from './terminal.ts';

/** What changes one thing for each call. */
const changing: ReadonlySet<string> = new Set(['grant', 'revoke', 'account', 'key', 'action']);

export function createProgram(context: CommandContext): Command {
  const program = new Command('baton-descope')
    .description('Who can do what, and where, in a Descope project: a Baton connector for identity governance')
    .version(version, '-v, --version')
    .showHelpAfterError('(add --help for what there is)')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride()
    .configureOutput(outputOf(context))
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope demo                          # see it work, no account
  $ baton-descope init                          # set a project up, check it
  $ baton-descope sync --out sync.json          # who can do what, and where
  $ baton-descope serve --listen 127.0.0.1:9090 # answer a governance platform

Flags without a command mean what they mean to every Baton connector:
  $ baton-descope -f sync.c1z`,
    );
  program.commandsGroup('Set up:');
  addInitCommand(program, context);
  addDoctorCommand(program, context);
  program.commandsGroup('Read a project:');
  addSyncCommand(program, context);
  addServeCommand(program, context);
  addServiceCommand(program, context);
  addEventsCommand(program, context);
  addFleetCommand(program, context);
  program.commandsGroup('Change access:');
  addChangeCommand(program, 'grant', context);
  addChangeCommand(program, 'revoke', context);
  addAccountCommand(program, context);
  addKeyCommand(program, context);
  addActionCommand(program, context);
  program.commandsGroup('Ask a file:');
  addQuestionCommands(program, context);
  addReachCommands(program, context);
  addListCommand(program, context);
  addCheckCommand(program, context);
  addDiffCommand(program, context);
  addReportCommand(program, context);
  addExportCommand(program, context);
  addReviewCommand(program, context);
  addHistoryQuestions(program, context);
  addHistoryCommand(program, context);
  program.commandsGroup('For platforms and containers:');
  addHealthCheckCommand(program, context);
  addManifestCommands(program, context);
  addEcosystemCommand(program, context);
  addConnectorServiceCommand(program, context);
  addFleetChildCommands(program, context);
  program.commandsGroup('Try it without an account:');
  addEmulatorCommand(program, context);
  addDemoCommand(program, context);
  program.commandsGroup('Shell:');
  addCompletionCommand(program, context);
  addSuggestionsCommand(program, context);
  quieten(program.commands, context);
  program.commands.filter((command) => changing.has(command.name())).forEach(takeOnce);
  return program;
}

/** Commander prints no errors itself: main prints each once, whichever command found it. */
function quieten(commands: readonly Command[], context: CommandContext): void {
  for (const command of commands) {
    command.exitOverride().configureOutput(outputOf(context));
    quieten(command.commands, context);
  }
}

/** Help is as wide as the terminal, or 80 columns where the width is unknown. */
function outputOf({ write }: CommandContext): OutputConfiguration {
  return {
    writeErr: () => undefined,
    writeOut: write,
    getOutHelpWidth: () => widthOf(process.stdout) ?? 80,
    getErrHelpWidth: () => widthOf(process.stderr) ?? 80,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  };
}
