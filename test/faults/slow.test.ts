import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Fault, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, quickClock, runCli, temporaryFolder } from '../support/cli.ts';
import {
  attempt,
  benchProject,
  benchRequests,
  type Case,
  forever,
  judge,
  lists,
  search,
  table,
  tenantList,
  ways,
} from '../support/faults-bench.ts';

/** Real deadlines of real requests, only shorter than the usual ones. */
const deadlines = { connectMs: 2_000, headersMs: 250, bodyIdleMs: 250, attemptMs: 1_500 };

const slow: readonly (readonly [string, Fault, RegExp])[] = [
  ['headers that never come', { kind: 'hang', at: 'before-headers' }, /no (response|whole answer) in time/],
  ['a body that stalls in its middle', { kind: 'hang', at: 'mid-body' }, /the body stalled for 0\.25 s/],
  ['a body of a byte now and then', { kind: 'slow', chunkBytes: 1, everyMs: 40 }, /no whole answer in time/],
];

describe.concurrent('row 5: slow-loris', () => {
  table(
    slow.flatMap(([name, fault, cause]): readonly Case[] => [
      {
        name: `${name}, once on every list: the slot is free again`,
        expected: 'same',
        client: { deadlines },
        arm: (arena) => lists.forEach((endpoint) => arena.fault(endpoint, fault)),
        check: ({ requests }) => expect(requests).toBeGreaterThanOrEqual(benchRequests + lists.length),
      },
      {
        name: `${name}, on page 3`,
        expected: 'same',
        client: { deadlines },
        arm: (arena) => void arena.fault(search, fault, 3),
      },
      {
        name: `${name}, for ever`,
        expected: 'timeout',
        cause,
        client: { deadlines },
        arm: (arena) => void arena.fault(tenantList, fault, 1, forever),
        check: ({ fired }) => expect(fired).toEqual([5]),
      },
    ]),
    { areWaiting: true },
  );

  it.each(ways)('%s: the slots of all first requests, held up at once, are free again', async (way) => {
    const outcome = await attempt(way, {
      client: { deadlines },
      arm: (arena) => void arena.fault(undefined, { kind: 'hang', at: 'before-headers' }, 1, 4),
    });

    judge(outcome, 'same');
    expect(outcome.fired).toEqual([4]);
  });

  it.concurrent.each(slow)(
    'the built program with its own deadlines, and a clock that goes fifty times faster: %s, for ever',
    async (_name, fault) => {
      await using folder = await temporaryFolder();
      const emulator = await startEmulator({ project: benchProject() });
      const out = join(folder.path, 'sync.json');
      await writeFile(out, 'the old file');
      const rule = emulator.faults.add({ match: { endpoint: tenantList }, times: forever, fault });

      const run = await runCli(['sync', '--out', out], { env: envOf(emulator), nodeFlags: quickClock });
      await emulator.close();

      expect(run.code).toBe(4);
      expect(rule.fired).toBe(5);
      expect(run.stderr.split('\n').filter((line) => line.startsWith('baton-descope:'))).toEqual([
        expect.stringMatching(
          /GET \/v1\/mgmt\/tenant\/all failed: (no (response|whole answer) in time|the body stalled for 15 s)/,
        ),
      ]);
      expect(await readFile(out, 'utf8')).toBe('the old file');
      expect(await readdir(folder.path)).toEqual(['sync.json']);
    },
  );
});
