import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { addEcosystemOptions, type EcosystemFlags } from './ecosystem.ts';
import { childCommand } from './mode.ts';

/** Hidden: a parent process of the Baton ecosystem starts its connector so, with the flags that it was given itself. */
export function addConnectorServiceCommand(program: Command, context: CommandContext): void {
  const command = program.command(childCommand, { hidden: true });
  addEcosystemOptions(command);
  command.action(async (options: EcosystemFlags) =>
    (await import('./connector-service.ts')).serveParent(options, context),
  );
}
