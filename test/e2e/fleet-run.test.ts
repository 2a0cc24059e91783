import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../src/fleet/engine.ts';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { type CliRun, runCli, startCli } from '../support/cli.ts';
import { testFleet, type TestFleet } from '../support/fleet.ts';
import { mostInAMinute } from '../support/request-budget.ts';

interface Told {
  readonly name: string;
  readonly state: string;
  readonly last?: { readonly users: number };
  readonly failure?: { readonly kind: string };
}

const call = (fleet: TestFleet, ...words: readonly string[]): Promise<CliRun> =>
  runCli(['fleet', ...words], { cwd: fleet.folder, env: {} });

async function statesOf(fleet: TestFleet): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await call(fleet, 'status', '--json');
  const { projects } = JSON.parse(stdout) as { readonly projects: readonly Told[] };
  return Object.fromEntries(
    projects.map(({ name, state, last, failure }) => [
      name,
      [
        state,
        ...(last === undefined ? [] : [`${last.users} users`]),
        ...(failure === undefined ? [] : [failure.kind]),
      ].join(', '),
    ]),
  );
}

const syncedIn = (fleet: TestFleet, name: string): string[] => {
  const folder = join(fleet.folder, 'syncs', name);
  return existsSync(folder) ? readdirSync(folder).filter((file) => /^sync-.*\.json$/.test(file)) : [];
};

describe('fleet sync', () => {
  it('syncs one project here and now, into its folder and its store, and tells how it went', async () => {
    await using fleet = await testFleet({
      projects: 2,
      defaults: { outputs: { history: '{name}.db', 'history-keep': '400d' } },
    });
    const { code, stdout, stderr } = await call(fleet, 'sync', 'p1', '--now');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`p1: 5 users, 62 grants, in ${join(fleet.folder, 'syncs', 'p1')}\n`);
    expect(await statesOf(fleet)).toEqual({ p0: 'never', p1: 'ok, 5 users' });
    const latest = readFileSync(join(fleet.folder, 'syncs', 'p1', 'latest.json'), 'utf8');
    expect(latest).toContain(`"projectId": "${fleet.emulators[1]?.projectId}"`);
    expect(readdirSync(join(fleet.folder, 'syncs', 'p1')).toSorted()).toEqual([
      'latest.json',
      ...syncedIn(fleet, 'p1'),
    ]);
    const kept = await runCli(['history', 'list', 'p1.db', '--json'], { cwd: fleet.folder });
    expect((JSON.parse(kept.stdout) as { readonly syncs: readonly { readonly users: number }[] }).syncs).toMatchObject([
      { users: 5 },
    ]);
  });

  it('that fails ends as sync would, and leaves what was there', async () => {
    await using fleet = await testFleet({ projects: 1 });
    await call(fleet, 'sync', 'p0', '--now');
    const before = readFileSync(join(fleet.folder, 'syncs', 'p0', 'latest.json'));
    await writeFile(join(fleet.folder, 'keys', 'p0'), `not-the-key-${'n'.repeat(20)}\n`, { mode: 0o600 });
    const { code, stdout, stderr } = await call(fleet, 'sync', 'p0', '--now');

    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^baton-descope: Descope refused the management key: /);
    expect(await statesOf(fleet)).toEqual({ p0: 'given-up, 5 users, unauthenticated' });
    expect(readFileSync(join(fleet.folder, 'syncs', 'p0', 'latest.json'))).toEqual(before);
  });

  it('begins anew where the process that did so before was killed, and its lease has lapsed', async () => {
    await using fleet = await testFleet({ projects: 1 });
    {
      const earlier = (): number => Date.now() - 600_000;
      await using engine = openSqliteEngine(join(fleet.folder, 'fleet.db'), { groups: new Map(), now: earlier });
      const project = fleet.emulators[0]?.projectId ?? '';
      await engine.put({ project, slotMs: earlier(), tries: 1, group: undefined, isAsked: true });
      expect(await engine.take('killed', project)).toMatchObject({ project });
    }
    expect(await call(fleet, 'sync', 'p0', '--now')).toMatchObject({ code: 0, stderr: '' });
  });

  it('holds back a sync that lost most of its users, as a sync into that file would', async () => {
    await using fleet = await testFleet({ projects: 1, users: 40 });
    await call(fleet, 'sync', 'p0', '--now');
    const { resources } = JSON.parse(readFileSync(join(fleet.folder, 'syncs', 'p0', 'latest.json'), 'utf8')) as {
      readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string } }[];
    };
    const users = resources.filter(({ id }) => id.resourceType === 'user').slice(0, 30);
    expect(users.map(({ id }) => fleet.emulators[0]?.state.deleteUser(id.resource))).not.toContain(false);
    const { code, stderr } = await call(fleet, 'sync', 'p0', '--now');

    expect(code).toBe(7);
    expect(stderr).toMatch(/held back, the file stays/);
  });

  it('holds back what lost most of the users of its store, where the folder is that of another machine', async () => {
    await using fleet = await testFleet({ projects: 1, users: 40, defaults: { outputs: { history: '{name}.db' } } });
    expect((await call(fleet, 'sync', 'p0', '--now')).code).toBe(0);
    const latest = join(fleet.folder, 'syncs', 'p0', 'latest.json');
    const { resources } = JSON.parse(readFileSync(latest, 'utf8')) as {
      readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string } }[];
    };
    const users = resources.filter(({ id }) => id.resourceType === 'user').slice(0, 30);
    expect(users.map(({ id }) => fleet.emulators[0]?.state.deleteUser(id.resource))).not.toContain(false);
    rmSync(latest);
    const { code, stderr } = await call(fleet, 'sync', 'p0', '--now');

    expect({ code, stderr }).toMatchObject({ code: 7, stderr: expect.stringMatching(/held back, the store stays/) });
    expect(existsSync(latest)).toBe(false);
    expect(readdirSync(join(fleet.folder, 'syncs', 'p0', '.unfinished'))).toEqual([]);
    const kept = await runCli(['history', 'list', 'p0.db', '--json'], { cwd: fleet.folder });
    expect((JSON.parse(kept.stdout) as { readonly syncs: readonly unknown[] }).syncs).toHaveLength(1);
  });

  it('tells that nothing was put in line where a sync is under way', async () => {
    await using fleet = await testFleet({ projects: 1 });
    await call(fleet, 'sync', 'p0');
    await using engine = openSqliteEngine(join(fleet.folder, 'fleet.db'), { groups: new Map() });
    const lease = await engine.take('w');
    expect((await call(fleet, 'sync', 'p0')).stdout).toMatch(
      /^p0 is being synced already, and nothing was put in line/,
    );
    expect(await engine.keep(lease as Lease)).toBe(true);
    await engine.fail(lease as Lease, { kind: 'unavailable', message: 'down' });
    expect((await call(fleet, 'sync', 'p0')).stdout).toMatch(/^p0 is in line in /);
    await engine.fail((await engine.take('w')) as Lease, { kind: 'unavailable', message: 'down' });
    await engine.pause(fleet.emulators[0]?.projectId ?? '', true);
    expect((await call(fleet, 'retry', 'p0')).stdout).toBe('p0 is paused, and begins anew after "fleet resume p0"\n');
  });

  it('refuses a timeout that the engine in PostgreSQL does not hold, without asking it', async () => {
    await using fleet = await testFleet({
      projects: 2,
      ofProject: (place) => ({ timeout: place === 1 ? '23h' : '22h' }),
    });
    const { code, stderr } = await call(fleet, 'status', '--engine', 'postgres://127.0.0.1:1/nothing');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^[^\n]*fleet\.yaml:\d+:\d+ p1: timeout is longer than 22h[^\n]*\n$/);
  });
});

describe('fleet pause, resume and retry', () => {
  it('keep a project from beginning, and let it begin again', async () => {
    await using fleet = await testFleet({ projects: 1 });
    expect((await call(fleet, 'pause', 'p0')).stdout).toMatch(/^p0 is paused: /);
    const refused = await call(fleet, 'sync', 'p0', '--now');
    expect({ code: refused.code, stderr: refused.stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^baton-descope: p0 is paused: "npx \. fleet resume p0" first$|fleet resume p0" first\n$/,
      ),
    });
    expect(await statesOf(fleet)).toEqual({ p0: 'paused' });
    expect((await call(fleet, 'resume', '--all')).stdout).toMatch(/^p0 goes on/);
    expect((await call(fleet, 'retry', 'p0')).stdout).toBe('p0 has nothing that failed\n');
    expect((await call(fleet, 'retry')).code).toBe(2);
    expect((await call(fleet, 'sync', 'p0')).stdout).toMatch(/^p0 is in line in sqlite:fleet\.db: /);
    expect(await statesOf(fleet)).toEqual({ p0: 'waiting' });
  });
});

describe('fleet run', () => {
  it('syncs every project that is due, within the budget of their group, and ends when it is stopped', async () => {
    await using fleet = await testFleet({
      projects: 3,
      defaults: { schedule: { every: '1d' }, group: 'acme' },
      groups: { acme: { requests: '180/m' } },
    });
    await using running = startCli(
      ['fleet', 'run', '--workers', '2', '--health-check-port', '0', '--file', fleet.file],
      { BATON_FLEET_ENGINE: `sqlite:${fleet.folder}/fleet.db` },
    );
    await running.until(/(?:sync complete[^]*){3}/);
    const [, url = ''] = await running.until(/health and metrics on (\S+)/);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^baton_descope_fleet_projects\{state="ok"\} 3$/m);
    expect(metrics).toMatch(
      /^baton_descope_fleet_last_complete_sync_rows\{project="p2",group="acme",type="user"\} 5$/m,
    );
    // Each sync asked at least once.
    const [, waits] = /^baton_descope_fleet_budget_wait_seconds_count\{group="acme"\} (\d+)$/m.exec(metrics) ?? [];
    expect(Number(waits)).toBeGreaterThanOrEqual(3);
    expect(await running.stop()).toMatchObject({ code: 0 });

    expect(await statesOf(fleet)).toEqual({ p0: 'ok, 5 users', p1: 'ok, 5 users', p2: 'ok, 5 users' });
    expect((await call(fleet, 'status')).stdout).toMatch(/^group acme: 0 at work, 180 requests a minute together$/m);
    expect(['p0', 'p1', 'p2'].map((name) => syncedIn(fleet, name).length)).toEqual([1, 1, 1]);
    // One request in each window of 375 ms; without a budget two syncs send ten within a second.
    const sent = fleet.emulators.flatMap(({ stats }) => stats.recent.map(({ at }) => at));
    expect(sent.length).toBeGreaterThan(12);
    expect(mostInAMinute(sent, 2_000)).toBeLessThanOrEqual(9);
  });

  it('killed in the middle of a sync publishes nothing; the next one begins it anew and publishes it once', async () => {
    await using fleet = await testFleet({
      projects: 1,
      users: 300,
      latencyMs: 400,
      defaults: { schedule: { every: '1d' } },
    });
    const engine = { BATON_FLEET_ENGINE: `sqlite:${fleet.folder}/fleet.db` };
    {
      await using running = startCli(['fleet', 'run', '--file', fleet.file], engine);
      await running.until(/sync started/);
      while ((fleet.emulators[0]?.stats.total ?? 0) < 3) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      running.send('SIGKILL');
    }
    expect(syncedIn(fleet, 'p0')).toEqual([]);
    const database = new DatabaseSync(join(fleet.folder, 'fleet.db'));
    expect(database.prepare('select state, attempt from run').all()).toEqual([{ state: 'active', attempt: 1 }]);
    database.exec('update run set lease_until = 0'); // instead of a minute of waiting
    database.close();
    await using next = startCli(['fleet', 'run', '--file', fleet.file], engine);
    await next.until(/sync complete/);
    await next.stop();

    expect(await statesOf(fleet)).toEqual({ p0: 'ok, 300 users' });
    expect(syncedIn(fleet, 'p0')).toHaveLength(1);
    expect(existsSync(join(fleet.folder, 'syncs', 'p0', '.unfinished'))).toBe(false);
  });
});
