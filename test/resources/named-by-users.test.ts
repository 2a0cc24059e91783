import { describe, expect, it } from 'vitest';
import type { CatalogList } from '../../src/access/catalog-list.ts';
import { identity, type JsonObject } from '../../src/descope/decode.ts';
import { toResource } from '../../src/model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../../src/model/row.ts';
import type { CutCounter } from '../../src/model/text.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { listedTypes } from '../../src/registry.ts';
import type { ResourceType } from '../../src/resources/resource-type.ts';
import { grantsOfHolders } from '../../src/resources/sync/holder-grants.ts';
import type { UserReferences } from '../../src/resources/sync/holders.ts';
import { lateRows } from '../../src/resources/sync/late.ts';
import { fillPage, rowsAfter } from '../../src/resources/sync/paging.ts';
import { createSyncSessions, type SyncSessions } from '../../src/resources/sync/sync-sessions.ts';
import { TypeSet } from '../../src/resources/type-set.ts';
import { composeSurface } from '../../src/services/answers.ts';
import { grantsService } from '../../src/services/grants.ts';
import { resourceGetterService, resourcesService } from '../../src/services/resources.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, smallProject, user, usersWith } from '../support/project-fixture.ts';
import { allGrants, allPages, allResources, getResource, listGrants } from '../support/walker.ts';

interface App {
  readonly id: string;
}

/** A type that no connector lists, whose resources users name. */
const listedApps: CatalogList<App> = {
  typeId: 'app',
  whole: {
    what: 'apps',
    endpoint: { method: 'GET', path: '/v1/apps', effect: 'read', answers: 'list', isWhole: true, bucket: 'general' },
    key: 'apps',
    decode: (row: JsonObject) => ({ id: identity(row, 'id') }),
    nameOf: () => 'an app',
    identityOf: ({ id }: App) => id,
  },
  idOf: ({ id }) => id,
  bytesOf: () => 100,
};
const named: UserReferences = {
  list: listedApps,
  idsOf: ({ ssoAppIds }) => ssoAppIds,
  filterOf: (id) => ({ ssoAppIds: [id] }),
};
const toApp = ({ id }: App, cuts: CutCounter): ResourceRow =>
  resourceRow(toResource('app', { id, displayName: id, profile: {} }, [], cuts));
const appType: ResourceType = {
  words: { id: 'app', displayName: 'App', plural: 'Apps', description: 'An app.', traits: [], skips: 'entitlements' },
  reads: [listedApps.whole.endpoint],
  lists: [listedApps],
  namedByUsers: named,
  parentTypeIds: [],
  list: async (session, { cursor, limit, signal }) => {
    const rows = (await session.beginListing('app', signal)).rows(listedApps);
    return fillPage(
      rowsAfter(rows, cursor, listedApps.idOf, (row) => toApp(row, session.cuts)),
      limit,
    );
  },
  get: async (session, id, signal) => {
    const row = (await session.catalog(signal)).row(listedApps, id);
    return row && toApp(row, session.cuts);
  },
  late: lateRows(listedApps, toApp),
  entitlements: [
    {
      words: { slug: 'access', displayName: 'Access', description: 'May open it.', purpose: 'assignment' },
      grantableTo: ['user'],
      grants: (session, id, request) =>
        grantsOfHolders(
          session,
          { typeId: 'app', resourceId: id, slug: 'access' },
          { holding: { named, id }, exists: (catalog) => catalog.row(listedApps, id) !== undefined },
          request,
        ),
    },
  ],
};

function connect(project: DescopeModel): { readonly surface: ConnectorSurface; readonly sessions: SyncSessions } {
  const types = new TypeSet([...listedTypes(['access_key']).all, appType]);
  const policy = { tenantRoles: 'all' } as const;
  const sessions = createSyncSessions({ project, policy, types });
  const { projectId } = project;
  const surface = composeSurface([
    resourcesService({ projectId, policy, types, sessions }),
    resourceGetterService({ types, sessions }),
    grantsService({ projectId, types, sessions }),
  ]);
  return { surface, sessions };
}

const someApps: readonly App[] = [{ id: 'A2' }, { id: 'A1' }];
const users = [
  user('ann', { ssoAppIds: ['A1', 'A2', 'A1'] }),
  user('bob', { ssoAppIds: ['A1'] }),
  user('cleo', { ssoAppIds: ['gone'] }),
  user('dan'),
];

function projectWith(apps = someApps): DescopeModel {
  return createProject({ ...smallProject(), users }, { apps, keys: [] });
}

describe('what users name besides tenants and roles', () => {
  it.each([1, 2, 250])('is granted to them once each, from the read of all users, in pages of %i', async (pageSize) => {
    const { surface } = connect(projectWith());

    const ids = (await allGrants(surface, 'app', 'A1', { pageSize })).map(({ id }) => id);

    expect(ids).toEqual(['app:A1:access:user:ann', 'app:A1:access:user:bob']);
    expect(await allGrants(surface, 'app', 'gone')).toEqual([]);
  });

  it('is looked up with one search where it is asked for alone', async () => {
    const project = projectWith();
    project.hasSloppyFilters = true;
    const { surface } = connect(project);
    await getResource(surface, 'app', 'A2');

    const { list } = await listGrants(surface, 'app', 'A2');

    expect(list.map(({ id }) => id)).toEqual(['app:A2:access:user:ann']);
    expect(project.queries).toMatchObject([{ ssoAppIds: ['A2'] }]);
  });

  it('is told by processes that live for one page each', async () => {
    const many = usersWith(1_500, { ssoAppIds: ['A1'] });
    const rows = many.map((one, place) => Object.assign(one, { createdTime: 1_600_000_000 + place }));
    const project = createProject({ ...smallProject(), users: rows }, { apps: someApps, keys: [] });

    const pages = await allPages((pageToken) => listGrants(connect(project).surface, 'app', 'A1', { pageToken }));

    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(1_500);
  });

  it('is read again where a user names one that is younger than the first look, and is then told with the last users', async () => {
    const project = projectWith([{ id: 'A2' }]);
    project.onRequest = ({ endpoint }) => {
      if (endpoint === 'allApps' && project.countOf('allApps') > 1) {
        project.lists = { ...project.lists, apps: someApps };
      }
    };
    const { surface } = connect(project);

    const listed = await allResources(surface, 'app');
    const withTheUsers = await allResources(surface, 'user');

    expect(listed.map(({ id }) => id?.resource)).toEqual(['A2']);
    expect(withTheUsers.map(({ id }) => `${id?.resourceType}:${id?.resource}`)).toContain('app:A1');
    expect(await allGrants(surface, 'app', 'A1')).toHaveLength(2);
  });

  it('is counted, and said of whom, where it leads nowhere', async () => {
    const { surface, sessions } = connect(projectWith());
    await allResources(surface, 'user');

    expect(sessions.peek('sync-1')?.completedNow?.findings.dangling).toEqual({
      count: 1,
      first: [{ kind: 'app', name: 'gone', userId: 'cleo' }],
    });
  });
});

describe('a type whose parts contradict each other', () => {
  it.each([
    [
      'offers what it tells clients to skip',
      { ...appType, words: { ...appType.words, skips: 'entitlements and grants' } },
    ],
    ['offers nothing of what it makes clients ask for', { ...appType, entitlements: [] }],
    ['is named by users, and has no place for what a second look shows', { ...appType, late: undefined }],
  ])('is refused: it %s', (_case, type) => {
    const { late, ...rest } = type;
    const planted = (late === undefined ? rest : type) as ResourceType;

    expect(() => new TypeSet([planted])).toThrow(/^app /);
  });
});
