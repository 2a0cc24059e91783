import { type Environment, type Flags, loadSettings } from '../config/load.ts';
import { type KeySource, openManagementKey } from '../config/management-key.ts';
import type { Settings } from '../config/settings.ts';
import { parseBaseUrl, parseProjectId, deriveBaseUrl } from '../descope/base-url.ts';
import { createDescopeClient, type DescopeClient, type DescopeClientOptions } from '../descope/client.ts';
import type { SyncPolicy } from '../resources/sync-read.ts';
import { createLogger } from './logger.ts';
import type { Logger } from '../log.ts';
import { ConnectorError } from '../errors.ts';

export interface Setup {
  readonly settings: Settings;
  readonly client: DescopeClient;
  readonly policy: SyncPolicy;
  readonly logger: Logger;
}

/** Everything a command needs to talk to a project, from its flags and the environment. Nothing is sent yet. */
export function setUp(flags: Flags, env: Environment, waits: Pick<DescopeClientOptions, 'longestRateWaitMs' | 'totalRateWaitMs' | 'forgetsRateWaits'>): Setup {
  let key: KeySource | undefined;
  const loaded = loadSettings({
    flags,
    env,
    refine: { projectId: parseProjectId, baseUrl: parseBaseUrl },
    alsoCheck: [
      () => refuseTlsBypass(env),
      () => {
        key = openManagementKey(env);
      },
    ],
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

/** We check certificates whatever this says; who sets it means to go without, and must not believe that it helped. */
function refuseTlsBypass(env: Environment): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED']?.trim() === '0') {
    throw new ConnectorError('config', 'NODE_TLS_REJECT_UNAUTHORIZED=0 is refused: certificates are always checked; unset it, and give the CA of a proxy with NODE_EXTRA_CA_CERTS');
  }
}
