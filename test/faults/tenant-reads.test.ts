import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { Emulator, Fault } from '../../src/emulator/emulator.ts';
import {
  canary,
  expectFired,
  failingForEver,
  faultAt as fault,
  type FaultOutcome,
  faultWays as ways,
  syncUnderFaults,
} from '../support/fault-sync.ts';

const calls = {
  settings: 'GET /v2/mgmt/sso/settings/all',
  tenantSettings: 'GET /v1/mgmt/tenant/settings',
  groups: 'POST /v1/mgmt/group/all',
  xaa: 'GET /v1/mgmt/sso/xaa/settings/all',
} as const;
const forever = Number.POSITIVE_INFINITY;
const secrets = { clientSecret: canary, spEncryptionKey: canary, spSignKey: canary, scimToken: canary, bearer: canary };

const project = {
  tenants: ['acme', 'globex', 'initech'].map((id) => ({ id })),
  permissions: [{ name: 'read' }],
  roles: [
    { name: 'Viewer', permissionNames: ['read'] },
    { name: 'Approver', tenantId: 'acme', permissionNames: ['read'] },
  ],
  users: ['ann', 'bob', 'cleo'].map((userId) => ({ userId, tenants: [{ tenantId: 'acme', roleNames: ['Viewer'] }] })),
  ssoConfigurations: ['acme', 'globex'].flatMap((tenantId) =>
    ['default_ssoid', 'second'].map((ssoId) => ({
      tenantId,
      ssoId,
      saml: { idpEntityId: 'E', idpSSOUrl: 'https://idp.example', spEncryptionKey: canary, spSignKey: canary },
      oidc: { clientSecret: canary },
      extra: { setupLink: canary, secrets },
      groupMappings: [{ role: 'Viewer', groups: ['Staff'] }],
      defaultSSORoles: ['Viewer'],
    })),
  ),
  groups: ['acme', 'globex'].map((tenantId) => ({
    tenantId,
    id: 'g-1',
    display: 'Staff',
    members: ['ann', 'bob', 'gone'].map((userId) => ({ userId, loginId: `${userId}@x.example`, display: '' })),
    extra: secrets,
  })),
  tenantSettings: ['acme', 'globex'].map((tenantId) => ({ tenantId, extra: secrets })),
};

const sync = (way: (typeof ways)[number], arm: (emulator: Emulator) => void): Promise<FaultOutcome> =>
  syncUnderFaults(
    { emulator: { project, switches: { ssoSecrets: 'shown' } }, include: ['sso_configuration', 'idp_group'] },
    way,
    arm,
  );

const undisturbed = await sync('file', () => undefined);

describe.each(ways)('through %s, the reading of single tenants', (way) => {
  it('tells the same without a fault', async () => {
    const { ids } = await sync(way, () => undefined);

    expect(new Set(ids)).toEqual(new Set(undisturbed.ids));
    expect(ids).toContain('idp_group:globex/default_ssoid/g-1:member:user:ann');
    expect(ids).toContain('role_binding:globex/Viewer');
    expect(ids.filter((id) => id.startsWith('sso_configuration:'))).toHaveLength(4);
  });

  it('meets secrets in every answer, and tells none of them', async () => {
    let seen = 0;
    const count = {
      kind: 'rewrite',
      change: (text: string) => {
        seen += text.includes(canary) ? 1 : 0;
        return text;
      },
    } as const;

    const outcome = await sync(way, (emulator) => {
      [calls.settings, calls.groups, calls.tenantSettings].forEach((endpoint) =>
        fault(endpoint, count, 1, forever)(emulator),
      );
    });

    expect(outcome.failure).toBeUndefined();
    expect(seen).toBe(6);
  });

  const endpoints = Object.values(calls);
  const passing: readonly (readonly [string, Fault])[] = [
    ['a 429 that says when to come back', { kind: 'status', status: 429, headers: { 'retry-after': '2' } }],
    ['a 503', { kind: 'status', status: 503 }],
    ['a reset', { kind: 'reset', at: 'mid-body' }],
    ['a cut body', { kind: 'truncate', how: 'well-framed' }],
  ];
  it.each(endpoints.flatMap((endpoint) => passing.map(([name, what]) => ({ endpoint, name, what }))))(
    'outlasts $name once: $endpoint',
    async ({ endpoint, what }) => {
      const outcome = await sync(way, fault(endpoint, what, 2));

      expect(outcome.failure).toBeUndefined();
      expect(new Set(outcome.ids)).toEqual(new Set(undisturbed.ids));
      expectFired(outcome);
    },
  );

  it.each(
    endpoints.flatMap((endpoint) =>
      [1, 3].flatMap((nth) => failingForEver.map(([name, what, exit]) => ({ endpoint, name, what, exit, nth }))),
    ),
  )('fails on $name from request $nth on, and names the call: $endpoint', async ({ endpoint, what, exit, nth }) => {
    const outcome = await sync(way, fault(endpoint, what, nth, forever));

    expect(outcome.failure?.message).toContain(endpoint);
    expect(outcome.failure?.message).toMatch(/^\S.{10,600}$/u);
    expect(outcome.failure === undefined || way === 'grpc' ? exit : exitCodeOf(outcome.failure)).toBe(exit);
    expectFired(outcome);
  });

  it.each([
    [calls.xaa, 404],
    [calls.xaa, 400],
    [calls.tenantSettings, 404],
  ])('goes on without what a deployment lacks: %s answers %i', async (endpoint, status) => {
    const outcome = await sync(way, fault(endpoint, { kind: 'status', status, body: 'no such page' }, 1, forever));

    expect(new Set(outcome.ids)).toEqual(new Set(undisturbed.ids));
    expect(outcome.emulator.faults.fired()[0]?.fired).toBe(1);
  });

  it('reads the default configurations where a deployment cannot list all of them', async () => {
    const missing = { kind: 'status', status: 404, body: '' } as const;
    const outcome = await sync(way, (emulator) => {
      fault(calls.settings, missing, 1, forever)(emulator);
      fault(calls.xaa, missing, 1, forever)(emulator);
    });

    expect(outcome.ids.filter((id) => id.startsWith('sso_configuration:'))).toEqual([
      'sso_configuration:acme/default_ssoid',
      'sso_configuration:globex/default_ssoid',
    ]);
    expect(outcome.emulator.faults.fired().map(({ fired }) => fired)).toEqual([1, 1]);
    if (way === 'file') {
      expect(outcome.summary?.sso).toMatchObject({ settings: 'limited', xaa: 'not-offered' });
    }
  });

  it('tells that a deployment has no groups', async () => {
    const outcome = await sync(way, fault(calls.groups, { kind: 'status', status: 404, body: '' }, 1, forever));

    expect(outcome.ids.filter((id) => id.startsWith('idp_group:') && !id.includes('name:'))).toEqual([]);
    expect(outcome.ids).toContain('idp_group:acme/default_ssoid/name:Staff');
    if (way === 'file') {
      expect(outcome.summary?.sso).toMatchObject({ groups: 'not-offered', settings: 'offered' });
    }
  });

  it.each(Object.values(calls))(
    'fails where a call is there for some tenants and not for others: %s',
    async (endpoint) => {
      const outcome = await sync(way, fault(endpoint, { kind: 'status', status: 404, body: '' }, 2, forever));

      expect(outcome.failure?.message).toMatch(/tenant "(?:globex|initech)" is there, and .* does not answer for it/);
    },
  );

  it.each([400, 404])('fails where Descope denies a tenant (%i) that it lists', async (status) => {
    const denial = { kind: 'status', status, body: { errorCode: 'E112202' } } as const;

    const outcome = await sync(way, fault(calls.groups, denial, 2, forever));

    expect(outcome.failure?.message).toMatch(/lists tenant ".*" and says that it is not there/);
  });

  it.each([1, 2, 3])('goes on where tenant %i of three is deleted meanwhile', async (nth) => {
    const gone = ['acme', 'globex', 'initech'][nth - 1] ?? '';
    let deleted = 0;
    const outcome = await sync(way, (emulator) => {
      emulator.state.onRequest(
        ({ endpoint }) => endpoint === calls.settings && deleted === 0,
        () => {
          deleted += 1;
          emulator.state.deleteTenant(gone);
        },
      );
    });

    expect(outcome.failure).toBeUndefined();
    expect(deleted).toBe(1);
    const isOfGone = (id: string): boolean => /^(?:sso_configuration|idp_group):/.test(id) && id.includes(`:${gone}/`);
    const own = (id: string): boolean => /^(?:sso_configuration|idp_group):/.test(id);
    expect(new Set(outcome.ids.filter(own))).toEqual(new Set(undisturbed.ids.filter((id) => own(id) && !isOfGone(id))));
    if (way === 'file') {
      expect(outcome.summary?.sso).toMatchObject({ vanished_tenants: 1 });
    }
  });
});
