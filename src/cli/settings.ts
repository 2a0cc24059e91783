import { findConfigFile } from '../config/find-config-file.ts';
import { type Environment, type Flags, type LoadOptions, loadSettings } from '../config/load.ts';
import { type KeySource, openManagementKey } from '../config/management-key.ts';
import type { Settings } from '../config/settings.ts';
import { parseBaseUrl, parseProjectId, deriveBaseUrl } from '../descope/base-url.ts';
import { createDescopeClient, type DescopeClient, type DescopeClientOptions } from '../descope/client.ts';
import type { SyncPolicy } from '../resources/sync-read.ts';
import { createLogger } from './logger.ts';
import type { Logger } from '../log.ts';

export interface Setup {
  readonly settings: Settings;
  readonly client: DescopeClient;
  readonly policy: SyncPolicy;
  readonly logger: Logger;
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

/** Everything a command needs to talk to a project, from its flags and the environment. Nothing is sent yet. */
export function setUp(flags: SettingFlags, env: Environment, waits: Pick<DescopeClientOptions, 'longestRateWaitMs' | 'totalRateWaitMs' | 'forgetsRateWaits'>): Setup {
  let key: KeySource | undefined;
  const loaded = loadSettings({
    ...settingSources(flags, env),
    alsoCheck: (file) => {
      key = openManagementKey(env, file?.keyFile);
    },
  });
  const managementKey = key ?? openManagementKey(env);
  const logger = createLogger(loaded.logLevel, loaded.logFormat);
  const { projectId, maxParallelFetches, rateLimit, tenantRoles, maxDangling, strict } = loaded;
  return {
    settings: loaded,
    logger,
    policy: { tenantRoles, strict, ...(maxDangling !== undefined && { maxDangling }) },
    client: createDescopeClient({
      projectId,
      baseUrl: loaded.baseUrl ?? deriveBaseUrl(projectId),
      managementKey,
      maxParallelFetches,
      rateLimit,
      logger,
      ...waits,
    }),
  };
}
