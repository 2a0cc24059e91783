import { tmpdir, hostname } from 'node:os';
import { readCaFile } from '../config/ca-file.ts';
import { findClientSecret } from '../config/client-secret.ts';
import type { Environment } from '../config/environment.ts';
import type { Settings } from '../config/settings.ts';
import { createConnector } from '../connector.ts';
import { endpointLabels } from '../descope/endpoints.ts';
import { chooseProxy } from '../descope/http/proxy.ts';
import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { startObservation } from '../observe/observation.ts';
import { openChannel } from '../service-mode/channel.ts';
import { type ClientId, parseClientId } from '../service-mode/client-id.ts';
import { parseClientSecret } from '../service-mode/client-secret.ts';
import { realClock } from '../service-mode/clock.ts';
import { createSyncRunner } from '../service-mode/full-sync.ts';
import { taskKinds } from '../service-mode/kinds.ts';
import { createLastUploads } from '../service-mode/last-uploads.ts';
import { createPlatform, type Platform } from '../service-mode/platform.ts';
import { runService } from '../service-mode/service.ts';
import { createTokenSource } from '../service-mode/token.ts';
import { noWatcher } from '../service-mode/watcher.ts';
import { version } from '../version.ts';
import { openAudit } from './audit.ts';
import type { CommandContext } from './command-context.ts';
import { logForecast } from './forecast.ts';
import { watchingKeyEnds } from './key-ends.ts';
import { createPostForm } from './platform-post.ts';
import { processRunId } from './safe-text.ts';
import { scheduledRateWaits } from './scheduled-syncs.ts';
import { pagesOf, provisioning } from './serving.ts';
import type { SettingFlags } from './setting-sources.ts';
import { prepare } from './settings.ts';
import { tellsJson } from './tell.ts';
import { folderIn } from './work-places.ts';

export type ServiceFlags = SettingFlags & { readonly acceptShrink?: boolean };

/** Dials the platform and does its tasks, until the process is asked to end. */
export async function service(options: ServiceFlags, { env, signal, print }: CommandContext): Promise<void> {
  const prepared = await prepare(options, env, 'info');
  const { settings, logger, policy } = prepared;
  const clientId = clientIdOf(settings, env);
  await using stack = new AsyncDisposableStack();
  const platform = stack.adopt(connectPlatform(clientId, settings, env, logger), (open) => open.close());
  const observation = await startObservation({
    env,
    version,
    endpoints: endpointLabels,
    runId: processRunId,
    logger,
    onHealth: (isHealthy) =>
      logger[isHealthy ? 'info' : 'warn'](isHealthy ? 'health is ok again' : 'health is failing'),
  });
  stack.defer(() => observation.close());
  const pages = await pagesOf(settings, observation);
  stack.defer(async () => pages?.close());
  const audit = stack.use(await openAudit(settings, { logger }));
  const client = prepared.connect(observation.requests)(scheduledRateWaits);
  const connector = createConnector({
    project: client,
    policy,
    onForecast: logForecast(logger),
    onKeyExpiry: watchingKeyEnds(logger, observation.metrics),
    provisioner: provisioning(prepared, client, audit, observation),
  });
  stack.defer(() => connector.close());
  await runService({
    kinds: taskKinds,
    platform,
    surface: connector,
    runSync: createSyncRunner({
      connector,
      tenantRoles: policy.tenantRoles,
      projectId: client.projectId,
      makeFolder: () => folderIn(settings.c1zTempDir ?? tmpdir(), 'name another with --c1z-temp-dir'),
      last: createLastUploads({ maxShrink: settings.maxShrink, isAccepted: options.acceptShrink === true }),
      logger,
    }),
    concurrency: settings.taskConcurrency,
    isBatched: /^(?:1|t|true)$/i.test(env['BATON_GET_TASKS']?.trim() ?? ''),
    clock: realClock,
    logger,
    watcher: noWatcher,
    onReady: () => {
      observation.health.setPhase('serving');
      logger.info('the platform has taken our hello', { address: clientId.address });
      if (!tellsJson()) {
        print(`connected to ${clientId.address}${pages === undefined ? '' : `\nhealth and metrics on ${pages.url}`}`);
      }
    },
    signal,
  });
  observation.health.setPhase('stopping');
  logger.info('stopped');
}

/** Who we are to the platform; a `config` error where that is not said. */
export function clientIdOf({ clientId }: Pick<Settings, 'clientId'>, env: Environment): ClientId {
  if (clientId === undefined) {
    throw new ConnectorError(
      'config',
      'service mode needs a client id: set BATON_CLIENT_ID (or --client-id) and BATON_CLIENT_SECRET to what the platform shows when it makes a credential',
    );
  }
  return parseClientId(clientId, env['BATON_C1_API_HOST']);
}

/** The calls of the platform; nothing is sent yet. A `config` error for a secret, a proxy or a file that will not do. */
export function connectPlatform(
  clientId: ClientId,
  { clientSecretFile, c1CaFile }: Settings,
  env: Environment,
  logger: Logger,
): Platform {
  const found = findClientSecret(env, clientSecretFile);
  if (found === undefined) {
    throw new ConnectorError('config', 'service mode needs BATON_CLIENT_SECRET, or --client-secret-file with its file');
  }
  const key = (): ReturnType<typeof parseClientSecret> => parseClientSecret(found.secret().reveal(), found.source);
  key(); // what is wrong with it is told at once
  const extraCa = c1CaFile === undefined ? undefined : readCaFile(c1CaFile, '--c1-ca-file');
  const proxy = chooseProxy(`https://${clientId.address}`, env);
  const post = createPostForm({ proxy, extraCa });
  return createPlatform({
    client: openChannel(clientId, { proxyUrl: proxy?.url, extraCa }),
    token: createTokenSource({ clientId, key, post, logger, clock: realClock }),
    hostId: hostIdOf(env),
  });
}

/** How the platform tells processes apart that share a client id. */
function hostIdOf(env: Environment): string {
  const named = env['BATON_HOST_ID']?.trim() ?? '';
  return (named === '' ? hostname() : named).slice(0, 256) || 'baton-descope';
}
