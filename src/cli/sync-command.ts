import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { addSettingOptions, connectionSettings, readingSettings } from './setting-options.ts';
import type { SyncFlags } from './sync.ts';

export function addSyncCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('sync')
    .description('read a whole project once and write who holds what, where, to a file')
    .option(
      '--out <file>',
      'the file to write, by its extension: .json, .ndjson, .c1z, .csv (a folder) or .xlsx, or - for lines of JSON on stdout ' +
        '(default: sync.json); it is replaced only by a complete sync; .db or postgres://... is a store, which ' +
        'keeps the syncs before it, too',
    )
    .option('--accept-shrink', 'replace the file even if far fewer objects were found than it has; for this one run')
    .option('--replace-other-project', 'replace the file even if it is of another project; for this one run')
    .option('--json', 'print the summary as one line of JSON');
  addSettingOptions(
    command,
    ...readingSettings,
    'maxShrink',
    'history',
    'historyKeep',
    'policy',
    'metricsTextfile',
    ...connectionSettings,
  );
  command.addHelpText(
    'after',
    `
The management key comes from DESCOPE_MANAGEMENT_KEY, from the file that
DESCOPE_MANAGEMENT_KEY_FILE names, or from the config file's
management-key-file; never from a flag. \`baton-descope init\` sets all of it up.
With --include console, a key of the whole company comes in the same ways from
DESCOPE_COMPANY_MANAGEMENT_KEY, DESCOPE_COMPANY_MANAGEMENT_KEY_FILE or
company-management-key-file; without one the management key is used.

Examples:
  $ baton-descope sync --out sync.json
  $ baton-descope sync --out access.db
  $ baton-descope sync --out sync.json --config prod.yaml --rate-limit 100/m
  $ baton-descope sync --out sync.json --json | jq .counts.grants
  $ baton-descope sync --out - | jq -r 'select(.grant) | .grant.id'`,
  );

  command.action(async (options: SyncFlags) => (await import('./sync.ts')).syncOnce(options, context));
}
