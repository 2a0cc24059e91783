import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector } from '../../src/connector.ts';
import { ConnectorError } from '../../src/errors.ts';
import { createSyncFile } from '../../src/output/sync-file.ts';
import { runSync } from '../../src/sync/run.ts';
import type { SyncSummary } from '../../src/sync/summary.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { walk, type WalkProgress } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import {
  createProject,
  inTenant,
  plainUsers,
  role,
  smallProject,
  tenant,
  user,
  usersWith,
} from '../support/project-fixture.ts';
import { connectorOf, createCollector, typeIds } from '../support/walker.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sync-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const target = (): string => join(folder, 'sync.json');

async function run(
  connector: Connector,
  options: { readonly signal?: AbortSignal; readonly nowMs?: number } = {},
): Promise<SyncSummary> {
  const { signal, nowMs } = options;
  return await runSync({
    surface: connector,
    report: (syncId) => connector.report(syncId),
    target: await createSyncFile(target()),
    ...(signal !== undefined && { signal }),
    ...(nowMs !== undefined && { now: () => nowMs }),
  });
}

function failing(project: DescopeModel, place: number): DescopeModel {
  project.onRequest = (_, requested) => {
    if (requested === place) {
      throw new ConnectorError('unavailable', 'planted');
    }
  };
  return project;
}

describe('a sync', () => {
  it('ends with a summary that says what was read, proved and found', async () => {
    const rows = { ...smallProject(), users: [...smallProject().users, user('eve', { roleNames: ['Ghost'] })] };

    const summary = await run(connectorOf(createProject(rows)), { nowMs: Date.UTC(2026, 0, 1) });

    expect(summary).toMatchObject({
      complete: true,
      projectId: 'P2fake',
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:00:00.000Z',
      counts: {
        resourceTypes: 5,
        resources: { user: 5, total: 19 },
        entitlements: { total: 14 },
        grants: { total: 25 },
      },
      requests: { searchUsers: 2, allTenants: 1, allRoles: 2, allPermissions: 1, total: 6 },
      consistency: { mode: 'stable', passes: 1, usersAtStart: 5 },
      dangling: { count: 1, first: [{ kind: 'role', name: 'Ghost', userId: 'eve' }] },
      ambiguous: { count: 1 },
      cut: { textsCut: 0, attributesDropped: 0 },
      inheritance: { mode: 'auto', edges: 3, uncertain: 0, loops: 0, unknown_parents: 0, ancestor_defines: 0 },
    });
    expect(JSON.parse(await readFile(target(), 'utf8'))).toMatchObject({ summary });
  });

  it('of an unchanged project gives the same file but for the summary', async () => {
    const before = async (nowMs: number): Promise<string> => {
      await run(
        connectorOf(createProject({ ...smallProject(), users: [...smallProject().users, ...plainUsers(150)] })),
        { nowMs },
      );
      const text = await readFile(target(), 'utf8');
      return text.slice(0, text.lastIndexOf(',"summary":'));
    };

    const first = await before(1_000_000_000_000);
    const second = await before(2_000_000_000_000);

    expect(second).toBe(first);
  });

  it('gives the same rows in whatever order the lists of tenants, roles and permissions come', async () => {
    const rows = smallProject();
    const turned = {
      ...rows,
      tenants: rows.tenants.toReversed(),
      roles: rows.roles.toReversed(),
      permissions: rows.permissions.toReversed(),
    };

    const first = await run(connectorOf(createProject(rows)));
    const second = await run(connectorOf(createProject(turned)));

    expect(second.contentHash).toBe(first.contentHash);
  });

  it('counts a user once who is newer than its read, and was on the page that is read again', async () => {
    const project = createProject();
    const now = Math.floor(project.nowMs / 1000);
    project.rows = { ...project.rows, users: [...plainUsers(99), ...usersWith(5, { createdTime: now - 1 }, 'new')] };

    const summary = await run(connectorOf(project));

    expect(summary.counts.resources['user']).toBe(104);
    expect(summary.consistency).toMatchObject({ usersAtStart: 104, usersBelowBound: 99, usersNewer: 5 });
  });

  it('that fails at any request leaves no file, no temporary one, and an old file as it was', async () => {
    const rows = { ...smallProject(), users: [...smallProject().users, ...plainUsers(150)] };
    const undisturbed = createProject(rows);
    await run(connectorOf(undisturbed));
    await writeFile(target(), 'old');

    for (const place of undisturbed.requests.keys()) {
      await expect(run(connectorOf(failing(createProject(rows), place)))).rejects.toMatchObject({
        kind: 'unavailable',
      });
      expect(await readdir(folder)).toEqual(['sync.json']);
      expect(await readFile(target(), 'utf8')).toBe('old');
    }

    expect(undisturbed.requests.length).toBe(5);
  });

  it('that was never good leaves the folder empty', async () => {
    await expect(run(connectorOf(failing(createProject(smallProject()), 0)))).rejects.toMatchObject({
      kind: 'unavailable',
    });

    expect(await readdir(folder)).toEqual([]);
  });

  it('whose references dangle too much leaves no file', async () => {
    const rows = { users: usersWith(20, { roleNames: ['Ghost'] }), roles: [role('Editor')] };

    await expect(run(connectorOf(createProject(rows)))).rejects.toMatchObject({ kind: 'inconsistent' });

    expect(await readdir(folder)).toEqual([]);
  });

  it('that is cancelled leaves no file', async () => {
    const abort = new AbortController();
    const project = createProject({ users: plainUsers(250) });
    project.onRequest = ({ query }) => {
      if (query?.offset === 100) {
        abort.abort();
      }
    };

    await expect(run(connectorOf(project), { signal: abort.signal })).rejects.toBeDefined();

    expect(await readdir(folder)).toEqual([]);
  });

  it('forgets what it read, whether it ended well or not', async () => {
    const cleaned: string[] = [];
    const watched = (project: DescopeModel): Connector => {
      const connector = connectorOf(project);
      return {
        ...connector,
        cleanup: async (request, signal) => (
          cleaned.push(request.activeSyncId),
          await connector.cleanup(request, signal)
        ),
      };
    };

    await run(watched(createProject(smallProject())));
    await run(watched(failing(createProject(smallProject()), 0))).catch(() => undefined);

    expect(cleaned).toEqual([expect.stringMatching(/^\w{27}$/), expect.stringMatching(/^\w{27}$/)]);
    expect(cleaned[0]).not.toBe(cleaned[1]);
  });

  it('stands though the clean-up after it fails', async () => {
    const connector: Connector = {
      ...connectorOf(createProject(smallProject())),
      cleanup: () => Promise.reject(new Error('planted')),
    };

    await expect(run(connector)).resolves.toMatchObject({ complete: true });
  });
});

describe('a walk', () => {
  it('fails when a page token comes back unchanged, instead of going on for ever', async () => {
    const stuck: Connector = {
      ...connectorOf(createProject(smallProject())),
      listResources: () => Promise.resolve({ list: [], nextPageToken: 'same', annotations: [] }),
    };

    await expect(walk({ surface: stuck, syncId: 'sync-1', sink: createCollector().sink })).rejects.toMatchObject({
      kind: 'inconsistent',
    });
  });

  it('asks as the Go syncer does: no page size, one sync id, the users first', async () => {
    const connector = connectorOf(createProject({ ...smallProject(), users: plainUsers(150) }));
    const asked: { readonly resourceTypeId: string; readonly pageSize: number; readonly activeSyncId: string }[] = [];
    const watched: Connector = {
      ...connector,
      listResources: (request, signal) => (asked.push(request), connector.listResources(request, signal)),
    };

    await walk({ surface: watched, syncId: 'sync-1', sink: createCollector().sink });

    expect(asked.map(({ resourceTypeId }) => resourceTypeId)).toEqual([
      'user',
      'user',
      'tenant',
      'role',
      'permission',
      'role_binding',
    ]);
    expect(new Set(asked.map(({ pageSize, activeSyncId }) => `${pageSize} ${activeSyncId}`))).toEqual(
      new Set(['0 sync-1']),
    );
  });

  it('asks for the entitlements and grants of every resource, in the order of the listing, however many there are', async () => {
    const ids = Array.from({ length: 760 }, (_, place) => `ténant-${String(place).padStart(3, '0')}`);
    const connector = connectorOf(createProject({ tenants: ids.map((id) => tenant(id, { name: '' })) }));
    const asked: string[] = [];
    const watched: Connector = {
      ...connector,
      listGrants: (request, signal) => (
        asked.push(request.resource?.id?.resource ?? ''),
        connector.listGrants(request, signal)
      ),
    };
    const collector = createCollector();

    await walk({ surface: watched, syncId: 'sync-1', sink: collector.sink });

    expect(asked).toEqual([...ids, 'role_binding']);
    expect(collector.entitlements.map(({ id }) => id)).toEqual(ids.map((id) => `tenant:${id}:member`));
  });

  it('asks for the entitlement and the grants of a resource that came on a page of another type', async () => {
    const connector = connectorOf(
      createProject({ tenants: [tenant('acme')], users: [user('ann', { userTenants: [inTenant('acme')] })] }),
    );
    const tenantsLate: Connector = {
      ...connector,
      listResources: async (request, signal) => {
        const page = await connector.listResources(request, signal);
        const { list: tenants } = await connector.listResources({ ...request, resourceTypeId: 'tenant' }, signal);
        return {
          ...page,
          list:
            request.resourceTypeId === 'user'
              ? [...page.list, ...tenants]
              : page.list.filter(({ typeId }) => typeId !== 'tenant'),
        };
      },
    };
    const collector = createCollector();

    await walk({ surface: tenantsLate, syncId: 'sync-1', sink: collector.sink });

    expect(collector.entitlements.map(({ id }) => id)).toEqual(['tenant:acme:member']);
    expect(collector.grants.map(({ id }) => id)).toEqual(['tenant:acme:member:user:ann']);
  });

  it('waits for its sink: never two pages at once', async () => {
    let atOnce = 0;
    let most = 0;
    const slow = async (): Promise<void> => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await Promise.resolve();
      atOnce -= 1;
    };

    await walk({
      surface: connectorOf(createProject(smallProject())),
      syncId: 'sync-1',
      sink: { resourceTypes: slow, resources: slow, entitlements: slow, grants: slow },
    });

    expect(most).toBe(1);
  });

  it('fails with its sink', async () => {
    const full = { ...createCollector().sink, grants: () => Promise.reject(new Error('disk full')) };

    await expect(
      walk({ surface: connectorOf(createProject(smallProject())), syncId: 'sync-1', sink: full }),
    ).rejects.toThrow('disk full');
  });

  it('tells how far it has come, each step from nought to its rows', async () => {
    const told: WalkProgress[] = [];

    await walk({
      surface: connectorOf(createProject(smallProject())),
      syncId: 'sync-1',
      sink: createCollector().sink,
      onProgress: (progress) => told.push(progress),
    });

    const steps = told.filter(({ rows }) => rows === 0).map(({ step, typeId }) => `${step} ${typeId}`);
    expect(steps).toEqual([
      ...typeIds.map((typeId) => `resources ${typeId}`),
      ...typeIds.map((typeId) => `entitlements ${typeId}`),
      ...typeIds.filter((typeId) => typeId !== 'user').map((typeId) => `grants ${typeId}`),
    ]);
    expect(told.findLast(({ step, typeId }) => step === 'resources' && typeId === 'user')).toEqual({
      step: 'resources',
      typeId: 'user',
      rows: 4,
    });
  });
});

describe('a sync id', () => {
  it.each([0, 1_400_000_000_000, Date.UTC(2026, 0, 1), (1_400_000_000 + 2 ** 32 - 1) * 1000])(
    'is 27 characters of base 62 at %d',
    (nowMs) => {
      expect(newSyncId(nowMs)).toMatch(/^[0-9A-Za-z]{27}$/);
    },
  );

  it('is never the same twice, and sorts by its second', () => {
    const ids = Array.from({ length: 1000 }, (_, second) => newSyncId(1_700_000_000_000 + second * 1000));

    expect(new Set(ids).size).toBe(1000);
    expect(ids.toSorted()).toEqual(ids);
  });
});
