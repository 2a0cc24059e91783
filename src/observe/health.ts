import type { PlatformWatcher, RequestWatcher, SyncWatcher } from './watchers.ts';

/** So many failed tries in a row are one request that used all of them up. */
const descopeFailsAfter = 5;
const syncFailsAfter = 3;
/** By then the platform has not answered for about a minute. */
const platformFailsAfter = 5;

/** When something last went wrong, and what: a status, or a kind of error. */
interface Failure {
  readonly at: string;
  readonly what: string;
}

/** What /health answers. Times are RFC 3339. */
export interface HealthReport {
  readonly status: 'ok' | 'failing' | 'starting' | 'stopping';
  readonly timestamp: string;
  readonly details: {
    readonly descope: {
      readonly status: 'unknown' | 'ok' | 'failing';
      readonly failuresInARow: number;
      readonly lastAnswerAt?: string;
      readonly lastFailure?: Failure;
    };
    readonly sync: {
      readonly status: 'off' | 'ok' | 'failing';
      readonly running: boolean;
      readonly failuresInARow: number;
      readonly lastCompleteAt?: string;
      readonly lastFailure?: Failure;
      readonly nextAt?: string;
    };
    /** Only in service mode. */
    readonly platform?: {
      readonly status: 'unknown' | 'ok' | 'failing';
      readonly failuresInARow: number;
      readonly lastAnswerAt?: string;
      readonly lastFailure?: Failure;
    };
  };
}

/**
 * Our health as the requests that were sent anyway show it: a probe sends none to Descope. It is failing after five
 * tries in a row without an answer, a refused key, or three failed scheduled syncs in a row, until a good answer or a
 * complete sync; in service mode also where the platform refuses us, or does not answer five questions in a row.
 */
export interface Health {
  readonly requests: Pick<RequestWatcher, 'onAttempt'>;
  readonly syncs: SyncWatcher;
  readonly platform: Pick<PlatformWatcher, 'onPlatform'>;
  /** Calls are taken, or no more. */
  setPhase(phase: 'serving' | 'stopping'): void;
  readonly isReady: boolean;
  report(): HealthReport;
}

export interface HealthOptions {
  /** Told whenever "failing" begins or ends. */
  readonly onChange?: (isHealthy: boolean, report: HealthReport) => void;
  readonly now?: () => number;
}

export function createHealth({ onChange, now = Date.now }: HealthOptions = {}): Health {
  let phase: 'starting' | 'serving' | 'stopping' = 'starting';
  let descope: HealthReport['details']['descope'] = { status: 'unknown', failuresInARow: 0 };
  let sync: HealthReport['details']['sync'] = { status: 'off', running: false, failuresInARow: 0 };
  let platform: HealthReport['details']['platform'];
  let wasFailing = false;
  const time = (ms = now()): string => new Date(ms).toISOString();

  const isFailingNow = (): boolean =>
    [descope.status, sync.status, platform?.status ?? 'ok'].some((status) => status === 'failing');

  function report(): HealthReport {
    return {
      status: phase === 'serving' ? (isFailingNow() ? 'failing' : 'ok') : phase,
      timestamp: time(),
      details: { descope, sync, ...(platform !== undefined && { platform }) },
    };
  }

  function changed(): void {
    const isFailing = isFailingNow();
    if (isFailing !== wasFailing) {
      wasFailing = isFailing;
      onChange?.(!isFailing, report());
    }
  }

  function requestEnded(status: string): void {
    const verdict = verdictOf(status);
    if (verdict === 'answer') {
      descope = { ...descope, status: 'ok', failuresInARow: 0, lastAnswerAt: time() };
    } else if (verdict !== 'nothing') {
      const failuresInARow = descope.failuresInARow + 1;
      const isFailing = verdict === 'refusal' || failuresInARow >= descopeFailsAfter;
      descope = {
        ...descope,
        failuresInARow,
        lastFailure: { at: time(), what: status },
        ...(isFailing && { status: 'failing' }),
      };
    }
    changed();
  }

  return {
    report,
    get isReady() {
      return phase === 'serving';
    },
    setPhase: (to) => {
      phase = to;
    },
    requests: { onAttempt: () => requestEnded },
    platform: {
      onPlatform: (outcome) => {
        const failuresInARow = outcome === 'ok' ? 0 : (platform?.failuresInARow ?? 0) + 1;
        const isFailing =
          outcome === 'unauthenticated' || outcome === 'forbidden' || failuresInARow >= platformFailsAfter;
        platform = {
          ...platform,
          status: outcome === 'ok' ? 'ok' : isFailing ? 'failing' : (platform?.status ?? 'unknown'),
          failuresInARow,
          ...(outcome === 'ok' ? { lastAnswerAt: time() } : { lastFailure: { at: time(), what: outcome } }),
        };
        changed();
      },
    },
    syncs: {
      onScheduled: (nextAtMs) => {
        sync = { ...sync, status: sync.status === 'off' ? 'ok' : sync.status, nextAt: time(nextAtMs) };
      },
      onSkipped: () => undefined,
      onStart: () => {
        sync = { ...sync, running: true };
      },
      onComplete: ({ finishedAtMs }) => {
        sync = { ...sync, lastCompleteAt: time(finishedAtMs) };
      },
      onEnd: (outcome, _durationMs, failuresInARow) => {
        const hasFailed = outcome !== 'complete' && outcome !== 'cancelled';
        sync = {
          ...sync,
          running: false,
          failuresInARow,
          status: failuresInARow >= syncFailsAfter ? 'failing' : 'ok',
          ...(hasFailed && { lastFailure: { at: time(), what: outcome } }),
        };
        changed();
      },
    },
  };
}

/** What a try says of Descope. A 429 or a cancelled request says nothing; a no to one request is an answer. */
function verdictOf(status: string): 'answer' | 'failure' | 'refusal' | 'nothing' {
  switch (status) {
    case '429':
    case 'cancelled':
    case 'error':
      return 'nothing';
    case '401':
      return 'refusal';
    case '403':
    case '408':
      return 'failure';
    default:
      return /^[24]\d\d$/.test(status) ? 'answer' : 'failure';
  }
}
