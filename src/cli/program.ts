import { createRequire } from 'node:module';
import { Command } from 'commander';
import type { Environment } from '../config/load.ts';
import { addChangeCommand } from './change-command.ts';
import { addDemoCommand } from './demo-command.ts';
import { addDiffCommand } from './diff-command.ts';
import { addEcosystemCommand } from './ecosystem.ts';
import { addEmulatorCommand } from './emulator-command.ts';
import { addExportCommand } from './export-command.ts';
import { addHealthCheckCommand } from './health-check-command.ts';
import { addManifestCommands } from './manifests-command.ts';
import { addQuestionCommands } from './question-commands.ts';
import { addServeCommand } from './serve-command.ts';
import { addSyncCommand } from './sync-command.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** What a command takes from the process. `signal` fires when the process is asked to end. */
export interface CommandContext {
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Writes a result to stdout, with a line end. */
  readonly print: (text: string) => void;
  /** Writes to stdout byte for byte. */
  readonly write: (text: string) => void;
  /** Ends the process with this code when the command is done: for an answer that is no fault, but not "nothing to tell". */
  readonly endWith: (code: number) => void;
}

export function createProgram(context: CommandContext): Command {
  const program = new Command('baton-descope')
    .description('Who can do what, and where, in a Descope project: a Baton connector for identity governance')
    .version(version, '-v, --version')
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  addSyncCommand(program, context);
  addServeCommand(program, context);
  addChangeCommand(program, 'grant', context);
  addChangeCommand(program, 'revoke', context);
  addQuestionCommands(program, context);
  addDiffCommand(program, context);
  addExportCommand(program, context);
  addHealthCheckCommand(program, context);
  addManifestCommands(program, context);
  addEcosystemCommand(program, context);
  addEmulatorCommand(program, context);
  addDemoCommand(program, context);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  return program;
}

