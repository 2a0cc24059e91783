import { readAsSdk, readOurs, readPlainly, type Reader, type Reading } from './readers.ts';
import { type Plan, planOf } from './scenarios.ts';
import { openInProcess, openOverHttp, type World } from './world.ts';

/** What one reader made of a plan, and whom it lost. */
interface Result extends Reading {
  readonly lost: readonly string[];
}

/** One seed, read three times, each time in a world of its own in which the same things happen. */
export interface Run {
  readonly plan: Plan;
  readonly ours: Result;
  readonly plain: Result;
  readonly sdk: Result;
}

/** Every 33rd seed goes over HTTP: three in a hundred. */
export const isOverHttp = (seed: number): boolean => seed % 33 === 0;

export async function runPlan(plan: Plan, reader: Reader): Promise<Result> {
  const world: World = isOverHttp(plan.seed) ? await openOverHttp(plan) : openInProcess(plan);
  try {
    const reading = await reader(world, plan);
    const lost = reading.ended === 'failed' ? [] : world.promised().filter((userId) => !reading.ids.has(userId));
    return { ...reading, lost };
  } finally {
    await world.close();
  }
}

export async function runSeed(seed: number, only?: string): Promise<Run> {
  const plan = planOf(seed, only);
  return {
    plan,
    ours: await runPlan(plan, readOurs),
    plain: await runPlan(plan, readPlainly),
    sdk: await runPlan(plan, readAsSdk),
  };
}

/** How the runs of one scenario ended. */
export class Tally {
  runs = 0;
  complete = 0;
  /** Complete after more than one pass. */
  repaired = 0;
  failed = 0;
  /** Runs that ended complete in mode `unproven`, and those of them that lost somebody. */
  unproven = 0;
  lostUnproven = 0;
  lostByUs = 0;
  lostPlainly = 0;
  lostBySdk = 0;
  /** Seeds of the runs in which we lost somebody although the read counted as proved. */
  readonly failing: number[] = [];

  add({ plan, ours, plain, sdk }: Run): void {
    const isLost = ours.lost.length > 0;
    const isUnproven = ours.mode === 'unproven';
    this.runs += 1;
    this.complete += Number(ours.ended === 'complete');
    this.repaired += Number(ours.passes > 1);
    this.failed += Number(ours.ended === 'failed');
    this.unproven += Number(isUnproven);
    this.lostUnproven += Number(isLost && isUnproven);
    this.lostByUs += Number(isLost && !isUnproven);
    this.lostPlainly += Number(plain.lost.length > 0);
    this.lostBySdk += Number(sdk.lost.length > 0);
    if (isLost && !isUnproven) {
      this.failing.push(plan.seed);
    }
  }
}
