import type { Logger } from '../log.ts';
import { createHealth, type Health } from './health.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openTraces } from './open-traces.ts';
import type { Collector } from './trace-settings.ts';
import type { Traces } from './traces.ts';
import type { PlatformWatcher, RequestWatcher, SyncWatcher } from './watchers.ts';

export interface ObservationOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** The labels of the endpoints that requests can go to. */
  readonly endpoints?: readonly string[];
  readonly runId: string;
  readonly logger: Logger;
  /** The collector of traces, where one is named besides the OTEL_* variables; "off" for no traces. */
  readonly collector?: Collector | 'off' | undefined;
  /** Told whenever health begins or ceases to fail. */
  readonly onHealth: (isHealthy: boolean, report: ReturnType<Health['report']>) => void;
}

/** Everything that watches a serving process, as the hooks that the parts it watches take. */
export interface Observation {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly requests: RequestWatcher;
  readonly syncs: SyncWatcher;
  readonly platform: PlatformWatcher;
  /** Undefined when nobody asked for traces: nothing is sent then. */
  readonly traces: Traces | undefined;
  close(): Promise<void>;
}

export async function startObservation({
  env,
  version,
  endpoints = [],
  runId,
  logger,
  onHealth,
  collector,
}: ObservationOptions): Promise<Observation> {
  const traces = await openTraces({ env, version, runId, logger, collector });
  const metrics = createMetrics({ version, endpoints });
  const health = createHealth({
    onChange: (isHealthy, report) => {
      metrics.setHealthy(isHealthy);
      onHealth(isHealthy, report);
    },
  });
  return {
    health,
    metrics,
    traces,
    requests: {
      onAttempt: (endpoint) => {
        const ended = [
          metrics.requests.onAttempt(endpoint),
          health.requests.onAttempt(endpoint),
          traces?.requests.onAttempt(endpoint),
        ];
        return (status) => ended.forEach((tell) => tell?.(status));
      },
      onRetry: (endpoint) => metrics.requests.onRetry(endpoint),
      onRateWait: (waitMs) => metrics.requests.onRateWait(waitMs),
    },
    syncs: {
      onScheduled: (atMs) => both((watcher) => watcher.onScheduled(atMs)),
      onSkipped: (ticks) => both((watcher) => watcher.onSkipped(ticks)),
      onStart: () => both((watcher) => watcher.onStart()),
      onComplete: (sync) => both((watcher) => watcher.onComplete(sync)),
      onEnd: (...ended) => both((watcher) => watcher.onEnd(...ended)),
    },
    platform: {
      ...metrics.platform,
      onPlatform: (outcome) => {
        metrics.platform.onPlatform(outcome);
        health.platform.onPlatform(outcome);
      },
    },
    close: async () => {
      metrics.close();
      await traces?.stop();
    },
  };

  function both(tell: (watcher: SyncWatcher) => void): void {
    tell(metrics.syncs);
    tell(health.syncs);
  }
}
