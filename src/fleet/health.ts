import type { FleetWatcher } from './watcher.ts';

/** What /health answers of a process that works for a fleet. Times are RFC 3339. */
export interface FleetHealthReport {
  readonly status: 'starting' | 'ok' | 'failing' | 'stopping';
  readonly timestamp: string;
  readonly details: {
    readonly engine: {
      readonly status: 'unknown' | 'ok' | 'failing';
      readonly failuresInARow: number;
      readonly lastAnswerAt?: string;
      readonly lastFailure?: { readonly at: string; readonly what: string };
    };
    readonly workers: { readonly busy: number; readonly of: number };
  };
}

/** Health as what the process does anyway shows it: it fails while its engine does not answer. Projects that fail are no fault of it. */
export interface FleetHealth extends FleetWatcher {
  setPhase(phase: 'serving' | 'stopping'): void;
  readonly isReady: boolean;
  report(): FleetHealthReport;
}

export interface FleetHealthOptions {
  readonly workers: number;
  readonly onChange: (isHealthy: boolean) => void;
  readonly now?: () => number;
}

export function createFleetHealth({ workers, onChange, now = Date.now }: FleetHealthOptions): FleetHealth {
  let phase: 'starting' | 'serving' | 'stopping' = 'starting';
  let engine: FleetHealthReport['details']['engine'] = { status: 'unknown', failuresInARow: 0 };
  let busy = 0;
  const time = (): string => new Date(now()).toISOString();
  return {
    onEngine: (failure) => {
      const was = engine.status;
      engine =
        failure === undefined
          ? { ...engine, status: 'ok', failuresInARow: 0, lastAnswerAt: time() }
          : {
              ...engine,
              status: 'failing',
              failuresInARow: engine.failuresInARow + 1,
              lastFailure: { at: time(), what: failure },
            };
      if (engine.status !== was && (engine.status === 'failing' || was === 'failing')) {
        onChange(engine.status === 'ok');
      }
    },
    onStart: () => void (busy += 1),
    onEnd: () => void (busy -= 1),
    setPhase: (to) => void (phase = to),
    get isReady() {
      return phase === 'serving';
    },
    report: () => ({
      status: phase === 'serving' ? (engine.status === 'failing' ? 'failing' : 'ok') : phase,
      timestamp: time(),
      details: { engine, workers: { busy, of: workers } },
    }),
  };
}
