import type { Environment } from '../config/environment.ts';
import { resolveSettings, settingsOf } from '../config/load.ts';
import { companyKeyFinder, keyFinder, openManagementKey } from '../config/management-key.ts';
import type { Settings } from '../config/settings.ts';
import { collectorFlags, type OneShotValues } from '../config/one-shot-flags.ts';
import type { Collector } from '../observe/trace-settings.ts';
import type { Traces } from '../observe/traces.ts';
import { version } from '../version.ts';
import { deriveBaseUrl } from '../descope/base-url.ts';
import { createDescopeClient, type DescopeClient, type DescopeClientOptions } from '../descope/client.ts';
import { createChannel } from '../descope/http/channel.ts';
import type { DescopeObserver } from '../descope/http/observer.ts';
import type { Permits } from '../descope/http/permits.ts';
import type { SyncPolicy } from '../resources/sync/sync-session.ts';
import { openLogger } from './logger.ts';
import type { Logger } from '../log.ts';
import { atEnd } from './at-end.ts';
import { processRunId } from './safe-text.ts';
import { readOneShot } from './read-one-shot.ts';
import { routeFinder } from './route.ts';
import { environmentChecks, type SettingFlags, settingSources, tellFoundBaseUrl } from './setting-sources.ts';
import { tell, tellAs } from './tell.ts';

export type RateWaits = Pick<
  DescopeClientOptions,
  'longestRateWaitMs' | 'totalRateWaitMs' | 'forgetsRateWaits' | 'goesFirst'
>;

/** A client that waits so for rate limits. All clients of one connection keep to one limit and one pace together. */
export type ConnectClient = (waits: RateWaits, logger?: Logger) => DescopeClient;

export interface Prepared {
  readonly settings: Settings;
  readonly policy: SyncPolicy;
  readonly logger: Logger;
  /** The collector that flags of the ecosystem name for traces. */
  readonly collector: Collector | 'off' | undefined;
  readonly connect: (observer?: DescopeObserver) => ConnectClient;
}

export interface Setup extends Omit<Prepared, 'connect' | 'collector'> {
  readonly client: DescopeClient;
  /** Undefined where nobody asked for traces. They are sent when the program ends. */
  readonly traces?: Traces;
}

/**
 * Everything a command needs to talk to a project, from its flags, the environment and the config file. Nothing is sent
 * yet.
 */
export async function setUp(
  flags: SettingFlags,
  env: Environment,
  waits: RateWaits,
  permits?: Permits,
): Promise<Setup> {
  const { connect, collector, ...prepared } = await prepare(flags, env, 'warn', permits);
  const traces = await tracesOf(prepared.logger, env, collector);
  if (traces === undefined) {
    return { ...prepared, client: connect()(waits) };
  }
  atEnd(() => traces.stop());
  const observer = { ...traces.requests, onRetry: () => undefined, onRateWait: () => undefined };
  return { ...prepared, traces, client: connect(observer)(waits) };
}

/** Traces, where somebody may want them; what finds out is loaded only where a variable or a flag speaks of them. */
async function tracesOf(
  logger: Logger,
  env: Environment,
  collector: Prepared['collector'],
): Promise<Traces | undefined> {
  return collector === undefined && !Object.keys(env).some((name) => name.startsWith('OTEL_'))
    ? undefined
    : await (
        await import('../observe/open-traces.ts')
      ).openTraces({ env, version, runId: processRunId, logger, collector });
}

/** The collector that was asked for; what it will not be sent is told. */
async function collectorAsked(asked: OneShotValues): Promise<Prepared['collector']> {
  const { collectorOf, missingOf } = await import('./collector.ts');
  const collector = collectorOf(asked);
  const missing = missingOf(asked);
  if (missing !== undefined) {
    tell('warn', missing);
  }
  return collector;
}

/** The same for a command that observes its requests or has several clients. `logLevel` is the default level. */
export async function prepare(
  flags: SettingFlags,
  env: Environment,
  logLevel: 'info' | 'warn' = 'warn',
  permits?: Permits,
): Promise<Prepared> {
  const keys = keyFinder(env);
  const companyKeys = companyKeyFinder(env);
  const routes = routeFinder(env);
  const resolved = resolveSettings({
    ...(await settingSources(flags, env)),
    alsoCheck: [...environmentChecks(env), keys.check, companyKeys.check, routes.check],
  });
  const loaded = settingsOf(resolved);
  const managementKey = keys.found()?.key ?? openManagementKey(env);
  const companyKey = companyKeys.found()?.key;
  tellAs({ format: loaded.logFormat, level: loaded.logLevel });
  const { logPath, ...asked } = await readOneShot(flags, env, ['logPath', ...collectorFlags]);
  const collector = Object.keys(asked).length === 0 ? undefined : await collectorAsked(asked);
  const logger = await openLogger(loaded.logLevel ?? logLevel, loaded.logFormat, logPath);
  tellFoundBaseUrl(resolved, (address, path) =>
    logger.warn('base URL from a config file that was found automatically', { address, path }),
  );
  const {
    projectId,
    maxParallelFetches,
    maxResponseSize,
    rateLimit,
    tenantRoles,
    inheritance,
    include = [],
    applicationDefault,
    lastLogin,
    expandMappings,
    maxDangling,
    strict,
  } = loaded;
  return {
    settings: loaded,
    logger,
    collector,
    policy: {
      tenantRoles,
      inheritance,
      include,
      applicationDefault,
      expandMappings,
      strict,
      ...(lastLogin !== 'off' && { lastLogin }),
      ...(maxDangling !== undefined && { maxDangling }),
    },
    connect: (observer) => {
      const options = {
        projectId,
        baseUrl: loaded.baseUrl ?? deriveBaseUrl(projectId),
        managementKey,
        ...(companyKey !== undefined && { companyKey }),
        maxParallelFetches,
        rateLimit,
        route: routes.found(),
        ...(maxResponseSize !== undefined && { maxResponseMiB: maxResponseSize }),
        ...(observer !== undefined && { observer }),
        ...(permits !== undefined && { permits }),
      };
      const channel = createChannel(options);
      return (waits, ownLogger = logger) => createDescopeClient({ ...options, ...waits, channel, logger: ownLogger });
    },
  };
}
