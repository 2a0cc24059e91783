import { describe, expect, it } from 'vitest';
import { type Connector, createConnector } from '../../src/connector.ts';
import { Catalog, readRows } from '../../src/access/catalog.ts';
import { listedPermissions, listedRoles, listedTenants } from '../../src/access/catalog-list.ts';
import { listedTypes } from '../../src/registry.ts';
import { createCatalogs } from '../../src/resources/sync/shared-catalogs.ts';
import {
  createSyncSessions,
  defaultLimits,
  type ReadLimits,
  type SyncSessions,
} from '../../src/resources/sync/sync-sessions.ts';
import type { SyncSession } from '../../src/resources/sync/sync-session.ts';
import type { DescopeModel, Rows } from '../support/descope-model.ts';
import {
  createProject,
  inTenant,
  permission,
  role,
  smallProject,
  tenant,
  user,
  usersWith,
} from '../support/project-fixture.ts';
import { truthOf } from '../support/truth.ts';
import { allResources, expectIds, expectTruth, handWalk, idsOf, listResources } from '../support/walker.ts';

const rows: Rows = {
  ...smallProject(),
  users: [...smallProject().users, ...usersWith(446, { userTenants: [inTenant('acme', 'Editor')] })],
};
const pagesDue = 5;

interface Bench {
  readonly project: DescopeModel;
  readonly reads: SyncSessions;
  readonly connector: Connector;
  /** Lets time pass, second by second; the clock ticks if anybody wound it up. */
  readonly pass: (seconds: number) => void;
  readonly isTicking: () => boolean;
}

function bench(limits: Partial<ReadLimits> = {}, project = createProject(rows)): Bench {
  let nowMs = 0;
  const clocks = new Set<() => void>();
  const options = {
    project,
    policy: { tenantRoles: 'all' },
    now: () => nowMs,
    every: (_ms: number, work: () => void) => {
      clocks.add(work);
      return () => void clocks.delete(work);
    },
    limits: { ...defaultLimits(), ...limits },
  } as const;
  return {
    project,
    reads: createSyncSessions({ ...options, types: listedTypes() }),
    connector: createConnector(options),
    pass: (seconds) => {
      for (let passed = 0; passed < seconds; passed += 1) {
        nowMs += 1_000;
        clocks.forEach((work) => work());
      }
    },
    isTicking: () => clocks.size > 0,
  };
}

const begin = (reads: SyncSessions, syncId: string): Promise<SyncSession> =>
  reads.use({ syncId }, (read) => Promise.resolve(read));

describe('a sync that nobody ends', () => {
  it('is dropped by the clock after 15 minutes, though nobody asks for anything', async () => {
    const { reads, pass, isTicking } = bench();
    await begin(reads, 'abandoned');

    pass(15 * 60);
    const before = reads.peek('abandoned');
    pass(1);

    expect(before).toBeDefined();
    expect(reads.peek('abandoned')).toBeUndefined();
    expect(isTicking()).toBe(false);
  });

  it('gives up the pages that were read ahead after half a minute, and goes on from its token all the same', async () => {
    const { project, connector, pass } = bench();
    const first = await listResources(connector, 'user');
    const second = await listResources(connector, 'user', { pageToken: first.nextPageToken });
    await new Promise(setImmediate);
    const askedAhead = project.countOf('searchUsers');

    pass(31);
    const rest = await allResourcesFrom(connector, second.nextPageToken);

    expect(askedAhead).toBe(pagesDue);
    expectIds(
      idsOf([...first.list, ...second.list, ...rest]),
      rows.users.map(({ userId }) => userId),
    );
    expect(project.countOf('searchUsers')).toBe(pagesDue + 3);
  });

  it('makes room for others when there are too many: the one that was used least recently goes first', async () => {
    const { reads, pass } = bench({ reads: 10, spared: 2 });
    for (let place = 0; place < 30; place += 1) {
      await begin(reads, `sync-${place}`);
      pass(3);
      await begin(reads, 'sync-0'); // somebody goes on with it
    }

    const left = Array.from({ length: 30 }, (_, place) => `sync-${place}`).filter(
      (syncId) => reads.peek(syncId) !== undefined,
    );
    expect(left).toEqual(['sync-0', ...Array.from({ length: 9 }, (_, place) => `sync-${place + 21}`)]);
  });

  it('makes room by its size, too', async () => {
    const { reads, connector, pass } = bench({ bytes: 1, spared: 2 });
    for (const syncId of ['a', 'b', 'c', 'd']) {
      await begin(reads, syncId);
      pass(3);
    }

    expect(['a', 'b', 'c', 'd'].filter((syncId) => reads.peek(syncId) !== undefined)).toEqual(['c', 'd']);
    connector.close();
  });

  it('that comes back after it was dropped goes on from its token and is whole', async () => {
    const { project, connector, pass } = bench({ reads: 3, spared: 1 });
    const first = await listResources(connector, 'user', { syncId: 'mine' });
    for (const syncId of ['a', 'b', 'c', 'd']) {
      pass(5);
      await listResources(connector, 'user', { syncId });
    }

    const rest = await allResourcesFrom(connector, first.nextPageToken, 'mine');
    const again = await handWalk(connector, { syncId: 'mine' });

    expect(new Set(idsOf([...first.list, ...rest]))).toEqual(new Set(rows.users.map(({ userId }) => userId)));
    expectTruth(again, truthOf(project.rows, 'all'));
  });
});

describe('when every place is taken by a sync that is in use', () => {
  it('the next one is told to come back, and when; those that are there go on', async () => {
    const { reads, pass } = bench({ reads: 3, spared: 1 });
    const release: (() => void)[] = [];
    const held = ['a', 'b', 'c'].map((syncId) =>
      reads.use({ syncId }, () => new Promise<void>((resolve) => release.push(resolve))),
    );
    pass(60);
    const before = Date.now();

    const refusal = await begin(reads, 'd').catch((thrown: unknown) => thrown);
    const goesOn = await begin(reads, 'a');

    expect(refusal).toMatchObject({
      kind: 'rate-limited',
      message: expect.stringMatching(/3 syncs are under way .* come back in 1 s/) as string,
      facts: { resetAt: expect.any(Number) as number },
    });
    expect((refusal as { facts: { resetAt: number } }).facts.resetAt).toBeGreaterThanOrEqual(before + 1_000);
    expect(goesOn).toBe(reads.peek('a'));
    release.forEach((done) => done());
    await Promise.all(held);
    pass(3);
    await expect(begin(reads, 'd')).resolves.toBeDefined();
  });

  it('a sync that was asked of a moment ago counts as in use', async () => {
    const { reads, pass } = bench({ reads: 2, spared: 1 });
    await begin(reads, 'a');
    await begin(reads, 'b');

    await expect(begin(reads, 'c')).rejects.toMatchObject({
      kind: 'rate-limited',
      message: expect.stringContaining('come back in 2 s') as string,
    });
    pass(2);
    await expect(begin(reads, 'c')).resolves.toBeDefined();
  });

  it('the same when they take too much memory', async () => {
    const { reads } = bench({ fullBytes: 1 });
    await begin(reads, 'a');

    await expect(begin(reads, 'b')).rejects.toMatchObject({ kind: 'rate-limited' });
  });
});

describe('what syncs share', () => {
  const listed = (more: Partial<Rows> = {}): Catalog =>
    new Catalog([
      readRows(listedTenants, more.tenants ?? [tenant('acme', { domains: ['acme.example'] }), tenant('globex')]),
      readRows(listedRoles, more.roles ?? [role('Editor', { permissionNames: ['read'] })]),
      readRows(listedPermissions, more.permissions ?? [permission('read')]),
    ]);

  it('lists that say the same are kept once', () => {
    const catalogs = createCatalogs(() => true);
    const first = catalogs.share(listed());

    expect(catalogs.share(listed())).toBe(first);
  });

  it('of lists that differ, the rows that say the same are kept once, and nothing else', () => {
    const catalogs = createCatalogs(() => true);
    const first = catalogs.share(listed());
    const changed = listed({
      tenants: [tenant('acme', { domains: ['acme.example'], name: 'Acme now' }), tenant('globex'), tenant('new')],
      roles: [],
    });

    const second = catalogs.share(changed);

    expect(second).not.toBe(first);
    expect(second.tenants.map(({ id, name }) => [id, name])).toEqual([
      ['acme', 'Acme now'],
      ['globex', ''],
      ['new', ''],
    ]);
    expect(second.tenant('globex')).toBe(first.tenant('globex'));
    expect(second.roles).toEqual([]);
    expect(first.roles).toHaveLength(1);
  });

  it('each sync reads the lists for itself: what changed since the one before is told', async () => {
    const { project, connector } = bench({}, createProject(smallProject()));
    await listResources(connector, 'user', { syncId: 'old' });
    project.rows = {
      ...smallProject(),
      tenants: [...smallProject().tenants, tenant('new')],
      users: [user('eve', { userTenants: [inTenant('new')] })],
    };

    const young = await handWalk(connector, { syncId: 'young' });
    const old = await handWalk(connector, { syncId: 'old' });

    expectTruth(young, truthOf(project.rows, 'all'));
    expectTruth(old, truthOf(smallProject(), 'all'));
    expect(project.countOf('allTenants')).toBe(2);
  });
});

async function allResourcesFrom(
  connector: Connector,
  pageToken: string,
  syncId = 'sync-1',
): ReturnType<typeof allResources> {
  const page = await listResources(connector, 'user', { pageToken, syncId });
  return page.nextPageToken === ''
    ? [...page.list]
    : [...page.list, ...(await allResourcesFrom(connector, page.nextPageToken, syncId))];
}
