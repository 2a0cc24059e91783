import { type Gauge, Registry } from 'prom-client';
import { errorKinds } from '../errors.ts';
import { policyEnds, type PolicyEnd } from '../provisioning/access-guard.ts';
import { endings } from '../provisioning/audit.ts';
import { bear, counter, gauge, histogram } from './metric-kinds.ts';
import { createPlatformMetrics, type PlatformMetrics } from './platform-metrics.ts';
import { watchProcess } from './process-metrics.ts';
import type { CompleteSync, RequestWatcher, SyncWatcher } from './watchers.ts';

export interface MetricsOptions {
  readonly version: string;
  /** The labels of the endpoints that requests can go to. */
  readonly endpoints?: readonly string[];
  readonly now?: () => number;
}

/**
 * The numbers of this process, for Prometheus. docs/metrics.md names each one; none has a person or a name in a label.
 */
export interface Metrics {
  readonly requests: RequestWatcher;
  readonly syncs: SyncWatcher;
  readonly platform: PlatformMetrics;
  /** Which calls can come, and how they can end: their counts begin at 0, so that the first one is seen as a rise. */
  expectCalls(paths: readonly string[], codes: readonly string[]): void;
  onCall(path: string, durationMs: number, code: string): void;
  /** Until when the certificates in force are good, by the file that they come from; epoch ms. */
  onCertificates(expiriesMs: Readonly<Record<string, number>>): void;
  /** When management keys end: the first of those that are ours, and of those that may be; epoch ms. */
  onKeyExpiry(endsMs: Readonly<Record<'yes' | 'perhaps', number | undefined>>): void;
  /** The API will be asked: its series begin at 0. */
  expectQuestions(endpoints: readonly string[], statuses: readonly string[]): void;
  /** A question to the store was answered or refused. */
  onQuestion(endpoint: string, status: number, durationMs: number): void;
  /** A caller of the API was refused before it asked anything. */
  onQuestionRefused(cause: string): void;
  onChange(operation: string, outcome: string): void;
  /** The policy was asked before a grant. */
  onPolicy(result: PolicyEnd): void;
  /** A record of the audit log has an action that nobody knows. */
  onUnknownAction(): void;
  /** A login in the audit log names no user. */
  onNamelessLogin(): void;
  /** A connection or an unfinished request was ended from our side. */
  onRefused(cause: string): void;
  setHealthy(isHealthy: boolean): void;
  readonly contentType: string;
  /** All of them in the text format of Prometheus. */
  render(): Promise<string>;
  close(): void;
}

/** How a scheduled sync can end. */
const syncOutcomes = ['complete', ...errorKinds, 'internal'];
/** How a try can end, as far as can be foreseen: HTTP statuses, and kinds of failure without one. */
const statuses = [
  '200',
  '400',
  '401',
  '403',
  '404',
  '408',
  '409',
  '429',
  '500',
  '502',
  '503',
  '504',
  'timeout',
  'unavailable',
  'upstream-contract',
  'cancelled',
];
const requestSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const questionBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const syncSeconds = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200];

export function createMetrics({ version, endpoints = [], now = Date.now }: MetricsOptions): Metrics {
  const registry = new Registry();
  const requests = requestMetrics(registry, endpoints);
  const syncs = syncMetrics(registry, now);
  const calls = counter(registry, 'grpc_calls_total', 'gRPC calls that ended, by method and status code', [
    'method',
    'code',
  ]);
  const callSeconds = histogram(
    registry,
    'grpc_call_duration_seconds',
    'how long gRPC calls took',
    ['method'],
    requestSeconds,
  );
  const questions = counter(
    registry,
    'questions_total',
    'questions to the API of the store, by endpoint and status; "none" for a path that is no endpoint',
    ['endpoint', 'status'],
  );
  const questionSeconds = histogram(
    registry,
    'question_duration_seconds',
    'how long the API took to answer',
    ['endpoint'],
    questionBuckets,
  );
  const questionsRefused = counter(
    registry,
    'questions_refused_total',
    'connections to the API that were ended from our side before anything was asked, by cause',
    ['cause'],
  );
  const changes = counter(registry, 'changes_total', 'grants and revokes that were asked for, by outcome', [
    'operation',
    'outcome',
  ]);
  const policyAsked = counter(
    registry,
    'policy_asked_total',
    'grants that the policy was asked about, by what it said',
    ['result'],
  );
  const refused = counter(
    registry,
    'grpc_refused_total',
    'connections and unfinished requests that were ended from our side, by cause',
    ['cause'],
  );
  const unknownActions = counter(
    registry,
    'audit_unknown_actions_total',
    'records of the audit log that were told as events although their action is not known',
    [],
  );
  const namelessLogins = counter(
    registry,
    'audit_nameless_logins_total',
    'logins in the audit log that name no user, and were told as no event',
    [],
  );
  bear(policyAsked, { result: policyEnds });
  bear(unknownActions, {});
  bear(namelessLogins, {});
  bear(refused, { cause: ['tls', 'silent', 'crowded', 'unfinished'] });
  Object.entries(endings).forEach(([operation, outcomes]) =>
    bear(changes, { operation: [operation], outcome: outcomes }),
  );
  const expiry = gauge(
    registry,
    'tls_certificate_expiry_timestamp_seconds',
    'when the certificates of a file expire, Unix time; absent without TLS',
    ['file'],
  );
  let keyEndsMs: Readonly<Record<string, number | undefined>> = {};
  gauge(
    registry,
    'management_key_expires_in_seconds',
    'until the management key ends with which we ask; absent where no end is known',
    ['ours'],
    (self) => {
      self.reset();
      for (const [ours, endsMs] of Object.entries(keyEndsMs)) {
        if (endsMs !== undefined) {
          self.set({ ours }, Math.round((endsMs - now()) / 1000));
        }
      }
    },
  );
  const healthy = gauge(registry, 'healthy', '1 while /health says ok, else 0');
  healthy.set(1);
  const stopWatching = watchProcess(registry, { version, now });

  return {
    requests,
    syncs,
    platform: createPlatformMetrics(registry, now),
    expectCalls: (paths, codes) => {
      const methods = paths.map(methodOf);
      bear(calls, { method: methods, code: codes });
      methods.forEach((method) => callSeconds.zero({ method }));
    },
    onCall: (path, durationMs, code) => {
      const method = methodOf(path);
      calls.inc({ method, code });
      callSeconds.observe({ method }, durationMs / 1000);
    },
    expectQuestions: (paths, ends) => {
      bear(questions, { endpoint: paths, status: ends });
      paths.forEach((endpoint) => questionSeconds.zero({ endpoint }));
      bear(questionsRefused, { cause: ['tls'] });
    },
    onQuestion: (endpoint, status, durationMs) => {
      questions.inc({ endpoint, status: String(status) });
      questionSeconds.observe({ endpoint }, durationMs / 1000);
    },
    onQuestionRefused: (cause) => questionsRefused.inc({ cause }),
    onUnknownAction: () => unknownActions.inc(),
    onNamelessLogin: () => namelessLogins.inc(),
    onRefused: (cause) => refused.inc({ cause }),
    onChange: (operation, outcome) => changes.inc({ operation, outcome }),
    onPolicy: (result) => policyAsked.inc({ result }),
    onCertificates: (expiriesMs) => {
      for (const [file, expiryMs] of Object.entries(expiriesMs)) {
        expiry.set({ file }, Math.round(expiryMs / 1000));
      }
    },
    onKeyExpiry: (endsMs) => {
      keyEndsMs = endsMs;
    },
    setHealthy: (isHealthy) => healthy.set(isHealthy ? 1 : 0),
    contentType: registry.contentType,
    render: () => registry.metrics(),
    close: stopWatching,
  };
}

function methodOf(path: string): string {
  return path.slice(1);
}

function requestMetrics(registry: Registry, endpoints: readonly string[]): RequestWatcher {
  const sent = counter(
    registry,
    'api_requests_total',
    'requests to Descope that ended, each try counted, by endpoint and status (or the kind of failure)',
    ['endpoint', 'status'],
  );
  const seconds = histogram(
    registry,
    'api_request_duration_seconds',
    'how long requests to Descope took, each try by itself',
    ['endpoint'],
    requestSeconds,
  );
  const inFlight = gauge(registry, 'api_requests_in_flight', 'requests to Descope under way now; six at most');
  const retries = counter(registry, 'api_retries_total', 'requests to Descope that were sent again, after a 429 too', [
    'endpoint',
  ]);
  bear(sent, { endpoint: endpoints, status: statuses });
  bear(retries, { endpoint: endpoints });
  endpoints.forEach((endpoint) => seconds.zero({ endpoint }));
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
  const ended = counter(registry, 'syncs_total', 'scheduled syncs that ended: complete, or the kind of failure', [
    'outcome',
  ]);
  bear(ended, { outcome: syncOutcomes });
  const seconds = histogram(
    registry,
    'sync_duration_seconds',
    'how long scheduled syncs took',
    ['outcome'],
    syncSeconds,
  );
  seconds.zero({ outcome: 'complete' });
  const running = gauge(registry, 'sync_running', '1 while a scheduled sync runs');
  const failures = gauge(registry, 'sync_failures_in_a_row', 'scheduled syncs that failed since the last complete one');
  const skipped = counter(
    registry,
    'sync_ticks_skipped_total',
    'times at which a sync was due while the one before still ran',
  );
  const next = gauge(
    registry,
    'next_sync_timestamp_seconds',
    'when the next scheduled sync is due, Unix time; absent without a schedule',
  );
  next.remove();
  let last: CompleteSync | undefined;
  gauge(
    registry,
    'last_complete_sync_timestamp_seconds',
    'when the last complete sync was finished, Unix time; absent when there is none',
    [],
    (self) => {
      tellOrLeaveOut(self, last && last.finishedAtMs / 1000);
    },
  );
  gauge(registry, 'last_complete_sync_age_seconds', 'how long ago that was; absent when there is none', [], (self) => {
    tellOrLeaveOut(self, last && Math.max(0, now() - last.finishedAtMs) / 1000);
  });
  const rows = gauge(
    registry,
    'last_complete_sync_rows',
    'what the last complete sync holds, by section (resources, grants) and resource type',
    ['section', 'type'],
  );
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
