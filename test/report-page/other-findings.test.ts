import type { JsonObject } from '@bufbuild/protobuf';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { edgeRow } from '../../src/model/edge-row.ts';
import { findingsOf, projectOf } from '../support/reports.ts';
import {
  confers,
  type HandWritten,
  held,
  permission,
  resource,
  role,
  tenant,
  user,
  writeByHand,
} from '../support/edge-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'other-findings-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Resources = HandWritten['resources'];
type Grants = HandWritten['grants'];

/** A time so many days after that of a file written by hand. */
const day = (days: number): string => new Date(Date.parse('2026-11-30T00:00:00Z') + days * 86_400_000).toISOString();

/** Chief is privileged, Reader is not; Bob is disabled. */
const people: Resources = [
  user('U1', 'Ada'),
  user('U2', 'Bob', { status: 'disabled' }),
  tenant('acme', 'Acme'),
  role('Chief'),
  role('Reader'),
  permission('admin.all'),
  permission('see'),
];
const powers: Grants = [confers('role:Chief', 'admin.all'), confers('role:Reader', 'see')];

async function findingOf(resources: Resources, grants: Grants, id: string, types = allTypes) {
  const path = join(folder, 'sync.json');
  await writeByHand(path, { types, resources: [...people, ...resources], grants: [...powers, ...grants] });
  return findingsOf(await projectOf(path)).find((one) => one.id === id);
}
const allTypes = [
  'access_key',
  'access_key_secret',
  'application',
  'third_party_app',
  'project',
  'console_admin',
  'management_key',
];

/** "CI (K1): holds Chief", row by row. */
async function rowsOf(resources: Resources, grants: Grants, id: string): Promise<string[]> {
  const finding = await findingOf(resources, grants, id);
  if (finding === undefined) {
    throw new Error(`no finding ${id}`);
  }
  return finding.rows.map(({ what, why = '' }) => `${what?.name} (${what?.id}): ${why}`);
}

/** A key that acts for itself, active and without an end, unless the profile says otherwise. */
function key(id: string, name: string, profile: JsonObject = {}): Resources {
  const all = { key_id: id, name, status: 'active', expires_at: '', created_by: '', permitted_ips: [], ...profile };
  const secret = resource('access_key_secret', id, name, { profile: all });
  return profile['bound_user_id'] === undefined
    ? [resource('access_key', id, name, { profile: all }), secret]
    : [secret];
}

function managementKey(id: string, name: string, profile: JsonObject = {}): Resources {
  return [
    resource('management_key', id, name, {
      profile: { key_id: id, name, status: 'active', expires_at: '', permitted_ips: [], company_roles: [], ...profile },
    }),
  ];
}

function inConsole(slug: string, to: readonly [typeId: string, id: string], metadata?: JsonObject): Grants {
  return [
    edgeRow({
      entitlement: { typeId: 'project', resourceId: 'P1', slug },
      principal: { typeId: to[0], id: to[1] },
      ...(metadata !== undefined && { metadata }),
    }),
  ];
}

const company = resource('project', 'P1', 'Main', { profile: { project_id: 'P1', tags: [] } });
const ofKey = (id: string): Grants =>
  inConsole('management_key_role', ['management_key', id], { roles: ['a role of the future'] });

describe('an access key with a privileged role', () => {
  it('is found with the role that it holds, and where it is bound with the user as whom it acts', async () => {
    const keys = [...key('K1', 'CI'), ...key('K2', 'Script', { bound_user_id: 'U1' })];
    const finding = await findingOf(
      keys,
      [held('role:Chief', 'access_key:K1'), held('role:Chief', 'user:U1')],
      'keys-privileged',
    );

    expect(finding?.rows).toMatchObject([
      { what: { id: 'K1' }, user: undefined, role: 0, place: -1, why: 'allows admin.all' },
      { what: { id: 'K2' }, user: 0, role: 0 },
    ]);
  });

  it('is not found where its role is ordinary, nor for roles of its own that are ignored', async () => {
    const keys = [...key('K1', 'CI'), ...key('K2', 'Script', { bound_user_id: 'U1', ignored_roles: ['Chief'] })];

    expect(await rowsOf(keys, [held('role:Reader', 'access_key:K1')], 'keys-privileged')).toEqual([]);
  });
});

describe('a key that never expires, or may be used from anywhere', () => {
  const chief: Grants = [held('role:Chief', 'access_key:K1')];

  it.each(['keys-forever', 'keys-anywhere'])('is found by %s where it is privileged', async (id) => {
    expect(await rowsOf(key('K1', 'CI'), chief, id)).toEqual(['CI (K1): holds Chief']);
    expect(await rowsOf(key('K1', 'CI', { bound_user_id: 'U1' }), [held('role:Chief', 'user:U1')], id)).toEqual([
      'CI (K1): acts as somebody with Chief',
    ]);
    expect(await rowsOf(key('K1', 'Okta', { scim: true }), [], id)).toEqual([
      'Okta (K1): makes and removes people by SCIM',
    ]);
    expect(await rowsOf([company, ...managementKey('K9', 'Deploys')], ofKey('K9'), id)).toEqual([
      'Deploys (K9): has a role of the future',
    ]);
  });

  it.each([
    ['keys-forever', 'ends some day', { expires_at: day(400) }],
    ['keys-forever', 'is switched off', { status: 'inactive' }],
    ['keys-anywhere', 'is limited to addresses', { permitted_ips: ['192.0.2.0/24'] }],
    ['keys-anywhere', 'is switched off', { status: 'inactive' }],
  ])('is not found by %s where it %s', async (id, _, profile) => {
    expect(await rowsOf(key('K1', 'CI', profile), chief, id)).toEqual([]);
    expect(await rowsOf([company, ...managementKey('K9', 'Deploys', profile)], ofKey('K9'), id)).toEqual([]);
  });

  it.each(['keys-forever', 'keys-anywhere'])('is not found by %s where it is not privileged', async (id) => {
    expect(await rowsOf(key('K1', 'CI'), [held('role:Reader', 'access_key:K1')], id)).toEqual([]);
    expect(await rowsOf([company, ...managementKey('K9', 'Unused')], [], id)).toEqual([]);
  });
});

describe('a key that ends', () => {
  it('is found within 30 days of the sync, the next one first', async () => {
    const keys = [
      ...key('K1', 'Feed', { expires_at: day(30) }),
      ...key('K2', 'Today', { expires_at: day(0.5) }),
      company,
      ...managementKey('K9', 'Deploys', { expires_at: day(1) }),
    ];

    expect(await rowsOf(keys, ofKey('K9'), 'keys-soon')).toEqual([
      'Today (K2): 2026-11-30, today',
      'Deploys (K9): 2026-12-01, in 1 day; has a role of the future',
      'Feed (K1): 2026-12-30, in 30 days',
    ]);
  });

  it('is not found later than that, never, over, or switched off', async () => {
    const keys = [
      ...key('K1', 'Later', { expires_at: day(31) }),
      ...key('K2', 'Never'),
      ...key('K3', 'Over', { expires_at: day(-1), status: 'expired' }),
      ...key('K4', 'Off', { expires_at: day(5), status: 'inactive' }),
    ];

    expect(await rowsOf(keys, [], 'keys-soon')).toEqual([]);
  });

  it('is found as expired when its time was over, whatever status the file has', async () => {
    const keys = [
      ...key('K1', 'Old', { expires_at: day(-3), status: 'expired' }),
      ...key('K2', 'Stale', { expires_at: day(-1), status: 'active', scim: true }),
      ...key('K3', 'Good', { expires_at: day(1) }),
      ...key('K4', 'Never'),
    ];

    expect(await rowsOf(keys, [held('role:Chief', 'access_key:K1')], 'keys-expired')).toEqual([
      'Old (K1): 2026-11-27, over; holds Chief',
      'Stale (K2): nobody is taken out by it any more; 2026-11-29, over; makes and removes people by SCIM',
    ]);
  });
});

describe('a key that is bound to a user', () => {
  it('is found where the user is gone or cannot log in, and not where the user can', async () => {
    const keys = [
      ...key('K1', 'Of nobody', { bound_user_id: 'U7' }),
      ...key('K2', 'Of Bob', { bound_user_id: 'U2' }),
      ...key('K3', 'Of Ada', { bound_user_id: 'U1' }),
      ...key('K4', 'Of itself'),
    ];

    expect(await rowsOf(keys, [], 'keys-bound')).toEqual([
      'Of nobody (K1): bound to U7, who is gone',
      'Of Bob (K2): bound to somebody who cannot log in',
    ]);
  });

  it('is found with the roles of its own, which are ignored, and not without any', async () => {
    const keys = [
      ...key('K1', 'Ada’s', { bound_user_id: 'U1', ignored_roles: ['Chief', 'acme: Reader'] }),
      ...key('K2', 'Bob’s', { bound_user_id: 'U2', ignored_roles: [] }),
    ];

    expect(await rowsOf(keys, [], 'keys-ignored')).toEqual(['Ada’s (K1): ignored: Chief, acme: Reader']);
  });
});

describe('a key whose creator is gone', () => {
  const keys = [
    ...key('K1', 'By nobody', { created_by: 'U7' }),
    ...key('K2', 'By Ada', { created_by: 'U1' }),
    ...key('K3', 'By a key', { created_by: 'K9' }),
    ...key('K4', 'Not told'),
  ];

  it('is found, and not where a listed user or management key made it, or nobody is named', async () => {
    const all = [...keys, ...key('K5', 'By a key that is gone', { created_by: 'K8' })];

    expect(await rowsOf([...all, company, ...managementKey('K9', 'Deploys')], [], 'keys-creator')).toEqual([
      'By nobody (K1): made by U7',
      'By a key that is gone (K5): made by K8',
    ]);
  });

  it('is not taken for gone where management keys were not read and the id may be one of theirs', async () => {
    const finding = await findingOf(keys, [], 'keys-creator', ['access_key', 'access_key_secret']);

    expect(finding?.rows.map(({ what }) => what?.id)).toEqual(['K1']);
  });
});

/** An app of others with a scope for Chief, one for a permission that is administrative, and one for little. */
function app(id: string, name: string, status = 'active'): Resources {
  return [
    resource('third_party_app', id, name, {
      profile: {
        app_id: id,
        status,
        scopes: [
          { name: 'all', values: ['Chief'] },
          { name: 'manage', values: ['admin.all'] },
          { name: 'little', values: ['Reader', 'see'] },
        ],
      },
    }),
  ];
}

function consents(to: string, scopes: readonly string[], expires?: string, id = 'A1'): Grants {
  const [typeId = '', principalId = ''] = to.split(':');
  return [
    edgeRow({
      entitlement: { typeId: 'third_party_app', resourceId: id, slug: 'consent' },
      principal: { typeId, id: principalId },
      metadata: {
        scopes: [...scopes],
        granted_by: [principalId],
        created: day(-9),
        ...(expires !== undefined && { expires }),
      },
    }),
  ];
}

describe('a consent', () => {
  it.each([
    ['all', 'scope all stands for the privileged role Chief'],
    ['manage', 'scope manage stands for the administrative permission admin.all'],
  ])('is wide where its scope %s stands for power', async (scope, why) => {
    expect(await rowsOf(app('A1', 'Suite'), consents('user:U1', ['little', scope]), 'consents-wide')).toEqual([
      `Suite (A1): ${why}`,
    ]);
  });

  it('is not wide where its scopes stand for little or for nothing that is known, whatever the app may ask for', async () => {
    expect(await rowsOf(app('A1', 'Suite'), consents('user:U1', ['little', 'email']), 'consents-wide')).toEqual([]);
  });

  it('is found where it never expires, and not where it does', async () => {
    const grants = [...consents('user:U1', ['little']), ...consents('user:U2', ['little'], day(9))];

    expect(await rowsOf(app('A1', 'Suite'), grants, 'consents-forever')).toEqual(['Suite (A1): scopes: little']);
  });

  it('is found where somebody gave it who is disabled, and not somebody who is not', async () => {
    const finding = await findingOf(
      app('A1', 'Suite'),
      [...consents('user:U1', []), ...consents('user:U2', [])],
      'consents-disabled',
    );

    expect(finding?.rows).toMatchObject([{ user: 1, why: 'no scope' }]);
  });

  it('is found where it is for a whole tenant, and not where it is for a person', async () => {
    const finding = await findingOf(
      app('A1', 'Suite'),
      [...consents('user:U1', ['little']), ...consents('tenant:acme', ['little'])],
      'consents-tenant',
    );

    expect(finding?.rows).toMatchObject([{ place: 0, why: 'scopes: little' }]);
  });
});

describe('an application that is switched off', () => {
  const application = (id: string, enabled: boolean): Resources[number] =>
    resource('application', id, id, { profile: { app_id: id, enabled, default_access: 'unknown' } });
  const access = (id: string): Grants => [
    edgeRow({
      entitlement: { typeId: 'application', resourceId: id, slug: 'access' },
      principal: { typeId: 'user', id: 'U1' },
    }),
  ];

  it('is found where it is still given, of the project’s and of others', async () => {
    expect(
      await rowsOf(
        [application('S1', false), ...app('A1', 'Paused', 'inactive')],
        [...access('S1'), ...consents('user:U1', []), ...consents('user:U2', [])],
        'apps-off',
      ),
    ).toEqual(['S1 (S1): 1 user', 'Paused (A1): 2 consents']);
  });

  it('is not found where nobody has it, nor where it is switched on', async () => {
    expect(
      await rowsOf(
        [application('S1', false), application('S2', true), ...app('A1', 'On')],
        [...access('S2'), ...consents('user:U1', [])],
        'apps-off',
      ),
    ).toEqual([]);
  });
});

function admin(id: string, status: string, profile: JsonObject = {}): Resources[number] {
  return resource('console_admin', id, id, {
    profile: { descoper_id: id, status, company_admin: false, email: `${id}@acme.example`, ...profile },
  });
}

describe('the console', () => {
  const chiefs = (count: number): Resources =>
    Array.from({ length: count }, (_, at) => admin(`D${at}`, 'enabled', { company_admin: true }));

  it('has many company administrators where there are more than two who can log in', async () => {
    expect(await rowsOf([company, ...chiefs(3)], [], 'company-admins')).toHaveLength(3);
    expect(
      await rowsOf([company, ...chiefs(2), admin('D9', 'disabled', { company_admin: true })], [], 'company-admins'),
    ).toEqual([]);
  });

  it('has administrators who never joined, and others who did', async () => {
    const admins = [admin('D1', 'invited', { unlisted_projects: ['P9'] }), admin('D2', 'enabled')];

    expect(await rowsOf([company, ...admins], [], 'admins-invited')).toEqual([
      'D1 (D1): named for P9, which is not listed',
    ]);
  });

  it('has disabled administrators with rights, and others without', async () => {
    const admins = [admin('D1', 'disabled'), admin('D2', 'disabled'), admin('D3', 'disabled', { company_admin: true })];

    expect(
      await rowsOf([company, ...admins], inConsole('developer', ['console_admin', 'D1']), 'admins-disabled'),
    ).toEqual(['D1 (D1): 1 right', 'D3 (D3): company administrator']);
  });

  it('has management keys of the whole company, and others of projects or switched off', async () => {
    const keys = [
      ...managementKey('K1', 'Everything', { company_roles: ['company-full-access'] }),
      ...managementKey('K2', 'One project'),
      ...managementKey('K3', 'Off', { company_roles: ['company-full-access'], status: 'inactive' }),
    ];

    expect(await rowsOf([company, ...keys], ofKey('K2'), 'keys-company')).toEqual([
      'Everything (K1): company-full-access',
    ]);
  });
});

describe('findings about what was not read', () => {
  it('are not there at all, and all others are', async () => {
    const path = join(folder, 'sync.json');
    await writeByHand(path, { resources: people, grants: powers });
    const ids = findingsOf(await projectOf(path)).map(({ id }) => id);

    expect(ids.filter((id) => /^(keys|consents|apps|admins|company)-/.test(id))).toEqual([]);
    expect(ids).toContain('privileged');
  });

  it.each([
    [['access_key', 'access_key_secret'], 'keys-bound', 'keys-company'],
    [['third_party_app'], 'consents-wide', 'keys-soon'],
    [['application'], 'apps-off', 'consents-wide'],
    [['project', 'console_admin', 'management_key'], 'company-admins', 'keys-bound'],
  ])('of %j have %s, and not %s', async (types, there, missing) => {
    expect(await findingOf([], [], there, types)).toMatchObject({ rows: [] });
    expect(await findingOf([], [], missing, types)).toBeUndefined();
  });
});

describe('a role that a key alone holds', () => {
  it('is none that nobody holds, nor is what it allows a permission that nobody can use', async () => {
    const grants = [held('role:Chief', 'access_key:K1')];

    expect((await findingOf(key('K1', 'CI'), grants, 'unheld-roles'))?.rows).toMatchObject([{ role: 1 }]);
    expect((await findingOf(key('K1', 'CI'), grants, 'unused-permissions'))?.rows).toMatchObject([{ permission: 1 }]);
  });
});
