import type { Result } from './run.ts';
import type { Verdict } from './table.ts';

const scenario = 'c1z and xlsx';

/** Holds what the kinds of file cost against the targets, as far as the results are there. Ratios are of CPU time. */
export function fileVerdicts(results: readonly Result[]): readonly Verdict[] {
  const found = results.filter((result) => result.scenario === scenario);
  const sizes = [...new Set(found.map(({ users }) => users))].toSorted((one, other) => one - other);
  const of = (contender: string, users: number): Result | undefined =>
    found.find((result) => result.contender === contender && result.users === users);
  const verdicts: Verdict[] = [];
  const atMost = (target: string, value: number | undefined, limit: number, unit: string): void => {
    if (value !== undefined && Number.isFinite(value)) {
      verdicts.push({ target, measured: `${value.toFixed(value < 10 ? 2 : 0)}${unit}`, isMet: value <= limit });
    }
  };
  const cpu = (contender: string, users: number): number | undefined => of(contender, users)?.cpuS.median;

  for (const users of sizes) {
    const at = `${users.toLocaleString('en')} users`;
    for (const kind of ['c1z', 'xlsx']) {
      atMost(`.${kind} <= 2 x the CPU of .json, ${at}`, ratio(cpu(`cli, ${kind}`, users), cpu('cli', users)), 2, ' x');
      atMost(`peak RSS of a sync into .${kind} <= 220 MB, ${at}`, of(`cli, ${kind}`, users)?.rssMb.median, 220, ' MB');
    }
    const [ours, sdk] = [of('our writer', users), of('Go SDK, sqlite', users)];
    atMost(`.c1z written for <= the CPU of the Go SDK, ${at}`, ratio(ours?.cpuS.median, sdk?.cpuS.median), 1, ' x');
    atMost(`.c1z <= 1.2 x the size of the Go SDK's, ${at}`, ratio(ours?.fileMb, sdk?.fileMb), 1.2, ' x');
    for (const question of ['who-can', 'access']) {
      const [c1z, json] = [cpu(`${question}, c1z`, users), cpu(`${question}, json`, users)];
      atMost(`${question} of .c1z <= 1.1 x the CPU of .json, ${at}`, ratio(c1z, json), 1.1, ' x');
    }
  }
  const [small = 0, large = 0] = [sizes[0], sizes.at(-1)];
  for (const kind of small === large ? [] : ['c1z', 'xlsx']) {
    const growth = ratio(cpu(`cli, ${kind}`, large), cpu(`cli, ${kind}`, small));
    const slope = growth === undefined ? undefined : Math.log(growth) / Math.log(large / small);
    const between = `${small.toLocaleString('en')} to ${large.toLocaleString('en')} users`;
    atMost(`CPU slope of a sync into .${kind} <= 1.1, ${between}`, slope, 1.1, '');
  }
  return verdicts;
}

function ratio(upper: number | undefined, lower: number | undefined): number | undefined {
  return upper === undefined || lower === undefined ? undefined : upper / lower;
}
