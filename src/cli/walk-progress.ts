import { registry } from '../registry.ts';
import type { WalkProgress } from '../sync/walk.ts';
import { isRedrawn } from './progress.ts';

const redrawMs = 100;
/** Off a terminal every line stays: often at first, so that it is seen to move, then less and less. */
const plainLines = [
  { untilMs: 60_000, everyMs: 5_000 },
  { untilMs: 10 * 60_000, everyMs: 30_000 },
  { untilMs: Number.POSITIVE_INFINITY, everyMs: 60_000 },
] as const;
/** Before this, the rate is too uncertain to estimate the time left. */
const tellLeftAfterMs = 3_000;

export interface ProgressOptions {
  /** How many users there will be, as soon as that is known: reading them is what takes the time. */
  readonly users?: () => number | undefined;
  /** How many grants will say which role confers which permission: these can be millions. */
  readonly permissionGrants?: () => number | undefined;
  readonly isTerminal?: boolean;
  readonly now?: () => number;
}

/**
 * Turns the walk's row-by-row progress into text now and then: what is being read, how many of how many, how fast, and
 * for users how long it will still take at the speed so far.
 */
export function describeProgress(
  tell: (text: string) => void,
  { users, permissionGrants, isTerminal = isRedrawn(), now = () => performance.now() }: ProgressOptions = {},
): (progress: WalkProgress) => void {
  const startedAt = now();
  let toldAt = startedAt;
  let step = '';
  let stepStartedAt = startedAt;

  return (progress) => {
    const nowMs = now();
    const current = describe(progress);
    if (current !== step) {
      step = current;
      stepStartedAt = nowMs;
    }
    if (nowMs - toldAt >= intervalOf(nowMs - startedAt, isTerminal)) {
      toldAt = nowMs;
      // Users are the first step: requests for them are under way before its first row.
      const expected =
        current === 'users' ? users?.() : current === 'grants of permissions' ? permissionGrants?.() : undefined;
      const stepMs = nowMs - (current === 'users' ? startedAt : stepStartedAt);
      const rate = progress.rows / Math.max(0.001, stepMs / 1_000);
      const of =
        expected === undefined || expected < progress.rows
          ? ''
          : ` of ${expected.toLocaleString('en')} (${Math.floor((100 * progress.rows) / Math.max(1, expected))} %)`;
      const left =
        of === '' || expected === undefined || stepMs < tellLeftAfterMs
          ? ''
          : `, about ${duration((expected - progress.rows) / rate)} left`;
      tell(
        `${current}: ${progress.rows.toLocaleString('en')}${of}, ${Math.round(rate).toLocaleString('en')}/s, ` +
          `${duration((nowMs - startedAt) / 1_000)} so far${left}`,
      );
    }
  };
}

function intervalOf(elapsedMs: number, isTerminal: boolean): number {
  return isTerminal ? redrawMs : (plainLines.find(({ untilMs }) => elapsedMs <= untilMs)?.everyMs ?? redrawMs);
}

/** "45 s", "12 min", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 90) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function describe({ step, typeId }: WalkProgress): string {
  const type = registry.find(({ words }) => words.id === typeId);
  const words = type?.words.plural.toLowerCase() ?? typeId;
  return step === 'resources' ? words : `${step} of ${words}`;
}
