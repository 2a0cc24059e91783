import type { ConfigFile } from '../config/config-file.ts';
import { type ConfigFilePath, configFilePath, type ConfigFilePlace } from '../config/config-file-path.ts';
import type { Environment } from '../config/environment.ts';
import type { Facts, Flags, LoadOptions, Origin, Resolved } from '../config/load.ts';
import { isDescopeUrl, parseBaseUrl, parseProjectId } from '../descope/base-url.ts';
import { ConnectorError } from '../errors.ts';
import { isWritableByAll } from '../file-trust.ts';
import { shellWord } from '../shell-word.ts';
import { tellAs } from './tell.ts';
import { refuseUnknownTimeZone } from './time-zone.ts';

/** The settings' flags, and the flag that names the config file. */
export type SettingFlags = Flags & { readonly config?: string };

/**
 * Where a command's settings come from: its flags, the environment, the config file. The loading itself is done in
 * `config/`.
 */
export async function settingSources(
  flags: SettingFlags,
  env: Environment,
): Promise<Pick<LoadOptions, 'flags' | 'env' | 'openFile' | 'refine'>> {
  return {
    flags,
    env,
    openFile: await fileOpener(
      { flag: flags.config, env, cwd: process.cwd() },
      (flags.logFormat ?? env['BATON_LOG_FORMAT']?.trim() ?? '') !== '',
    ),
    refine,
  };
}

/** What every command asks of the project id and the address, wherever they come from. */
export const refine = { projectId: parseProjectId, baseUrl: baseUrlOf } as const;

/** A file that came with a folder may name an address of Descope only: the key is sent to it. */
function baseUrlOf(value: string, { foundBy, source }: Origin): string {
  const baseUrl = parseBaseUrl(value);
  if (foundBy === 'folder' && !isDescopeUrl(baseUrl)) {
    const file = source.slice(0, source.lastIndexOf(':')); // "/here/baton.yaml:3 base-url"
    throw new ConnectorError(
      'config',
      `${baseUrl} is not Descope's own address, and this file was found automatically: your key would be sent there; ` +
        `if that is meant, name the file: --config ${shellWord(file)}`,
    );
  }
  return baseUrl;
}

/**
 * Prints the address that the key is sent to, if it comes from a `./baton.yaml` that was found and not named. The file
 * at home is the user's own.
 */
export function tellFoundBaseUrl(
  { origins, values }: Pick<Resolved, 'origins' | 'values'>,
  tell: (baseUrl: string, source: string) => void,
): void {
  const { baseUrl } = origins;
  if (baseUrl?.foundBy === 'folder' && values.baseUrl !== undefined) {
    tell(values.baseUrl, baseUrl.source);
  }
}

/**
 * What reads YAML is loaded only where there is a file. If a named one is not there, that is told when it is opened.
 */
async function fileOpener(place: ConfigFilePlace, isAsked: boolean): Promise<() => ConfigFile | undefined> {
  let file: ConfigFilePath | undefined;
  try {
    file = configFilePath(place);
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
  if (file === undefined) {
    return () => undefined;
  }
  const found = file;
  const { readConfigFile } = await import('../config/config-file.ts');
  return () => {
    const config = filesRead.get(found.path) ?? readConfigFile(found);
    filesRead.set(found.path, config);
    if (!isAsked) {
      tellAs({ format: config.values.logFormat?.text.trim() }); // at once: what is wrong with the rest is told in it, too
    }
    return config;
  };
}

/** A file is read once in a process: a pipe can be read once only, and what is looked at twice must be the same. */
const filesRead = new Map<string, ConfigFile>();

/** What is wrong with the environment itself, whatever the settings are; or with what a setting makes of it. */
export function environmentChecks(env: Environment): readonly ((facts: Facts) => void)[] {
  return [
    () => refuseTlsBypass(env),
    ({ values }) => refuseUnknownTimeZone(env, values.syncCron),
    ({ values }) => refuseOpenAuditLog(values.auditLog),
    ({ values }) => refuseMappingsUnread(values),
  ];
}

/** Nothing would be expanded, and nobody would notice. */
function refuseMappingsUnread({ expandMappings, include = [] }: Facts['values']): void {
  const missing = ['sso_configuration', 'idp_group'].filter(
    (type) => !include.includes(type) && !include.includes('all'),
  );
  if (expandMappings === true && missing.length > 0) {
    throw new ConnectorError(
      'config',
      `--expand-mappings (BATON_EXPAND_MAPPINGS) has nothing to expand without ${missing.join(' and ')}: add --include ` +
        'sso_configuration,idp_group (BATON_INCLUDE)',
    );
  }
}

/** An audit log that everybody may write to proves nothing. */
function refuseOpenAuditLog(path: string | undefined): void {
  if (path !== undefined && isWritableByAll(path)) {
    throw new ConnectorError(
      'config',
      `the audit log ${path} can be changed by every user of this machine: chmod o-w ${shellWord(path)}`,
    );
  }
}

/** Certificates are checked whatever this variable says; a user who sets it must be told that it has no effect. */
function refuseTlsBypass(env: Environment): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED']?.trim() === '0') {
    throw new ConnectorError(
      'config',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is refused: certificates are always checked; unset it, and give the CA of a ' +
        'proxy with --ca-file or NODE_EXTRA_CA_CERTS',
    );
  }
}
