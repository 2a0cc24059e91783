import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CompleteSync, RequestWatcher, SyncWatcher } from './watchers.ts';

export interface MetricsOptions {
  readonly version: string;
  readonly now?: () => number;
}

/** The numbers of this process, for Prometheus. docs/metrics.md names each one; none has a person or a name in a label. */
export interface Metrics {
  readonly requests: RequestWatcher;
  readonly syncs: SyncWatcher;
  onCall(path: string, durationMs: number, code: string): void;
  onChange(operation: string, outcome: string): void;
  /** A connection or an unfinished request was ended from our side. */
  onRefused(cause: string): void;
  setHealthy(isHealthy: boolean): void;
  readonly contentType: string;
  /** All of them in the text format of Prometheus. */
  render(): Promise<string>;
  close(): void;
}

const prefix = 'baton_descope_';
const requestSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const loopResolutionMs = 10;
const syncSeconds = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200];

export function createMetrics({ version, now = Date.now }: MetricsOptions): Metrics {
  const registry = new Registry();
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  loop.enable();
  const requests = requestMetrics(registry);
  const syncs = syncMetrics(registry, now);
  const calls = counter(registry, 'grpc_calls_total', 'gRPC calls that ended, by method and status code', ['method', 'code']);
  const callSeconds = histogram(registry, 'grpc_call_duration_seconds', 'how long gRPC calls took', ['method'], requestSeconds);
  const changes = counter(registry, 'changes_total', 'grants and revokes that were asked for, by outcome', ['operation', 'outcome']);
  const refused = counter(registry, 'grpc_refused_total', 'connections and unfinished requests that were ended from our side, by cause', ['cause']);
  for (const cause of ['tls', 'silent', 'crowded', 'unfinished']) {
    refused.inc({ cause }, 0);
  }
  const healthy = gauge(registry, 'healthy', '1 while /health says ok, else 0');
  healthy.set(1);
  gauge(registry, 'build_info', 'always 1; the version of this program and of Node', ['version', 'node']).set({ version, node: process.versions.node }, 1);
  gauge(registry, 'start_time_seconds', 'when the process began, Unix time').set(Math.round(now() / 1000 - process.uptime()));
  processMetrics(registry, loop);

  return {
    requests,
    syncs,
    onCall: (path, durationMs, code) => {
      const method = path.slice(1);
      calls.inc({ method, code });
      callSeconds.observe({ method }, durationMs / 1000);
    },
    onRefused: (cause) => refused.inc({ cause }),
    onChange: (operation, outcome) => changes.inc({ operation, outcome }),
    setHealthy: (isHealthy) => healthy.set(isHealthy ? 1 : 0),
    contentType: registry.contentType,
    render: () => registry.metrics(),
    close: () => loop.disable(),
  };
}

function requestMetrics(registry: Registry): RequestWatcher {
  const sent = counter(registry, 'api_requests_total', 'requests to Descope that ended, each try counted, by endpoint and status (or the kind of failure)', ['endpoint', 'status']);
  const seconds = histogram(registry, 'api_request_duration_seconds', 'how long requests to Descope took, each try by itself', ['endpoint'], requestSeconds);
  const inFlight = gauge(registry, 'api_requests_in_flight', 'requests to Descope under way now; six at most');
  const retries = counter(registry, 'api_retries_total', 'requests to Descope that were sent again, after a 429 too', ['endpoint']);
  const waits = counter(registry, 'api_rate_limit_waits_total', 'how often a 429 held all requests back');
  const waited = counter(registry, 'api_rate_limit_wait_seconds_total', 'how long in all a 429 asked us to wait');
  return {
    onAttempt: (endpoint) => {
      const startedAt = performance.now();
      inFlight.inc();
      return (status) => {
        inFlight.dec();
        sent.inc({ endpoint, status });
        seconds.observe({ endpoint }, (performance.now() - startedAt) / 1000);
      };
    },
    onRetry: (endpoint) => retries.inc({ endpoint }),
    onRateWait: (waitMs) => {
      waits.inc();
      waited.inc(waitMs / 1000);
    },
  };
}

function syncMetrics(registry: Registry, now: () => number): SyncWatcher {
  const ended = counter(registry, 'syncs_total', 'scheduled syncs that ended: complete, or the kind of failure', ['outcome']);
  ended.inc({ outcome: 'complete' }, 0);
  const seconds = histogram(registry, 'sync_duration_seconds', 'how long scheduled syncs took', ['outcome'], syncSeconds);
  const running = gauge(registry, 'sync_running', '1 while a scheduled sync runs');
  const failures = gauge(registry, 'sync_failures_in_a_row', 'scheduled syncs that failed since the last complete one');
  const skipped = counter(registry, 'sync_ticks_skipped_total', 'times at which a sync was due while the one before still ran');
  const next = gauge(registry, 'next_sync_timestamp_seconds', 'when the next scheduled sync is due, Unix time; absent without a schedule');
  next.remove();
  let last: CompleteSync | undefined;
  gauge(registry, 'last_complete_sync_timestamp_seconds', 'when the last complete sync was finished, Unix time; absent when there is none', [], (self) => {
    tellOrLeaveOut(self, last && last.finishedAtMs / 1000);
  });
  gauge(registry, 'last_complete_sync_age_seconds', 'how long ago that was; absent when there is none', [], (self) => {
    tellOrLeaveOut(self, last && Math.max(0, now() - last.finishedAtMs) / 1000);
  });
  const rows = gauge(registry, 'last_complete_sync_rows', 'what the last complete sync holds, by section (resources, grants) and resource type', ['section', 'type']);
  return {
    onScheduled: (nextAtMs) => next.set(nextAtMs / 1000),
    onSkipped: (ticks) => skipped.inc(ticks),
    onStart: () => running.set(1),
    onComplete: (sync) => {
      last = sync;
      rows.reset();
      for (const section of ['resources', 'grants'] as const) {
        for (const [type, count] of Object.entries(sync.counts?.[section] ?? {}).filter(([name]) => name !== 'total')) {
          rows.set({ section, type }, count);
        }
      }
    },
    onEnd: (outcome, durationMs, failuresInARow) => {
      running.set(0);
      ended.inc({ outcome });
      seconds.observe({ outcome }, durationMs / 1000);
      failures.set(failuresInARow);
    },
  };
}

/** A gauge without labels begins as 0, which is a lie about something that is not known. */
function tellOrLeaveOut(self: Gauge, value: number | undefined): void {
  if (value === undefined) {
    self.remove();
  } else {
    self.set(value);
  }
}

function processMetrics(registry: Registry, loop: ReturnType<typeof monitorEventLoopDelay>): void {
  gauge(registry, 'resident_memory_bytes', 'memory that the process holds (RSS)', [], (self) => self.set(process.memoryUsage.rss()));
  gauge(registry, 'heap_used_bytes', 'memory that live objects of JavaScript take', [], (self) => self.set(process.memoryUsage().heapUsed));
  let countedSeconds = 0;
  const cpu: Counter = counter(registry, 'cpu_seconds_total', 'processor time used, user and system', [], () => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    cpu.inc(Math.max(0, seconds - countedSeconds));
    countedSeconds = seconds;
  });
  gauge(registry, 'event_loop_delay_seconds', 'how late the event loop was since the last scrape, by quantile; 1 is the worst', ['quantile'], (self) => {
    for (const quantile of [0.5, 0.99, 1]) {
      const ns = quantile === 1 ? loop.max : loop.percentile(quantile * 100);
      self.set({ quantile }, loop.count === 0 ? 0 : Math.max(0, ns / 1e9 - loopResolutionMs / 1000)); // the timer's own interval is in it
    }
    loop.reset();
  });
}

function counter<Label extends string = never>(registry: Registry, name: string, help: string, labelNames: readonly Label[] = [], collect?: () => void): Counter<Label> {
  return new Counter({ name: prefix + name, help, labelNames: [...labelNames], registers: [registry], ...(collect !== undefined && { collect }) });
}

function gauge<Label extends string = never>(registry: Registry, name: string, help: string, labelNames: readonly Label[] = [], collect?: (self: Gauge<Label>) => void): Gauge<Label> {
  return new Gauge<Label>({
    name: prefix + name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    ...(collect !== undefined && {
      collect() {
        collect(this);
      },
    }),
  });
}

function histogram<Label extends string>(registry: Registry, name: string, help: string, labelNames: readonly Label[], buckets: number[]): Histogram<Label> {
  return new Histogram({ name: prefix + name, help, labelNames: [...labelNames], buckets, registers: [registry] });
}
