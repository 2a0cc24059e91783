import { type Command, Option } from 'commander';
import type { OneShotGiven } from '../config/one-shot.ts';
import { type OneShotFlag, oneShotFlags } from '../config/one-shot-flags.ts';
import { type SettingName, settings } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import { ecosystemCommand } from './mode.ts';
import type { SettingFlags } from './setting-sources.ts';
import {
  configOption,
  connectionSettings,
  readingSettings,
  serviceModeSettings,
  settingOption,
  policySettings,
} from './setting-options.ts';

/** Flags without a command: those of every Baton connector, and our settings. */
export type EcosystemFlags = SettingFlags &
  OneShotGiven & {
    readonly acceptShrink?: boolean;
    readonly replaceOtherProject?: boolean;
  };

const settingsTaken = [
  ...serviceModeSettings,
  'provisioning',
  'joinTenant',
  'allowPrivilegedDelete',
  'refuseReturning',
  ...policySettings,
  'auditLog',
  ...readingSettings,
  'maxShrink',
  'metricsTextfile',
  ...connectionSettings,
] as const satisfies readonly SettingName[];

/**
 * Flags without a command mean what they mean to every Baton connector: service mode where a client is named, else the
 * one operation that is asked for, else a full sync into `--file`. Operations that change something are allowed with `--provisioning` only.
 */
export function addEcosystemCommand(program: Command, context: CommandContext): void {
  const command = program
    .command(ecosystemCommand, { hidden: true })
    .option('--accept-shrink', 'replace the file even if far fewer objects were found than it has')
    .option('--replace-other-project', 'replace the file even if it is of another project');
  addEcosystemOptions(command);
  command.action(async (options: EcosystemFlags) => (await import('./one-shot.ts')).runOneShot(options, context));
}

/** The flags that a Baton connector takes with and without a command word behind them. */
export function addEcosystemOptions(command: Command): void {
  command.combineFlagAndOptionalValue(false); // -pf FILE is two flags
  for (const flag of Object.values<OneShotFlag>(oneShotFlags)) {
    const option = new Option(flag.kind === 'switch' ? withValue(flag.flag) : flag.flag, flag.help);
    if (flag.kind === 'list') {
      option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
    }
    command.addOption(flag.isRare === true ? option.hideHelp() : option);
  }
  for (const name of settingsTaken) {
    const { flag, kind } = settings[name];
    command.addOption(settingOption(name, kind === 'switch' ? withValue(flag) : flag));
  }
  command.addOption(configOption());
}

/** A switch can be said with its value, too: --provisioning=false. */
function withValue(flag: string): string {
  return `${flag} [yes]`;
}
