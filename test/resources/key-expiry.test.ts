import { describe, expect, it } from 'vitest';
import { createConnector, type KeyExpiry } from '../../src/connector.ts';
import { managementKeyList } from '../../src/descope/management-keys.ts';
import { projectList } from '../../src/descope/projects.ts';
import { keyExpiryOf } from '../../src/resources/key-expiry.ts';
import { Secret } from '../../src/secret.ts';
import { walk } from '../../src/sync/walk.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import { createCollector } from '../support/walker.ts';

const day = 86_400;
const now = Date.UTC(2026, 10, 30) / 1000;
const projectId = 'P2fake';
const projects = [
  projectList.decode({ id: projectId, name: 'Ours', tags: ['prod'] }),
  projectList.decode({ id: 'P2other', name: 'Other', tags: ['other'] }),
];
/** The id of a key, as long as Descope's are. */
const idOf = (name: string): string => `K2${name.padEnd(26, '0')}`;
const key = (name: string, days: number | undefined, rights: object, more: object = {}) =>
  managementKeyList.decode({
    id: idOf(name),
    name,
    status: 'active',
    expireTime: days === undefined ? 0 : now + days * day,
    reBac: rights,
    ...more,
  });
const company = { companyRoles: ['admin'] };
const here = { projectRoles: [{ projectIds: [projectId], roles: ['admin'] }] };
const elsewhere = { projectRoles: [{ projectIds: ['P2other'], roles: ['admin'] }] };
const byTag = { tagRoles: [{ tags: ['prod'], roles: ['admin'] }] };

const unknown = { hasId: () => false };
const ownKey = (text: string) => ({ hasId: (id: string) => new Secret(text).beginsWith(id) });

function expiry(keys: readonly ReturnType<typeof key>[], own: readonly ReturnType<typeof ownKey>[] = [unknown]) {
  const found = keyExpiryOf(keys, projects, { projectId, own, nowMs: now * 1000 });
  return { ...found, soon: found.soon.map(({ name, daysLeft, ours }) => [name, daysLeft, ours]) };
}

describe('when a management key ends', () => {
  it.each([
    ['31 days ahead', 31, []],
    ['30 days ahead', 30, [['A', 30, 'perhaps']]],
    ['on this day', 0.5, [['A', 0, 'perhaps']]],
    ['never', undefined, []],
    ['long ago', -1, []],
  ])('%s, it is told from thirty days ahead on and while it is in use', (_when, days, soon) => {
    expect(expiry([key('A', days, company)]).soon).toEqual(soon);
  });

  it('says which may be ours: active, and with a role in the company, in this project or by a tag of it', () => {
    const { soon, isOwnKnown, ownEndsAtMs, perhapsEndsAtMs } = expiry([
      key('elsewhere', 1, elsewhere),
      key('tag', 4, byTag),
      key('here', 3, here),
      key('company', 2, company),
      key('off', 1, company, { status: 'inactive' }),
    ]);

    expect(soon).toEqual([
      ['elsewhere', 1, 'no'],
      ['company', 2, 'perhaps'],
      ['here', 3, 'perhaps'],
      ['tag', 4, 'perhaps'],
    ]);
    expect([isOwnKnown, ownEndsAtMs, perhapsEndsAtMs]).toEqual([false, undefined, (now + 2 * day) * 1000]);
  });

  it('knows ours where its text begins with the id of a listed one, and tells of no other then', () => {
    const keys = [key('mine', 20, here), key('other', 1, company)];

    expect(expiry(keys, [ownKey(`${idOf('mine')}rest`)])).toEqual({
      isOwnKnown: true,
      ownEndsAtMs: (now + 20 * day) * 1000,
      perhapsEndsAtMs: undefined,
      soon: [['mine', 20, 'yes']],
    });
    expect(expiry(keys, [ownKey(`${idOf('mine')}rest`), unknown])).toMatchObject({
      isOwnKnown: false,
      soon: [
        ['other', 1, 'perhaps'],
        ['mine', 20, 'yes'],
      ],
    });
  });

  it.each(['', 'K2', 'K2mine', idOf('mine').slice(0, 19)])('is not told by a short text such as %j', (text) => {
    expect(new Secret(`${idOf('mine')}rest`).beginsWith(text)).toBe(false);
  });
});

describe('a sync that reads the console', () => {
  it('tells when keys end, and what the roles of the console name that is not listed', async () => {
    const roles = { inProjects: [{ projectIds: ['P2gone'], roles: ['admin'] }], byTags: [{ tags: ['x'], roles: [] }] };
    const project = createProject(smallProject(), {
      projects,
      descopers: [{ id: 'D1', name: '', email: '', loginIds: [], status: 'enabled', isCompanyAdmin: false, roles }],
      keys: [key('soon', 0, company, { expireTime: Math.floor(Date.now() / 1000) + 10 * day + 60 })],
    });
    const told: KeyExpiry[] = [];
    const connector = createConnector({
      project,
      policy: { tenantRoles: 'all', include: ['console'] },
      onKeyExpiry: (one) => void told.push(one),
    });

    await walk({ surface: connector, syncId: 's', sink: createCollector().sink });

    expect(connector.report('s')?.console).toMatchObject({
      unlistedProjects: 1,
      unlistedTags: 1,
      keyExpiry: { isOwnKnown: false, soon: [{ name: 'soon', daysLeft: 10, ours: 'perhaps' }] },
    });
    expect(told.map(({ soon }) => soon.length)).toEqual([1]);
  });
});
