import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { shareOf } from '../support/share.ts';

const env = { DESCOPE_PROJECT_ID: 'P2abc', DESCOPE_MANAGEMENT_KEY: 'K2env' };
const emulator = ['emulator', '--port', '0'];
const sync = ['sync', '--out', 'x.json'];

/** Flags that take a number, how they are called, and what is just too much for each. */
const flags: readonly (readonly [flag: string, command: readonly string[], tooMuch: string])[] = [
  ['--port', ['emulator'], '65536'],
  ['--users', emulator, '10000001'],
  ['--seed', emulator, '4294967296'],
  ['--latency-ms', emulator, '3600001'],
  ['--timeout', ['health-check'], '1000'],
  ['--health-check-port', ['serve'], '65536'],
  ['--health-check-port', ['health-check'], '65536'],
  ['--keep', ['serve'], '10001'],
  ['--max-parallel-fetches', sync, '7'],
  ['--max-shrink', sync, '101'],
  ['--max-dangling', sync, '1000000000'],
];

describe.each(flags)('%s of %j', (flag, command, tooMuch) => {
  it(`ends with exit 2 for what is no number in its bounds: ${tooMuch}, -1, 1.5, abc, 1e3, 0x10, nothing`, async () => {
    const runs = await Promise.all(
      shareOf([tooMuch, '99999999999', '-1', '1.5', 'abc', '1e3', '', '0x10', ' 1'], 3).map((value) =>
        runCli([...command, `${flag}=${value}`], { env }),
      ),
    );

    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 2));
    for (const { stdout, stderr } of runs) {
      expect(stdout).toBe('');
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).not.toMatch(/ERR_|at .*:\d+:\d+/);
    }
  });
});

describe('TZ', () => {
  const cron = [
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--health-check-port',
    'off',
    '--sync-cron',
    '0 3 * * *',
    '--out',
    'none/syncs',
  ];

  it.each([
    'Mars/Phobos',
    'europe/berlin',
    'CEST',
    'CET-1CEST,M3.5.0,M10.5.0/3',
    '<+03>-3',
    '+02:00',
    'GMT+5',
    '/usr/share/zoneinfo/Europe/Berlin',
  ])('that names no zone is refused where a cron pattern counts in it: %s', async (zone) => {
    const run = await runCli(cron, { env: { ...env, TZ: zone } });

    expect(run.code).toBe(2);
    expect(run.stderr).toContain('TZ names an unknown time zone');
  });

  it.each(['Europe/Berlin', 'UTC', ':America/New_York', 'Etc/GMT-2', ''])(
    'that names one is taken: %j',
    async (zone) => {
      const run = await runCli(cron, { env: { ...env, TZ: zone } });

      expect(run.stderr).not.toContain('TZ');
      expect(run.code).toBe(6); // the folder is the next thing that is wrong
    },
  );

  it('does not matter where no cron pattern counts in it', async () => {
    const run = await runCli(['config', 'show'], { env: { ...env, TZ: 'Mars/Phobos' } });

    expect(run.code).toBe(0);
  });
});
