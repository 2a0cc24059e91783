import { judgeBy } from './findings-judge.ts';
import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../config/settings.ts';
import { createConnector } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { checkListen, type RunningServer, startServer } from '../server/server.ts';
import { type TlsFiles, watchCertificates } from '../server/tls.ts';
import { type AskedRuns, createAskedRuns } from '../sync/schedule.ts';
import { apiOf, checkApi } from './api.ts';
import { logForecast } from './forecast.ts';
import { historyOutput } from './history-output.ts';
import { watchingKeyEnds } from './key-ends.ts';
import type { CommandContext } from './command-context.ts';
import { checkFolder, type Plan, planOf, runScheduledSyncs, scheduledRateWaits } from './scheduled-syncs.ts';
import type { SettingFlags } from './setting-sources.ts';
import { callRateWaits, observe, openGuards, pagesOf, provisioning } from './serving.ts';
import { onUserSignal } from './signals.ts';
import { type Prepared, prepare } from './settings.ts';
import { tellsJson } from './tell.ts';
import { untilAborted } from './until-aborted.ts';

/** How long a scheduled sync that was cancelled may take to clear up once everything else has stopped. */
const lastSyncMs = 5_000;

export type ServeFlags = SettingFlags;

/** What the settings plan, with the store that the syncs go into as well. */
async function planWithHistory(settings: Settings, logger: Logger): Promise<Plan | undefined> {
  const plan = planOf(settings);
  if (plan === undefined && settings.history !== undefined && !settings.api && settings.policy === undefined) {
    throw new ConnectorError(
      'config',
      '--history is for scheduled syncs: say when with --sync-every 1h or --sync-cron "0 * * * *"; or have it answer ' +
        'with --api, or be looked in by --policy',
    );
  }
  const history = await historyOutput(settings, () => logger.info('waiting for another writer of the store'));
  return plan && { ...plan, history };
}

/** Serves, and syncs at set times if asked to, until the process is asked to end. */
export async function serve(options: ServeFlags, { env, signal, print }: CommandContext): Promise<void> {
  const prepared = await prepare(options, env, 'info');
  const { settings, logger, policy } = prepared;
  const tls = tlsFiles(settings);
  checkListen(settings.listen, tls !== undefined);
  checkApi(settings, tls !== undefined);
  const plan = await planWithHistory(settings, logger);
  const syncNow = syncNowOnSignal(plan !== undefined, logger);
  let server: RunningServer | undefined;
  const observation = await observe(prepared, env, (isHealthy, { details }) => {
    server?.setHealthy(isHealthy);
    const { descope, sync } = details;
    if (isHealthy) {
      logger.info('health is ok again');
    } else {
      logger.warn('health is failing', {
        health:
          descope.status === 'failing'
            ? `Descope: ${descope.lastFailure?.what}`
            : `${sync.failuresInARow} syncs in a row failed`,
      });
    }
  });
  await using stack = new AsyncDisposableStack(); // closed in reverse order, also when a later step fails
  stack.defer(() => observation.close());
  stack.defer(() => syncNow.close());
  const { traces } = observation;
  if (plan !== undefined) {
    await checkFolder(plan, settings.projectId);
  }
  const certificates =
    tls && watchCertificates(tls, logger, (expiriesMs) => observation.metrics.onCertificates(expiriesMs));
  stack.defer(() => certificates?.close());
  const api = stack.use(await apiOf(settings, { logger, metrics: observation.metrics, certificates }));
  const pages = await pagesOf(settings, observation, api);
  stack.defer(async () => pages?.close());
  const connect = prepared.connect(observation.requests);
  const { audit, guard } = await openGuards(settings, observation, { logger, signal, stack });
  const client = connect(callRateWaits);
  const onKeyExpiry = watchingKeyEnds(logger, observation.metrics);
  const judge = judgeBy(settings);
  const connector = createConnector({
    project: client,
    policy,
    judge,
    logger,
    onForecast: logForecast(logger),
    onKeyExpiry,
    onUnknownAction: () => observation.metrics.onUnknownAction(),
    onNamelessLogin: () => observation.metrics.onNamelessLogin(),
    provisioner: provisioning(prepared, client, audit, observation, guard),
  });
  stack.defer(() => connector.close());
  stack.defer(() => connector.stopActions());
  const running = await startServer({
    surface: connector,
    listen: settings.listen,
    logger,
    onCall: (path, durationMs, code) => observation.metrics.onCall(path, durationMs, code),
    onRefused: (cause) => observation.metrics.onRefused(cause),
    ...(traces !== undefined && { wrapCall: (path, header, work) => traces.call(path, header, work) }),
    ...(certificates !== undefined && { tls: certificates }),
  });
  observation.metrics.expectCalls(running.calls.paths, running.calls.codes);
  server = running;
  observation.health.setPhase('serving');
  tellAddresses(
    prepared,
    { grpc: running.address, pages: pages?.url, api: api && apiUrl(pages?.url, api.scheme) },
    print,
  );
  const syncs =
    plan &&
    runScheduledSyncs({
      plan,
      connect: (syncLogger) => connect(scheduledRateWaits, syncLogger),
      policy,
      judge,
      watcher: observation.syncs,
      trace: (syncId, work) => (traces === undefined ? work() : traces.sync(syncId, work)),
      logger,
      onKeyExpiry,
      asked: syncNow.asked,
      signal,
    });
  try {
    await Promise.race([untilAborted(signal), syncs ?? untilAborted(signal)]); // syncs end by themselves only if there is a bug
  } finally {
    observation.health.setPhase('stopping');
    logger.info('stopping');
    await running.stop();
  }
  // A cancelled sync ends at once unless its disk hangs, which must not delay the stop for ever.
  await Promise.race([syncs, wait(lastSyncMs, undefined, { ref: false })]);
}

/** SIGUSR2 asks for a scheduled sync now. Who may send it is who runs this process, and root. */
function syncNowOnSignal(hasPlan: boolean, logger: Logger): { readonly asked: AskedRuns; readonly close: () => void } {
  const asked = createAskedRuns();
  const onSignal = (): void => {
    if (hasPlan) {
      logger.info('sync asked for by SIGUSR2');
      asked.ask();
    } else {
      logger.warn('SIGUSR2 asks for a sync, but this serve runs none: give --out with --sync-every or --sync-cron');
    }
  };
  return { asked, close: onUserSignal(onSignal) };
}

/** Where questions are asked: on the port of the pages. */
function apiUrl(pagesUrl: string | undefined, scheme: string): string | undefined {
  return pagesUrl?.replace(/^http/, scheme);
}

interface Addresses {
  readonly grpc: string;
  readonly pages: string | undefined;
  readonly api: string | undefined;
}

/** For people, a line each on stdout. With JSON logs the log has them; the server has logged its own address. */
function tellAddresses({ logger }: Prepared, { grpc, pages, api }: Addresses, print: CommandContext['print']): void {
  const others = [
    ['health and metrics', pages],
    ['questions to the store', api],
  ].filter((line): line is [string, string] => line[1] !== undefined);
  if (tellsJson()) {
    others.forEach(([what, address]) => logger.info(what, { address }));
  } else {
    print([['listening', grpc] as const, ...others].map(([what, address]) => `${what} on ${address}`).join('\n'));
  }
}

/** All three files of mutual TLS, or none. */
function tlsFiles({ tlsCert: cert, tlsKey: key, tlsClientCa: clientCa }: Settings): TlsFiles | undefined {
  if (cert !== undefined && key !== undefined && clientCa !== undefined) {
    return { cert, key, clientCa };
  }
  if (cert !== undefined || key !== undefined || clientCa !== undefined) {
    throw new ConnectorError(
      'config',
      '--tls-cert, --tls-key and --tls-client-ca go together: TLS here is always mutual',
    );
  }
  return undefined;
}
