import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectSync } from '../../src/cli/fleet-project-sync.ts';
import { parseBaseUrl, parseProjectId } from '../../src/descope/base-url.ts';
import type { Lease } from '../../src/fleet/engine.ts';
import { type FleetProject, readFleet } from '../../src/fleet/fleet.ts';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import type { ReadySync } from '../../src/fleet/work.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { testFleet } from '../support/fleet.ts';

const { argv, execArgv } = process;
beforeEach(() => {
  process.argv = [process.execPath, join(import.meta.dirname, '..', '..', 'bin', 'baton-descope.js')]; // what it starts again
  process.execArgv = [];
});
afterEach(() => {
  process.argv = argv;
  process.execArgv = execArgv;
});

it.each([
  ['once its sync is in the store', 'is synced anew', false],
  ['once its sync is the latest file, too', 'is not synced again', true],
])('a run whose process is killed %s %s; no change is lost, and none stored twice', async (_when, _what, isPlaced) => {
  const webhooks = [{ url: 'https://hooks.example/a', secret: { env: 'S' } }];
  const outputs = { history: '{name}.db' };
  await using fleet = await testFleet({ projects: 1, users: 20, defaults: { outputs, webhooks } });
  const text = readFileSync(fleet.file, 'utf8');
  const { projects } = readFleet(fleet.file, text, { projectId: parseProjectId, baseUrl: parseBaseUrl });
  const project = projects[0] as FleetProject;
  const { id } = project;
  let nowMs = Date.now();
  await using engine = openSqliteEngine(join(fleet.folder, 'fleet.db'), { groups: new Map(), now: () => nowMs });
  const sync = projectSync({ PATH: process.env['PATH'] });
  /** A sync up to where it is to be published. */
  const begun = async (): Promise<{ readonly lease: Lease; readonly ready: ReadySync }> => {
    const lease = await engine.take('w');
    if (lease === undefined) {
      throw new Error('there is nothing to take');
    }
    const ready = await sync(project, lease, new AbortController().signal);
    await ready.beforePlace?.();
    return { lease, ready };
  };
  const published = async (): Promise<ReadySync> => {
    const { lease, ready } = await begun();
    expect(await engine.publish(lease, ready.made, ready.place, ready.events?.())).toBe(true);
    await ready.afterPlace?.();
    return ready;
  };
  await engine.put({ project: id, slotMs: nowMs, tries: 3, group: undefined });
  const { made: first } = await published();
  expect(await engine.events.take()).toBeUndefined();

  const [leaver] = [...(fleet.emulators[0]?.state.users() ?? [])];
  expect(fleet.emulators[0]?.state.deleteUser(leaver?.userId ?? '')).toBe(true);
  await engine.put({ project: id, slotMs: nowMs + 1, tries: 3, group: undefined });
  const { ready: killed } = await begun();
  if (isPlaced) {
    killed.place();
  }
  nowMs += 60_000; // its lease is lost
  const sent = fleet.emulators[0]?.stats.total ?? 0;
  const { made: last } = await published();
  expect((fleet.emulators[0]?.stats.total ?? 0) > sent).toBe(!isPlaced);
  expect(last.finishedMs === killed.made.finishedMs).toBe(isPlaced);

  const told = JSON.parse((await engine.events.take())?.body ?? '{}') as { readonly data: Record<string, unknown> };
  expect(told.data).toMatchObject({
    since: new Date(first.finishedMs).toISOString(),
    until: new Date(last.finishedMs).toISOString(),
    changes: expect.arrayContaining([
      expect.objectContaining({ area: 'people', change: 'gone', userId: leaver?.userId }),
    ]) as unknown,
  });
  expect(told.data).not.toHaveProperty('isGap');
  await using store = await openHistory(join(fleet.folder, 'p0.db'));
  expect((await store.syncs(id)).map(({ finishedMs }) => finishedMs)).toEqual(
    [first, killed.made, ...(isPlaced ? [] : [last])].map(({ finishedMs }) => finishedMs),
  );
  expect(readdirSync(project.folder).filter((name) => name.startsWith('sync-'))).toHaveLength(2);
  expect(await engine.take('w')).toBeUndefined();
});
