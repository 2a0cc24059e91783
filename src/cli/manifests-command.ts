import type { Command } from 'commander';
import type { CommandContext } from './program.ts';

/** `capabilities` and `config`: what platforms and CI read about a connector, without any credentials. */
export function addManifestCommands(program: Command, { write }: CommandContext): void {
  program
    .command('capabilities')
    .description('print baton_capabilities.json: what can be read and changed, and the rights it takes')
    .action(async () => write((await import('./manifests.ts')).capabilities()));
  program
    .command('config')
    .description('print config_schema.json: every setting, as a platform asks for it')
    .action(async () => write((await import('./manifests.ts')).config()));
}
