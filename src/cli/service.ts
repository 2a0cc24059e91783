import { judgeBy } from './findings-judge.ts';
import { tmpdir } from 'node:os';
import { type Connector, createConnector } from '../connector.ts';
import { realClock } from '../service-mode/clock.ts';
import { createSyncRunner } from '../service-mode/full-sync.ts';
import { taskKinds } from '../service-mode/kinds.ts';
import { openLastUploads } from '../service-mode/last-uploads.ts';
import { runService } from '../service-mode/service.ts';
import { includesOf } from '../registry.ts';
import type { CommandContext } from './command-context.ts';
import { createSharedLog } from './debug-log.ts';
import { logForecast } from './forecast.ts';
import { historyOutput } from './history-output.ts';
import { watchingKeyEnds } from './key-ends.ts';
import { clientIdOf, connectPlatform } from './platform.ts';
import { scheduledRateWaits } from './scheduled-syncs.ts';
import { observe, openGuards, pagesOf, provisioning } from './serving.ts';
import type { SettingFlags } from './setting-sources.ts';
import { prepare } from './settings.ts';
import { tellsJson } from './tell.ts';
import { folderIn } from '../output/work-places.ts';

export type ServiceFlags = SettingFlags & { readonly acceptShrink?: boolean };

/** Dials the platform and does its tasks, until the process is asked to end. */
export async function service(options: ServiceFlags, { env, signal, print }: CommandContext): Promise<void> {
  const prepared = await prepare(options, env, 'info');
  const { settings, policy } = prepared;
  const makeFolder = (): ReturnType<typeof folderIn> =>
    folderIn(settings.c1zTempDir ?? tmpdir(), 'name another with --c1z-temp-dir');
  await (await makeFolder())[Symbol.asyncDispose](); // one that cannot be worked in is told now, not at the first task
  const { logger, openDebugLog } = createSharedLog(prepared.logger, makeFolder);
  const clientId = clientIdOf(settings, env);
  await using stack = new AsyncDisposableStack();
  const observation = await observe(
    { ...prepared, logger },
    env,
    (isHealthy, { details: { platform: dialled, descope } }) => {
      const isPlatform = dialled?.status === 'failing';
      const what = isPlatform ? `platform: ${dialled.lastFailure?.what}` : `Descope: ${descope.lastFailure?.what}`;
      logger[isHealthy ? 'info' : 'warn'](
        isHealthy ? 'health is ok again' : 'health is failing',
        isHealthy ? {} : { health: what },
      );
    },
  );
  stack.defer(() => observation.close());
  const { traces } = observation;
  const { platform } = connectPlatform(clientId, settings, env, logger, traces?.platformCall);
  stack.defer(() => platform.close());
  observation.metrics.platform.expectTasks(taskKinds.map(({ name }) => name));
  const pages = await pagesOf(settings, observation);
  stack.defer(async () => pages?.close());
  const { audit, guard } = await openGuards(settings, observation, { logger, signal, stack });
  const connect = prepared.connect(observation.requests);
  const client = connect(scheduledRateWaits, logger);
  const changing = connect({ ...scheduledRateWaits, goesFirst: true }, logger); // ahead of what a sync has asked for
  const onKeyExpiry = watchingKeyEnds(logger, observation.metrics);
  const judge = judgeBy(settings, {
    makeFolder,
    fullRemedy: 'make room in the folder for temporary files, or name another with --c1z-temp-dir',
  });
  const connectorWith = (include: readonly string[]): Connector => {
    const connector = createConnector({
      project: client,
      policy: { ...policy, include },
      judge,
      logger,
      onForecast: logForecast(logger),
      onKeyExpiry,
      onUnknownAction: () => observation.metrics.onUnknownAction(),
      onNamelessLogin: () => observation.metrics.onNamelessLogin(),
      provisioner: provisioning({ ...prepared, logger }, changing, audit, observation, guard),
    });
    stack.defer(() => connector.close());
    stack.defer(() => connector.stopActions());
    return connector;
  };
  const connectors = new Map<string, Connector>();
  /** The connector that lists these types, too: a platform may ask for types that the settings do not include. */
  const connectorOf = (typeIds: readonly string[]): Connector => {
    const include = [...new Set([...(policy.include ?? []), ...includesOf(typeIds)])].toSorted();
    const known = connectors.get(include.join()) ?? connectorWith(include);
    connectors.set(include.join(), known);
    return known;
  };
  const last = await openLastUploads({
    maxShrink: settings.maxShrink,
    isAccepted: options.acceptShrink === true,
    folder: settings.stateDir,
    clientId: clientId.text,
    logger,
  });
  const history = await historyOutput(settings, () => logger.info('waiting for another writer of the store'));
  await runService({
    kinds: taskKinds,
    platform,
    surface: connectorOf([]),
    runSync: createSyncRunner({
      connectorOf,
      tenantRoles: policy.tenantRoles,
      projectId: client.projectId,
      makeFolder,
      last,
      logger,
      beside: history?.beside,
    }),
    openDebugLog,
    concurrency: settings.taskConcurrency,
    isBatched: /^(?:1|t|true)$/i.test(env['BATON_GET_TASKS']?.trim() ?? ''),
    clock: realClock,
    logger,
    watcher: observation.platform,
    wrapTask: traces?.task,
    onReady: () => {
      observation.health.setPhase('serving');
      logger.info('the platform has taken our hello', { address: clientId.address });
      if (!tellsJson()) {
        print(`connected to ${clientId.address}${pages === undefined ? '' : `\nhealth and metrics on ${pages.url}`}`);
      } else if (pages !== undefined) {
        logger.info('health and metrics', { address: pages.url });
      }
    },
    signal,
  });
  observation.health.setPhase('stopping');
  logger.info('stopped');
}
