import { fileVerdicts } from './file-verdicts.ts';
import { storeVerdicts } from './store-verdicts.ts';
import { otherVerdicts } from './other-verdicts.ts';
import type { Result } from './run.ts';
import type { Verdict } from './table.ts';

/** Holds results against the targets of the design, as far as the results are there. */
export function verdictsOf(results: readonly Result[]): readonly Verdict[] {
  const of = (scenario: string, users: number, latencyMs: number, contender: string): Result | undefined =>
    results.find(
      (result) =>
        result.scenario === scenario &&
        result.users === users &&
        result.latencyMs === latencyMs &&
        result.contender === contender,
    );
  const verdicts: Verdict[] = [];
  const judge = (
    target: string,
    value: number | undefined,
    isMet: (value: number) => boolean,
    show: (value: number) => string,
  ): void => {
    if (value !== undefined && Number.isFinite(value)) {
      verdicts.push({ target, measured: show(value), isMet: isMet(value) });
    }
  };
  const atMost = (target: string, value: number | undefined, limit: number, unit: string): void =>
    judge(
      target,
      value,
      (given) => given <= limit,
      (given) => `${given.toFixed(given < 10 ? 2 : 0)}${unit}`,
    );
  const ratio = (upper: number | undefined, lower: number | undefined): number | undefined =>
    upper === undefined || lower === undefined ? undefined : upper / lower;

  const quiet = results.filter(
    ({ scenario, contender }) => (scenario === 'size' || scenario === 'latency') && contender === 'cli',
  );
  const excess = quiet.map(({ requests, users }) => requests - Math.max(1, Math.ceil(users / 100)) - 3);
  judge(
    'requests exactly ceil(U/100) + 3',
    quiet.length === 0 ? undefined : Math.max(...excess.map(Math.abs)),
    (given) => given === 0,
    (given) => (given === 0 ? 'exactly, in all runs' : `${given} more or fewer`),
  );
  judge(
    'never more than 6 in flight',
    Math.max(
      ...results.filter(({ contender }) => /^(cli|server)/.test(contender)).map(({ maxInFlight }) => maxInFlight),
    ),
    (given) => given <= 6,
    String,
  );

  for (const { users, latencyMs, wallS } of results.filter(
    ({ scenario, contender, latencyMs: waits }) => scenario === 'latency' && contender === 'floor' && waits >= 50,
  )) {
    const at = `${users.toLocaleString('en')} users, ${latencyMs} ms`;
    atMost(
      `CLI wall <= 1.15 x floor (${at})`,
      ratio(of('latency', users, latencyMs, 'cli')?.wallS.median, wallS.median),
      1.15,
      ' x',
    );
    for (const contender of ['server', 'server, warm', 'server, 4 workers']) {
      const walked = of('latency', users, latencyMs, contender)?.walked;
      atMost(
        `gRPC users phase <= 1.15 x floor (${contender}, ${at})`,
        ratio(walked?.usersMs, wallS.median * 1000),
        1.15,
        ' x',
      );
      const allowed =
        walked === undefined
          ? undefined
          : 1.15 * wallS.median * 1000 + 1.5 * (walked.calls - walked.userCalls) + 2 * latencyMs;
      atMost(
        `gRPC sync <= 1.15 x floor + 1.5 ms x other calls, 2 round trips of Validate apart (${contender}, ${at})`,
        ratio(walked?.totalMs, allowed),
        1,
        ' of it',
      );
    }
    judge(
      `>= 4.5 x faster than the vendor SDK's loop (${at})`,
      ratio(
        of('latency', users, latencyMs, 'vendor SDK loop')?.wallS.median,
        of('latency', users, latencyMs, 'cli')?.wallS.median,
      ),
      (given) => given >= 4.5,
      (given) => `${given.toFixed(1)} x`,
    );
  }

  const at100k = (contender: string): Result | undefined => of('size', 100_000, 0, contender);
  const at1m = (contender: string): Result | undefined => of('size', 1_000_000, 0, contender);
  for (const [scenario, grants] of [
    ['size', 'five'],
    ['three grants each', 'three'],
  ] as const) {
    const at = `100,000 users with ${grants} grants each`;
    const cpu = (contender: string): number | undefined => of(scenario, 100_000, 0, contender)?.cpuS.median;
    atMost(`CLI CPU <= 2 x (drain + parse), ${at}`, ratio(cpu('cli'), cpu('floor, parsed')), 2, ' x');
    atMost(`CLI CPU <= 3.0 s, ${at}`, cpu('cli'), 3, ' s');
    atMost(`server CPU <= 5.0 s, ${at}, cold`, cpu('server'), 5, ' s');
  }
  const [small, large] = [at100k('cli')?.cpuS.median, at1m('cli')?.cpuS.median];
  atMost(
    'CLI CPU slope, 100,000 to 1,000,000 <= 1.05',
    small === undefined || large === undefined ? undefined : Math.log10(large / small),
    1.05,
    '',
  );
  atMost('peak RSS of the CLI <= 160 MB, 100,000 users', at100k('cli')?.rssMb.median, 160, ' MB');
  atMost('peak RSS of the CLI <= 260 MB, 1,000,000 users', at1m('cli')?.rssMb.median, 260, ' MB');
  atMost('peak RSS of the server <= 180 MB, 100,000 users', at100k('server')?.rssMb.median, 180, ' MB');
  atMost('peak RSS of the server <= 330 MB, 1,000,000 users', at1m('server')?.rssMb.median, 330, ' MB');
  for (const [contender, limit] of [
    ['cli', 110],
    ['server', 170],
  ] as const) {
    const [before, after] = [at100k(contender)?.rssMb.median, at1m(contender)?.rssMb.median];
    atMost(
      `growth of the ${contender}, 100,000 to 1,000,000 users <= ${limit} B a user`,
      before === undefined || after === undefined ? undefined : ((after - before) * 2 ** 20) / 900_000,
      limit,
      ' B',
    );
  }
  const grants = at100k('server, warm')?.walked;
  judge(
    '>= 100,000 grants/s through gRPC',
    grants === undefined ? undefined : grants.grants / (grants.grantsMs / 1000),
    (given) => given >= 100_000,
    (given) => `${Math.round(given).toLocaleString('en')}/s`,
  );
  atMost('event-loop delay, p99 <= 50 ms, CLI, 100,000 users', at100k('cli')?.loopDelayP99Ms.median, 50, ' ms');
  atMost('event-loop delay, p99 <= 50 ms, server, 100,000 users', at100k('server')?.loopDelayP99Ms.median, 50, ' ms');

  for (const people of ['in leaves', 'everywhere']) {
    for (const contender of ['cli', 'cli, observed', 'server', 'server, warm']) {
      const tree = of(`tree, people ${people}`, 100_000, 0, contender);
      const flat = of(`tree, people ${people}, parents removed`, 100_000, 0, contender);
      const what = `tree of 10,000 tenants, people ${people}, ${contender}`;
      atMost(`CPU <= 1.25 x without parents, ${what}`, ratio(tree?.cpuS.median, flat?.cpuS.median), 1.25, ' x');
      atMost(`peak RSS <= 180 MB, ${what}`, tree?.rssMb.median, 180, ' MB');
      const more = tree === undefined || flat === undefined ? undefined : Math.abs(tree.requests - flat.requests);
      atMost(`no request more, ${what}`, contender.startsWith('server') ? undefined : more, 0, '');
    }
  }

  verdicts.push(...otherVerdicts(results), ...fileVerdicts(results), ...storeVerdicts(results));

  const paced = results.find(({ contender }) => contender === 'cli, paced');
  atMost('429s of a paced run: none', paced?.refused, 0, '');
  atMost(
    'paced wall <= 1.1 x the rate limit’s floor',
    ratio(paced?.wallS.median, paced === undefined ? undefined : Math.ceil(paced.users / 100) / 200),
    1.1,
    ' x',
  );
  const clean = of('latency', 100_000, 50, 'cli');
  const failing = results.find(({ scenario }) => scenario === 'failures');
  atMost('1 % 503s: wall <= 1.1 x clean', ratio(failing?.wallS.median, clean?.wallS.median), 1.1, ' x');
  atMost('1 % 503s: requests <= 1.02 x clean', ratio(failing?.requests, clean?.requests), 1.02, ' x');
  return verdicts;
}
