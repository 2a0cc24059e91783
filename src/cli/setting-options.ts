import { type Command, Option } from 'commander';
import { type Setting, type SettingName, settings } from '../config/settings.ts';

/** The settings of every command that talks to Descope: address, pace and logging. */
export const connectionSettings = [
  'projectId',
  'baseUrl',
  'caFile',
  'maxParallelFetches',
  'rateLimit',
  'maxResponseSize',
  'logLevel',
  'logFormat',
] as const satisfies readonly SettingName[];

/** Who we are to the platform that is dialled. */
export const platformSettings = ['clientId', 'clientSecretFile', 'c1CaFile'] as const satisfies readonly SettingName[];

/** What service mode takes besides. */
export const serviceModeSettings = [
  ...platformSettings,
  'taskConcurrency',
  'c1zTempDir',
  'stateDir',
  'healthCheckPort',
  'healthCheckBindAddress',
] as const satisfies readonly SettingName[];

/** What a full sync reads, and what it puts up with: for every command that makes one. */
export const readingSettings = [
  'tenantRoles',
  'inheritance',
  'include',
  'applicationDefault',
  'lastLogin',
  'expandMappings',
  'maxDangling',
  'strict',
] as const satisfies readonly SettingName[];

/** What a policy is asked before a grant. */
export const policySettings = [
  'policy',
  'policyOnViolation',
  'policySync',
  'policyMaxAge',
  'policyWhenStale',
] as const satisfies readonly SettingName[];

/** How a command shows the flag of a setting: its help, its default and its names in the environment. */
export function settingOption(name: SettingName, flag: string = settings[name].flag): Option {
  const { help, env, default: standard }: Setting = settings[name];
  const isSwitch = standard === 'false';
  return new Option(
    flag,
    `${help} (env: ${env.join(', ')}${standard === undefined || isSwitch ? '' : `; default: ${standard}`})`,
  );
}

/** Adds --config and the settings' flags to a command, with their help, defaults and environment names. */
export function addSettingOptions(command: Command, ...names: readonly SettingName[]): Command {
  command.optionsGroup('Settings:');
  names.forEach((name) => command.addOption(settingOption(name)));
  return command.addOption(configOption());
}

/** The flag that names the config file. */
export function configOption(): Option {
  return new Option(
    '--config <file>',
    'take settings from this YAML or JSON file; else from ./baton.yaml or ./.baton.yaml, else from ' +
      '~/.config/baton-descope/config.yaml (env: BATON_CONFIG)',
  );
}
