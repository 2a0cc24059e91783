import type { Command } from 'commander';
import type { InitFlags } from './init.ts';
import type { CommandContext } from './command-context.ts';

export function addInitCommand(program: Command, context: CommandContext): void {
  program
    .command('init')
    .description('set a project up: ask for its id and key, check them, write a config file')
    .option('--project-id <id>', 'the Descope project; asked for when left out')
    .option('--base-url <url>', 'where the Management API is, if not where the project id says')
    .option('--ca-file <file>', 'certificates of CAs to trust besides the usual ones, for a proxy')
    .option('--include <types>', 'types to read besides those that every sync has; asked for when left out')
    .option('--config <file>', 'the file to write (default: ~/.config/baton-descope/config.yaml)')
    .option('--skip-doctor', 'write without checking: nothing is sent to Descope')
    .option('--force', 'overwrite files that are there')
    .addHelpText(
      'after',
      `
Two files are written, both readable by you alone: the settings, and the key in
a file of its own beside them. Without a terminal the key is read from stdin, or
taken from DESCOPE_MANAGEMENT_KEY.

Examples:
  $ baton-descope init
  $ baton-descope init --project-id P2... --config baton.yaml < key.txt`,
    )
    .action(async (flags: InitFlags) => (await import('./init.ts')).init(flags, context));
}
