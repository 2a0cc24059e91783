import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkFolder, planOf, runScheduledSyncs } from '../../src/cli/scheduled-syncs.ts';
import { loadSettings } from '../../src/config/load.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { LogFields, Logger } from '../../src/log.ts';
import { type Observation, startObservation } from '../../src/observe/observation.ts';
import { readLastSync } from '../../src/output/last-sync.ts';
import { temporaryFolder } from '../support/cli.ts';
import { clientOf } from '../support/embedded.ts';

const hour = 3_600_000;
const noLimit = Number.POSITIVE_INFINITY;

let emulator: Emulator | undefined;
afterEach(async () => {
  await emulator?.close();
});

interface Line extends LogFields {
  readonly level: string;
  readonly event: string;
}

interface Bench {
  readonly emulator: Emulator;
  readonly observation: Observation;
  readonly lines: readonly Line[];
  readonly healthTurns: readonly boolean[];
  readonly clock: { nowMs: number };
  /**
   * Runs until so many syncs have ended; `before` each of them the project, the folder and the clock can be changed.
   */
  readonly follow: (
    runs: number,
    before?: (run: number) => unknown,
    flags?: Readonly<Record<string, string>>,
  ) => Promise<void>;
}

async function bench(folder: string, users = 120): Promise<Bench> {
  const project = (emulator = await startEmulator({ users }));
  const lines: Line[] = [];
  const healthTurns: boolean[] = [];
  const clock = { nowMs: Date.parse('2026-11-25T12:00:00Z') };
  const tell =
    (level: string) =>
    (event: string, fields: LogFields = {}) =>
      void lines.push({ level, event, ...fields });
  const logger: Logger = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
  const observation = await startObservation({
    env: {},
    version: '0',
    runId: 'r',
    logger,
    onHealth: (isHealthy) => void healthTurns.push(isHealthy),
  });
  observation.health.setPhase('serving');

  return {
    emulator: project,
    observation,
    lines,
    healthTurns,
    clock,
    follow: async (runs, before, flags = {}) => {
      const plan = planOf(
        loadSettings({ flags: { projectId: 'P1', syncEvery: '1h', out: folder, keep: '3', ...flags }, env: {} }),
      );
      if (plan === undefined) {
        return expect.fail('nothing is planned');
      }
      await checkFolder(plan, project.projectId);
      const stop = new AbortController();
      let ended = 0;
      let isBegun = false;
      const { syncs } = observation;
      const begin = async (): Promise<void> => {
        if (!isBegun) {
          isBegun = true;
          await before?.(ended);
        }
      };
      await begin();
      await runScheduledSyncs({
        plan,
        connect: (own) =>
          clientOf(project, { logger: own, observer: observation.requests, sleep: async () => undefined }),
        policy: { tenantRoles: 'all' },
        trace: (_id, work) => work(),
        logger,
        signal: stop.signal,
        now: () => clock.nowMs,
        wait: async (ms) => {
          await begin();
          clock.nowMs += ms;
        },
        watcher: {
          ...syncs,
          onEnd: (...args) => {
            syncs.onEnd(...args);
            isBegun = false;
            ended += 1;
            if (ended === runs) {
              stop.abort();
            }
          },
        },
      });
    },
  };
}

const fails = (project: Emulator, status: number): unknown =>
  project.faults.add({
    match: { endpoint: 'GET /v1/mgmt/role/all' },
    times: noLimit,
    fault: { kind: 'status', status },
  });

describe('scheduled syncs', () => {
  it('leave the last few complete files, and the newest of them as latest.json', async () => {
    await using folder = await temporaryFolder();
    const { follow, lines, clock, observation } = await bench(folder.path);
    const startedAt = clock.nowMs;

    await follow(5);

    const names = (await readdir(folder.path)).toSorted();
    expect(names).toHaveLength(4);
    expect(names[0]).toBe('latest.json');
    expect(names.slice(1).every((name) => /^sync-\d{8}T\d{6}\.\d{3}Z\.json$/.test(name))).toBe(true);
    expect(await readFile(join(folder.path, names.at(-1) ?? ''), 'utf8')).toBe(
      await readFile(join(folder.path, 'latest.json'), 'utf8'),
    );
    expect((await readLastSync(join(folder.path, 'latest.json')))?.counts.resources['user']).toBe(120);
    expect(clock.nowMs - startedAt).toBe(4 * hour);
    expect(
      lines.filter(({ event }) => event === 'sync complete').map(({ users, removed }) => ({ users, removed })),
    ).toEqual([0, 0, 0, 1, 1].map((removed) => ({ users: 120, removed })));
    expect(observation.health.report()).toMatchObject({
      status: 'ok',
      details: { sync: { status: 'ok', running: false, failuresInARow: 0 } },
    });
  });

  it('never leave a moment without a complete latest.json, once there was one', async () => {
    await using folder = await temporaryFolder();
    const { follow } = await bench(folder.path);
    const latest = join(folder.path, 'latest.json');
    await follow(1);
    let looks = 0;
    let bad = 0;
    const over = new AbortController();
    const looking = (async () => {
      while (!over.signal.aborted) {
        bad += (await readLastSync(latest)) === undefined ? 1 : 0;
        looks += 1;
        await new Promise(setImmediate);
      }
    })();

    await follow(4, undefined, { keep: '1' });
    over.abort();
    await looking;

    expect(looks).toBeGreaterThan(10);
    expect(bad).toBe(0);
  });

  it('that fail leave every file as it was, are told, tried again at the next tick, and after three in a row health fails', async () => {
    await using folder = await temporaryFolder();
    const { follow, emulator: project, lines, healthTurns, observation, clock } = await bench(folder.path);
    const seen: { readonly health: string; readonly files: readonly string[]; readonly atMs: number }[] = [];
    const startedAt = clock.nowMs;

    await follow(6, async (run) => {
      seen.push({
        health: observation.health.report().status,
        files: await readdir(folder.path),
        atMs: clock.nowMs - startedAt,
      });
      if (run === 1) {
        fails(project, 403);
      }
      if (run === 5) {
        project.faults.clear();
      }
    });

    expect(seen.map(({ health }) => health)).toEqual(['ok', 'ok', 'ok', 'ok', 'failing', 'failing']);
    expect(seen.slice(1).map(({ files }) => files.length)).toEqual([2, 2, 2, 2, 2]);
    expect(seen.map(({ atMs }) => atMs)).toEqual([0, 0, 1, 2, 3, 4].map((hours) => hours * hour));
    expect(healthTurns).toEqual([false, true]);
    expect(
      lines
        .filter(({ level }) => level === 'error')
        .map(({ event, kind, failuresInARow }) => ({ event, kind, failuresInARow })),
    ).toEqual(
      [1, 2, 3, 4].map((failuresInARow) => ({
        event: 'sync failed, the files stay as they were',
        kind: 'forbidden',
        failuresInARow,
      })),
    );
    expect(observation.health.report().details.sync).toMatchObject({
      status: 'ok',
      failuresInARow: 0,
      lastFailure: { what: 'forbidden' },
    });
    const metrics = await observation.metrics.render();
    expect(metrics).toContain('baton_descope_syncs_total{outcome="complete"} 2');
    expect(metrics).toContain('baton_descope_syncs_total{outcome="forbidden"} 4');
  });

  it('that find far less than latest.json holds are held, and it says how to accept it', async () => {
    await using folder = await temporaryFolder();
    const { follow, emulator: project, lines } = await bench(folder.path);
    await follow(1);
    const before = await readFile(join(folder.path, 'latest.json'), 'utf8');

    await follow(1, () =>
      [...project.state.users()].slice(0, 60).forEach(({ userId }) => project.state.deleteUser(userId)),
    );

    expect(lines.find(({ level }) => level === 'error')).toMatchObject({
      kind: 'held',
      reason: expect.stringContaining('users went from 120 to 60') as string,
      note: expect.stringContaining('sync --out') as string,
    });
    expect(await readFile(join(folder.path, 'latest.json'), 'utf8')).toBe(before);
    expect(await readdir(folder.path)).toHaveLength(2);
  });

  it('keep a file that somebody put at latest.json meanwhile, as who accepts a shrinking does', async () => {
    await using folder = await temporaryFolder();
    const { follow } = await bench(folder.path);
    await follow(1);

    await follow(1, async () => {
      await rm(join(folder.path, 'latest.json'));
      await writeFile(join(folder.path, 'latest.json'), 'by hand');
    });

    const texts = await Promise.all(
      (await readdir(folder.path)).map((name) => readFile(join(folder.path, name), 'utf8')),
    );
    expect(texts).toHaveLength(4);
    expect(texts.filter((text) => text === 'by hand')).toHaveLength(1);
  });

  it('write .c1z files, if that is asked for', async () => {
    await using folder = await temporaryFolder();
    const { follow } = await bench(folder.path);

    await follow(2, undefined, { outFormat: 'c1z' });

    const names = (await readdir(folder.path)).toSorted();
    expect(names).toEqual([
      'latest.c1z',
      expect.stringMatching(/^sync-.*\.c1z$/) as string,
      expect.stringMatching(/^sync-.*\.c1z$/) as string,
    ]);
    expect((await readFile(join(folder.path, 'latest.c1z'))).subarray(0, 4).toString()).toBe('C1ZF');
  });

  it('after a restart know the last complete sync, and wait until it is old enough', async () => {
    await using folder = await temporaryFolder();
    const first = await bench(folder.path);
    await first.follow(1);
    await emulator?.close();
    const second = await bench(folder.path);
    second.clock.nowMs = Date.now() + 60_000;
    const startedAt = second.clock.nowMs;

    await second.follow(1);

    expect(second.clock.nowMs - startedAt).toBeGreaterThan(50 * 60_000);
    expect(second.clock.nowMs - startedAt).toBeLessThan(60 * 60_000);
    expect(await second.observation.metrics.render()).toContain(
      'baton_descope_last_complete_sync_rows{section="resources",type="user"} 120',
    );
  });

  it('fail while their folder is gone, and go on when it is there again', async () => {
    await using folder = await temporaryFolder();
    const { follow, lines } = await bench(folder.path);

    await follow(3, async (run) => {
      if (run === 1) {
        await rm(folder.path, { recursive: true });
      }
      if (run === 2) {
        await mkdir(folder.path);
      }
    });

    expect(
      lines
        .filter(({ event }) => event.startsWith('sync ') && event !== 'sync started')
        .map(({ event, kind }) => kind ?? event),
    ).toEqual(['sync complete', 'local-io', 'sync complete']);
    expect(await readdir(folder.path)).toHaveLength(2);
  });

  it('carry one sync id in all lines of a run, the lines of their requests too', async () => {
    await using folder = await temporaryFolder();
    const { follow, lines } = await bench(folder.path);

    await follow(2);

    const ids = new Set(lines.map(({ sync }) => sync).filter((sync) => sync !== undefined));
    expect(ids.size).toBe(2);
    for (const id of ids) {
      const events = lines.filter(({ sync }) => sync === id).map(({ event }) => event);
      expect(id).toMatch(/^[0-9A-Za-z]{27}$/);
      expect(events[0]).toBe('sync started');
      expect(events.at(-1)).toBe('sync complete');
      expect(events.filter((event) => event === 'descope request').length).toBeGreaterThan(4);
    }
  });
});

describe('the folder', () => {
  const planned = (out: string): Promise<void> =>
    checkFolder(
      planOf(loadSettings({ flags: { projectId: 'P1', syncEvery: '1h', out }, env: {} })) ??
        expect.fail('nothing is planned'),
      'P1',
    );

  it('is made when only itself is missing', async () => {
    await using folder = await temporaryFolder();

    await planned(join(folder.path, 'syncs'));

    expect(await readdir(folder.path)).toEqual(['syncs']);
  });

  it.each([
    ['below one that is not there', (path: string) => join(path, 'no', 'syncs'), 'the folder above it does not exist'],
    ['below /proc, where Node never returns from making folders', () => '/proc/none', 'cannot make the folder'],
    ['that is a file', (path: string) => join(path, 'file'), 'not a folder'],
  ])('%s is a fault before anything is served', async (_name, within, message) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');

    await expect(planned(within(folder.path))).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('a plan', () => {
  const load = (flags: Readonly<Record<string, string>>): unknown =>
    planOf(loadSettings({ flags: { projectId: 'P1', ...flags }, env: {} }));

  it.each([
    [{ syncEvery: '1h' }, 'need --out'],
    [{ out: 'x' }, '--sync-every 1h'],
    [{ syncEvery: '1h', syncCron: '0 * * * *', out: 'x' }, 'give one of them'],
    [{ syncEvery: '0s', out: 'x' }, 'such as 30s'],
    [{ syncEvery: '1w', out: 'x' }, 'such as 30s'],
    [{ syncEvery: '32d', out: 'x' }, '31d at most'],
    [{ syncCron: '0 25 * * *', out: 'x' }, 'cron pattern'],
    [{ syncCron: '0 0 30 2 *', out: 'x' }, 'comes due'],
    [{ syncCron: 'hourly', out: 'x' }, 'cron pattern'],
    [{ syncEvery: '1h', out: 'x', keep: '0' }, 'from 1 to'],
    [{ healthCheckPort: '70000' }, 'a port'],
  ])('%j is refused: %s', (flags, message) => {
    expect(() => load(flags)).toThrow(message);
  });

  it.each([
    [{}],
    [{ syncEvery: '30s', out: 'x' }],
    [{ syncCron: '30 2 * * 1-5', out: 'x' }],
    [{ healthCheckPort: 'off' }],
    [{ healthCheckPort: '0' }],
  ])('%j is taken', (flags) => {
    expect(() => load(flags)).not.toThrow();
  });
});
