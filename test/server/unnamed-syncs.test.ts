import { describe, expect, it } from 'vitest';
import type { Connector } from '../../src/connector.ts';
import type { DescopeModel, Rows } from '../support/descope-model.ts';
import { createProject, inTenant, smallProject, user, usersWith } from '../support/project-fixture.ts';
import { truthOf } from '../support/truth.ts';
import {
  allResources,
  connectorOf,
  expectIds,
  expectTruth,
  getResource,
  handWalk,
  idsOf,
  listGrants,
  listResources,
} from '../support/walker.ts';

const anybody = usersWith(1_050, { roleNames: ['Editor'], userTenants: [inTenant('acme', 'Editor')] });
const rows: Rows = { ...smallProject(), users: [...smallProject().users, ...anybody] };
const pagesDue = Math.ceil(rows.users.length / 100);

/** Walks the users without a sync id, and does something between any two pages. Fails when it does not end. */
async function pagesWith(
  connector: Connector,
  between: (place: number) => Promise<unknown>,
): Promise<{ readonly pages: number; readonly ids: string[] }> {
  const ids: string[] = [];
  let pages = 0;
  let pageToken = '';
  do {
    const page = await listResources(connector, 'user', { syncId: '', pageToken });
    ids.push(...idsOf(page.list));
    pages += 1;
    pageToken = page.nextPageToken;
    await between(pages);
  } while (pageToken !== '' && pages < 100);
  return { pages, ids };
}

type Between = (connector: Connector, project: DescopeModel) => Promise<unknown>;

const betweens: readonly (readonly [string, Between])[] = [
  ['GetResource of a role', (connector) => getResource(connector, 'role', 'Editor', '')],
  ['GetResource of a user', (connector) => getResource(connector, 'user', 'ann', '')],
  [
    'GetResource of nothing that is there',
    (connector) => getResource(connector, 'tenant', 'no such', '').catch(() => undefined),
  ],
  [
    'GetResource, and the grants of the same',
    async (connector) => {
      await getResource(connector, 'tenant', 'acme', '');
      return await listGrants(connector, 'tenant', 'acme', { syncId: '' });
    },
  ],
  ['GetResource under a sync id of its own', (connector) => getResource(connector, 'role', 'Editor', 'targeted')],
  ['Validate', (connector) => connector.validate()],
  ['a list of tenants', (connector) => listResources(connector, 'tenant', { syncId: '' })],
  ['the first page of a sync with an id', (connector) => listResources(connector, 'user', { syncId: 'other' })],
  ['the first page of another caller without an id', (connector) => listResources(connector, 'user', { syncId: '' })],
];

describe('between the pages of a sync without a sync id', () => {
  it.each(betweens)(
    '%s leaves the listing as it is: it ends with the pages that are due, read once',
    async (_name, between) => {
      const project = createProject(rows);
      const connector = connectorOf(project);
      let others = 0;

      const walked = await pagesWith(connector, async () => {
        const before = project.countOf('searchUsers');
        await between(connector, project);
        others += project.countOf('searchUsers') - before;
      });

      expect(walked.pages).toBe(pagesDue);
      expectIds(
        walked.ids,
        rows.users.map(({ userId }) => userId),
      );
      expect(project.countOf('searchUsers') - others).toBe(pagesDue);
    },
  );

  it('the grants of what GetResource was asked for come from a search for them, not from everybody', async () => {
    const project = createProject(rows);
    const connector = connectorOf(project);
    await listResources(connector, 'user', { syncId: '' });
    await getResource(connector, 'role', 'acme/Approver', '');
    const before = project.countOf('searchUsers');

    const { list } = await listGrants(connector, 'role', 'acme/Approver', { syncId: '' });

    expect(idsOf(list)).toEqual(['role:acme/Approver:assigned:user:bob']);
    expect(project.countOf('searchUsers') - before).toBe(1);
  });

  it('what GetResource saw is never told by a sync that began later', async () => {
    const project = createProject(smallProject());
    const connector = connectorOf(project);
    await getResource(connector, 'tenant', 'acme', '');
    await listGrants(connector, 'tenant', 'acme', { syncId: '' });

    project.rows = { ...smallProject(), users: [user('eve', { userTenants: [inTenant('acme')] })] };
    const walked = await handWalk(connector, { syncId: '' });

    expectTruth(walked, truthOf(project.rows, 'all'));
  });
});

describe('two callers at once, neither with a sync id', () => {
  it('both get everybody, page by page in turn', async () => {
    const project = createProject(rows);
    const connector = connectorOf(project);
    const wanted = rows.users.map(({ userId }) => userId);
    const others = { ids: [] as string[], token: '', isDone: false };

    const one = await pagesWith(connector, async (place) => {
      project.nowMs += 1_000; // the two read under different bounds
      if (place > 3 && !others.isDone) {
        const page = await listResources(connector, 'user', { syncId: '', pageToken: others.token });
        others.ids.push(...idsOf(page.list));
        others.token = page.nextPageToken;
        others.isDone = others.token === '';
      }
    });
    if (!others.isDone) {
      others.ids.push(...idsOf(await allResourcesFrom(connector, others.token)));
    }

    expect(one.pages).toBe(pagesDue);
    expectIds(one.ids, wanted);
    expectIds(others.ids, wanted);
    expect(project.countOf('searchUsers')).toBe(2 * pagesDue);
  });

  it('walk everything at the same time, and each is whole', async () => {
    const project = createProject(rows);
    const connector = connectorOf(project);

    const walks = await Promise.all([
      handWalk(connector, { syncId: '' }),
      handWalk(connector, { syncId: '' }),
      handWalk(connector, { syncId: '' }),
    ]);

    walks.forEach((walked) => expectTruth(walked, truthOf(rows, 'all')));
    expect(project.countOf('searchUsers')).toBeLessThanOrEqual(3 * pagesDue);
  });
});

async function allResourcesFrom(connector: Connector, pageToken: string): ReturnType<typeof allResources> {
  const page = await listResources(connector, 'user', { syncId: '', pageToken });
  return page.nextPageToken === ''
    ? [...page.list]
    : [...page.list, ...(await allResourcesFrom(connector, page.nextPageToken))];
}
