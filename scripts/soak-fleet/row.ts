/** One line of the table: what must hold, and what was seen. */
export interface Row {
  readonly what: string;
  readonly must: string;
  readonly seen: string;
  readonly isHeld: boolean;
}

/** How much of everything: the whole of the design, or a short share. */
export interface Amount {
  readonly kills: number;
  readonly days: number;
  readonly hours: number;
  readonly awaySeconds: number;
  readonly projects: number;
  readonly manyProjects: number;
  readonly seed: number;
}

export type Part = (amount: Amount) => Promise<readonly Row[]>;

/** One after the other: they share two cores, and measure. */
export async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const one of all) {
    done.push(await work(one));
  }
  return done;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks again until it is so; throws when it takes too long. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, mostMs = 180_000): Promise<number> {
  const startMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startMs > mostMs) {
      throw new Error(`${what}: not within ${mostMs / 1_000} s`);
    }
    await pause(50);
  }
  return performance.now() - startMs;
}

/** The value below which this share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
