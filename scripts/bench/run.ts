import type { Sample } from './contenders.ts';
import { startFixture } from './processes.ts';
import type { Scenario } from './scenarios.ts';

/** The median and the spread over the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What came out for one contender in one scenario. */
export interface Result {
  readonly scenario: string;
  readonly contender: string;
  readonly users: number;
  readonly latencyMs: number;
  readonly rounds: number;
  /** Grants that the project holds, as its users tell them. */
  readonly held: number;
  readonly wallS: Spread;
  readonly startS: Spread;
  readonly cpuS: Spread;
  readonly rssMb: Spread;
  readonly loopDelayP99Ms: Spread;
  readonly loopDelayMaxMs: Spread;
  readonly requests: number;
  readonly byPath: Readonly<Record<string, number>>;
  readonly maxInFlight: number;
  readonly refused: number;
  /** How busy the fixture's core was at the most: beyond 0.85 it is the fixture that was measured. */
  readonly fixtureLoad: number;
  readonly walked?: NonNullable<Sample['walked']>;
  /** Of the file that came of it, in MB. */
  readonly fileMb?: number;
  readonly askedMs?: NonNullable<Sample['askedMs']>;
}

/**
 * Runs scenarios one after the other. Within one, contenders take turns: A B C, then C B A; a warm-up round is thrown
 * away.
 */
export async function runScenarios(
  chosen: readonly Scenario[],
  say: (text: string) => void = () => undefined,
): Promise<readonly Result[]> {
  const fixture = await startFixture();
  try {
    const results: Result[] = [];
    for (const { name, shape, conditions, contenders, rounds, hasWarmUp = false } of chosen) {
      say(`${name}: ${shape.users.toLocaleString('en')} users, ${conditions.latencyMs} ms`);
      const { grants: held } = await fixture.load(shape);
      const samples = new Map<string, Sample[]>();
      for (let round = hasWarmUp ? -1 : 0; round < rounds; round += 1) {
        const order = Object.entries(contenders);
        for (const [contender, run] of round % 2 === 0 ? order : order.toReversed()) {
          for (const [place, sample] of (await run(fixture, conditions)).entries()) {
            const key = place === 0 ? contender : `${contender}, warm`;
            samples.set(key, [...(samples.get(key) ?? []), ...(round < 0 ? [] : [sample])]);
          }
        }
      }
      results.push(
        ...[...samples].map(([contender, runs]) =>
          toResult({ scenario: name, contender, users: shape.users, latencyMs: conditions.latencyMs, held }, runs),
        ),
      );
    }
    return results;
  } finally {
    fixture.close();
  }
}

function toResult(
  of: Pick<Result, 'scenario' | 'contender' | 'users' | 'latencyMs' | 'held'>,
  runs: readonly Sample[],
): Result {
  const spreadOf = (pick: (sample: Sample) => number): Spread => {
    const sorted = runs.map(pick).toSorted((left, right) => left - right);
    return {
      median: rounded(sorted[Math.floor(sorted.length / 2)] ?? 0),
      min: rounded(sorted[0] ?? 0),
      max: rounded(sorted.at(-1) ?? 0),
    };
  };
  const most = (pick: (sample: Sample) => number): number =>
    runs.reduce((greatest, run) => Math.max(greatest, pick(run)), 0);
  const walked = runs
    .map((run) => run.walked)
    .filter((walk) => walk !== undefined)
    .toSorted((left, right) => left.totalMs - right.totalMs)[Math.floor(runs.length / 2)];
  const askedMs = runs.at(-1)?.askedMs;
  return {
    ...of,
    rounds: runs.length,
    wallS: spreadOf(({ wallS }) => wallS),
    startS: spreadOf(({ startS }) => startS),
    cpuS: spreadOf(({ cpuS }) => cpuS),
    rssMb: spreadOf(({ rssMb }) => rssMb),
    loopDelayP99Ms: spreadOf(({ loopDelayP99Ms }) => loopDelayP99Ms),
    loopDelayMaxMs: spreadOf(({ loopDelayMaxMs }) => loopDelayMaxMs),
    requests: most(({ seen }) => seen.requests),
    byPath: runs.at(-1)?.seen.byPath ?? {},
    maxInFlight: most(({ seen }) => seen.maxInFlight),
    refused: most(({ seen }) => seen.refused),
    fixtureLoad: rounded(most(({ seen }) => seen.load)),
    ...(walked !== undefined && { walked }),
    ...(askedMs !== undefined && { askedMs }),
    ...(runs.some(({ bytes }) => bytes !== undefined) && { fileMb: rounded(most(({ bytes = 0 }) => bytes) / 1e6) }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
