import type { Result } from './run.ts';
import type { Verdict } from './table.ts';

/** Holds what a store costs against the targets, as far as the results are there. Ratios are of CPU time in one run. */
export function storeVerdicts(results: readonly Result[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const atMost = (target: string, value: number | undefined, limit: number, unit: string): void => {
    if (value !== undefined && Number.isFinite(value)) {
      verdicts.push({ target, measured: `${value.toFixed(value < 10 ? 2 : 0)}${unit}`, isMet: value <= limit });
    }
  };
  for (const users of new Set(results.filter(({ scenario }) => scenario === 'history').map((result) => result.users))) {
    const of = (contender: string): Result | undefined =>
      results.find((one) => one.scenario === 'history' && one.contender === contender && one.users === users);
    const at = `${users.toLocaleString('en')} users`;
    const [json, first, next] = [of('cli'), of('store, first'), of('store, next')];
    const cpu = (upper: Result | undefined): number =>
      (upper?.cpuS.median ?? Number.NaN) / (json?.cpuS.median ?? Number.NaN);
    atMost(`first sync into a store <= 1.4 x the CPU of .json, ${at}`, cpu(first), 1.4, ' x');
    atMost(`the next one, 0.1 % changed, <= 1.2 x, ${at}`, cpu(next), 1.2, ' x');
    atMost(
      `store <= 0.8 x the size of the .json, ${at}`,
      (first?.fileMb ?? Number.NaN) / (json?.fileMb ?? Number.NaN),
      0.8,
      ' x',
    );
    const growth = 100 * ((next?.fileMb ?? Number.NaN) / (first?.fileMb ?? Number.NaN) - 1);
    atMost(`it grows by <= 0.5 % with the next one, ${at}`, growth, 0.5, ' %');
  }
  for (const { scenario, users, askedMs, contender, wallS, startS, rssMb } of results) {
    const at = `${users.toLocaleString('en')} users`;
    const large = scenario === 'history, asked';
    if (askedMs !== undefined && large) {
      atMost(`access of a user <= 20 ms of CPU, ${at}`, askedMs['access, now'], 20, ' ms');
      atMost(`who-can, 100 rows and the count, <= 60 ms of CPU, ${at}`, askedMs['who-can, now'], 60, ' ms');
      atMost(`RSS of questions <= 150 MB, ${at}`, rssMb.median, 150, ' MB');
    }
    if (large && contender === 'store, access') {
      atMost(`access as a command <= 0.6 s, ${at}`, wallS.median + startS.median, 0.6, ' s');
      atMost(`its RSS <= 150 MB, ${at}`, rssMb.median, 150, ' MB');
    }
    if (askedMs !== undefined && scenario === 'history, PostgreSQL') {
      const copied = askedMs['COPY of the same rows'] ?? Number.NaN;
      atMost(
        `first sync into PostgreSQL <= 1.5 x of COPY of its rows, ${at}`,
        (1_000 * wallS.median) / copied,
        1.5,
        ' x',
      );
      for (const command of ['access', 'who-can']) {
        const took = (askedMs[`${command}, whole command`] ?? Number.NaN) / 1_000;
        atMost(`${command} from PostgreSQL as a command <= 1 s, ${at}`, took, 1, ' s');
      }
    }
    if (askedMs !== undefined && scenario === 'history, a year') {
      for (const question of ['access', 'who-can']) {
        const now = askedMs[`${question}, now`] ?? Number.NaN;
        for (const when of ['first', 'middle']) {
          atMost(
            `${question} of the ${when} day of a year <= 3 x of today`,
            (askedMs[`${question}, ${when}`] ?? Number.NaN) / now,
            3,
            ' x',
          );
        }
      }
    }
  }
  return verdicts;
}
