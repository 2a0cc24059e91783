import type { Result } from './run.ts';
import type { Verdict } from './table.ts';

const consentsOnPage = 1_000;

/** Holds what keys, consents and all other types cost against the targets, as far as the results are there. */
export function otherVerdicts(results: readonly Result[]): readonly Verdict[] {
  const of = (scenario: string, contender: string): Result | undefined =>
    results.find((result) => result.scenario === scenario && result.contender === contender);
  const both = (scenario: string, without: string, contender: string): readonly [Result, Result] | undefined => {
    const [before, after] = [of(scenario, without), of(scenario, contender)];
    return before === undefined || after === undefined ? undefined : [before, after];
  };
  const verdicts: Verdict[] = [];
  const atMost = (target: string, value: number, limit: number, unit: string): void => {
    verdicts.push({ target, measured: `${value.toFixed(value < 10 ? 2 : 0)}${unit}`, isMet: value <= limit });
  };

  const keys = both('keys: 50,000', 'cli', 'cli, keys');
  if (keys !== undefined) {
    const [before, after] = keys;
    atMost('50,000 keys in one body: <= 60 MB more', after.rssMb.median - before.rssMb.median, 60, ' MB');
    atMost('CPU <= 0.4 s more for each 10,000 keys', (after.cpuS.median - before.cpuS.median) / 5, 0.4, ' s');
  }
  const consents = of('keys: none, 100,000 consents', 'cli, consents');
  if (consents !== undefined) {
    const { '/v1/mgmt/thirdparty/consents/search': asked = 0 } = consents.byPath;
    const wanted = Math.ceil(100_000 / consentsOnPage) + 1;
    verdicts.push({
      target: `100,000 consents: exactly ${wanted} requests`,
      measured: String(asked),
      isMet: asked === wanted,
    });
  }
  for (const workers of ['', ', 4 workers']) {
    const served = both('keys: served with all', `server${workers}`, `server, all${workers}`);
    if (served !== undefined) {
      const [before, after] = served;
      const [pages, more] = [before.walked?.userCalls, after.walked?.userCalls];
      verdicts.push({
        target: `pages of users as without (serve with all${workers})`,
        measured: `${more} calls for ${pages}`,
        isMet: pages === more,
      });
      atMost(`no page of more than 250 rows (serve with all${workers})`, after.walked?.maxRows ?? 0, 250, '');
      atMost(
        `no page of more than 900 KiB (serve with all${workers})`,
        (after.walked?.maxBytes ?? 0) / 1024,
        900,
        ' KiB',
      );
      const [quiet, busy] = [before.loopDelayP99Ms.median, after.loopDelayP99Ms.median];
      verdicts.push({
        target: `event-loop delay, p99, <= 50 ms or 1.5 x without (serve with all${workers})`,
        measured: `${busy.toFixed(0)} ms for ${quiet.toFixed(0)} ms`,
        isMet: busy <= Math.max(50, 1.5 * quiet),
      });
    }
  }
  return verdicts;
}
