import type { Command } from 'commander';
import { type SettingName, settings } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import { addSettingOptions } from './setting-options.ts';
import type { SettingFlags } from './setting-sources.ts';

/** `capabilities` and `config`: what platforms and CI read about a connector, without any credentials. */
export function addManifestCommands(program: Command, context: CommandContext): void {
  program
    .command('capabilities')
    .description('print baton_capabilities.json: what can be read and changed, and the rights it takes')
    .addHelpText('after', '\nExample:\n  $ baton-descope capabilities | jq .connectorCapabilities')
    .action(async () => context.write((await import('./manifests.ts')).capabilities()));
  const config = program
    .command('config')
    .description(
      'print config_schema.json: every setting, as a platform asks for it; `config show` tells what is in force',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope config | jq -r '.fields[].name'
  $ baton-descope config show`,
    )
    .action(async () => context.write((await import('./manifests.ts')).config()));
  addShowCommand(config, context);
}

function addShowCommand(config: Command, context: CommandContext): void {
  const show = config
    .command('show')
    .description('print the settings in force and where each came from; secrets are masked')
    .option('--json', 'print them as one line of JSON');
  addSettingOptions(show, ...(Object.keys(settings) as SettingName[]));
  show.addHelpText(
    'after',
    `
Examples:
  $ baton-descope config show
  $ baton-descope config show --config prod.yaml --json | jq .problems`,
  );
  show.action(async (flags: SettingFlags & { readonly json?: boolean }) =>
    (await import('./config-show.ts')).showConfig(flags, context),
  );
}
