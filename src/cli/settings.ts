import { findConfigFile } from '../config/find-config-file.ts';
import { type Environment, type Flags, type LoadOptions, loadSettings } from '../config/load.ts';
import { type KeySource, openManagementKey } from '../config/management-key.ts';
import type { Settings } from '../config/settings.ts';
import { parseBaseUrl, parseProjectId, deriveBaseUrl } from '../descope/base-url.ts';
import { createChannel, createDescopeClient, type DescopeClient, type DescopeClientOptions } from '../descope/client.ts';
import type { DescopeObserver } from '../descope/observer.ts';
import type { SyncPolicy } from '../resources/sync-read.ts';
import { createLogger } from './logger.ts';
import type { Logger } from '../log.ts';
import { ConnectorError } from '../errors.ts';

export type RateWaits = Pick<DescopeClientOptions, 'longestRateWaitMs' | 'totalRateWaitMs' | 'forgetsRateWaits'>;

/** A client that waits so for rate limits. All clients of one connection keep to one limit and one pace together. */
export type ConnectClient = (waits: RateWaits, logger?: Logger) => DescopeClient;

export interface Prepared {
  readonly settings: Settings;
  readonly policy: SyncPolicy;
  readonly logger: Logger;
  readonly connect: (observer?: DescopeObserver) => ConnectClient;
}

export interface Setup extends Omit<Prepared, 'connect'> {
  readonly client: DescopeClient;
}

/** The settings' flags, and the flag that names the config file. */
export type SettingFlags = Flags & { readonly config?: string };

/** Where a command's settings come from: its flags, the environment, the config file. The loading itself is done in `config/`. */
export function settingSources(flags: SettingFlags, env: Environment): Pick<LoadOptions, 'flags' | 'env' | 'openFile' | 'refine'> {
  return {
    flags,
    env,
    openFile: () => findConfigFile({ flag: flags.config, env, cwd: process.cwd() }),
    refine: { projectId: parseProjectId, baseUrl: parseBaseUrl },
  };
}

/** Everything a command needs to talk to a project, from its flags, the environment and the config file. Nothing is sent yet. */
export function setUp(flags: SettingFlags, env: Environment, waits: RateWaits): Setup {
  const { connect, ...prepared } = prepare(flags, env);
  return { ...prepared, client: connect()(waits) };
}

/** The same for a command that watches its requests, or has several clients. `logLevel` counts when nobody says which. */
export function prepare(flags: SettingFlags, env: Environment, logLevel: 'info' | 'warn' = 'warn'): Prepared {
  let key: KeySource | undefined;
  const loaded = loadSettings({
    ...settingSources(flags, env),
    alsoCheck: [
      () => refuseTlsBypass(env),
      (file) => {
        key = openManagementKey(env, file?.keyFile);
      },
    ],
  });
  const managementKey = key ?? openManagementKey(env);
  const logger = createLogger(loaded.logLevel ?? logLevel, loaded.logFormat);
  const { projectId, maxParallelFetches, rateLimit, tenantRoles, maxDangling, strict } = loaded;
  return {
    settings: loaded,
    logger,
    policy: { tenantRoles, strict, ...(maxDangling !== undefined && { maxDangling }) },
    connect: (observer) => {
      const options = { projectId, baseUrl: loaded.baseUrl ?? deriveBaseUrl(projectId), managementKey, maxParallelFetches, rateLimit, ...(observer !== undefined && { observer }) };
      const channel = createChannel(options);
      return (waits, ownLogger = logger) => createDescopeClient({ ...options, ...waits, channel, logger: ownLogger });
    },
  };
}

/** We check certificates whatever this says; who sets it means to go without, and must not believe that it helped. */
export function refuseTlsBypass(env: Environment): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED']?.trim() === '0') {
    throw new ConnectorError('config', 'NODE_TLS_REJECT_UNAUTHORIZED=0 is refused: certificates are always checked; unset it, and give the CA of a proxy with NODE_EXTRA_CA_CERTS');
  }
}
