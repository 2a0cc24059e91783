import { status } from '@grpc/grpc-js';
import { parseClientId } from '../../src/service-mode/client-id.ts';
import { parseClientSecret } from '../../src/service-mode/client-secret.ts';
import { createPostForm } from '../../src/cli/platform-post.ts';
import { createSharedLog } from '../../src/cli/debug-log.ts';
import { createLogger } from '../../src/cli/logger.ts';
import { folderIn } from '../../src/output/work-places.ts';
import type { Proxy } from '../../src/descope/http/proxy.ts';
import { createConnector } from '../../src/connector.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { includesOf } from '../../src/registry.ts';
import { createProvisioner } from '../../src/provisioning/provisioner.ts';
import { openChannel } from '../../src/service-mode/channel.ts';
import { type Clock, realClock } from '../../src/service-mode/clock.ts';
import { createSyncRunner, type RunSync, type SyncRunnerOptions } from '../../src/service-mode/full-sync.ts';
import { taskKinds } from '../../src/service-mode/kinds.ts';
import { type LastUploadsOptions, openLastUploads } from '../../src/service-mode/last-uploads.ts';
import { createPlatform } from '../../src/service-mode/platform.ts';
import { runService, type ServiceOptions } from '../../src/service-mode/service.ts';
import { createTokenSource } from '../../src/service-mode/token.ts';
import { temporaryFolder } from './cli.ts';
import { clientOf } from './embedded.ts';
import { type PlatformDouble, type PlatformOptions, startPlatform, taskId } from './platform.ts';

export interface ServiceBenchOptions {
  readonly platform?: PlatformOptions;
  /** A platform that stands already; it stays when the bench ends. */
  readonly at?: PlatformDouble;
  readonly emulator?: EmulatorOptions;
  readonly hostId?: string;
  /** How many times as fast the time of service mode passes. */
  readonly speed?: number;
  readonly last?: Partial<LastUploadsOptions>;
  readonly options?: Partial<Pick<ServiceOptions, 'concurrency' | 'isBatched' | 'kinds'>>;
  /** Stands between service mode and the connector. */
  readonly wrap?: (surface: ConnectorSurface) => ConnectorSurface;
  /** Instead of a sync. */
  readonly runSync?: RunSync;
  /** The store that syncs go into as well. */
  readonly beside?: SyncRunnerOptions['beside'];
  /** A proxy, and whom it is asked for. */
  readonly proxy?: Proxy | undefined;
  /** What is done with the platform before service mode begins. */
  readonly before?: (platform: PlatformDouble) => void;
  /** How far this machine's clock is behind the true time. */
  readonly clockBehindMs?: number;
}

/** Service mode in this process, over an embedded project and a double of the platform. */
export interface ServiceBench extends AsyncDisposable {
  readonly platform: PlatformDouble;
  readonly emulator: Emulator;
  /** What was logged, a line of JSON each. */
  readonly log: () => string;
  /** How often service mode waited for how long, in its own time. */
  readonly waits: readonly number[];
  readonly results: readonly (readonly [kind: string, result: string])[];
  readonly temp: string;
  /** Asks it to end, as SIGTERM does, and waits until it has. */
  stop(): Promise<void>;
  /** Rejects where the start is refused for good. */
  readonly ended: Promise<void>;
}

export async function startService(options: ServiceBenchOptions = {}): Promise<ServiceBench> {
  const { speed = 200, last, wrap = (surface) => surface, clockBehindMs = 0 } = options;
  await using stack = new AsyncDisposableStack();
  const platform = options.at ?? stack.use(await startPlatform({ nextPollMs: 1_000, ...options.platform }));
  options.before?.(platform);
  const emulator = stack.adopt(await startEmulator({ users: 20, ...options.emulator }), (open) => open.close());
  const folder = stack.use(await temporaryFolder());
  let log = '';
  const makeFolder = (): ReturnType<typeof folderIn> => folderIn(folder.path, '');
  const { logger, openDebugLog } = createSharedLog(
    createLogger('debug', 'json', { write: (line) => void (log += line) }),
    makeFolder,
  );
  const waits: number[] = [];
  const clock = quickClock(speed, waits, clockBehindMs);
  const project = clientOf(emulator, { logger });
  const provisioner = createProvisioner({ client: project, audit: async () => undefined, isEnabled: true, logger });
  const connector = createConnector({ project, policy: { tenantRoles: 'all' }, provisioner });
  stack.defer(() => connector.close());
  const clientId = parseClientId(platform.clientId);
  const key = parseClientSecret(platform.clientSecret, 'the test');
  const post = createPostForm({ extraCa: [platform.ca], proxy: options.proxy });
  const calls = createPlatform({
    client: openChannel(clientId, { extraCa: [platform.ca], proxyUrl: options.proxy?.url }),
    token: createTokenSource({ clientId, key: () => key, post, logger, clock }),
    hostId: options.hostId ?? 'host-1',
  });
  stack.defer(() => calls.close());
  const results: [string, string][] = [];
  const stop = new AbortController();
  const uploads = await openLastUploads({ maxShrink: 20, isAccepted: false, clientId: clientId.text, logger, ...last });
  const ended = runService({
    kinds: taskKinds,
    platform: calls,
    surface: wrap(connector),
    runSync:
      options.runSync ??
      createSyncRunner({
        connectorOf: (typeIds) => {
          includesOf(typeIds);
          return connector;
        },
        tenantRoles: 'all',
        projectId: project.projectId,
        makeFolder,
        last: uploads,
        logger,
        beside: options.beside,
      }),
    openDebugLog,
    concurrency: 3,
    isBatched: false,
    clock,
    logger,
    watcher: {
      onPlatform: () => undefined,
      onTask: (kind, result) => void results.push([kind, result]),
      onUpload: () => undefined,
    },
    onReady: () => undefined,
    signal: stop.signal,
    ...options.options,
  });
  ended.catch(() => undefined); // whoever waits for it is told
  const kept = stack.move();
  return {
    platform,
    emulator,
    log: () => log,
    waits,
    results,
    temp: folder.path,
    ended,
    stop: async () => {
      stop.abort();
      await ended;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended.catch(() => undefined);
      await kept.disposeAsync();
    },
  };
}

/** Time that passes faster; what is waited for is written down. */
function quickClock(speed: number, waits: number[], clockBehindMs: number): Clock {
  return {
    now: () => performance.now() * speed,
    wallClock: () => Date.now() - clockBehindMs,
    wait: async (ms, signal) => {
      waits.push(ms);
      await realClock.wait(ms / speed, signal);
    },
    random: () => 0.5,
  };
}

/** A task of a sync. */
export function fullSync(name: string, value: object = {}) {
  return { id: taskId(name), taskType: { case: 'syncFull' as const, value } };
}

/** What a task of the platform ended with, in short. */
export async function endOf({ platform }: Pick<ServiceBench, 'platform'>, id: string): Promise<object> {
  const { status: told, finalState } = await platform.finished(id);
  return finalState.case === 'error'
    ? { code: status[told?.code ?? 0], message: told?.message, nonRetryable: finalState.value.nonRetryable }
    : { code: 'OK', response: finalState.value?.response?.typeUrl.split('/')[1] };
}
