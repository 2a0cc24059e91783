import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/grpc-call.ts';
import {
  entitlement,
  errorInfoOf,
  type Provisioning,
  type ProvisioningOptions,
  removeRole,
  startProvisioning,
  treeOfTenants,
  unknownGrantId,
} from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options?: ProvisioningOptions): Promise<Provisioning> {
  running = await startProvisioning({ emulator: { project: treeOfTenants() }, ...options });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

/** What the platform sends for an expanded grant of Pat's, and where Pat really holds it. */
const expanded = [
  ['a membership', 'tenant', 'east', ['tenant:acme:member in Acme', 'tenant:group:member in Group']],
  [
    'a role of the project',
    'role_binding',
    'east/Editor',
    ['role_binding:acme/Editor:assigned in Acme', 'role_binding:group/Editor:assigned in Group'],
  ],
  [
    'a role of the project whose name the tenant uses itself',
    'role_binding',
    'east//Auditor',
    ['role_binding:acme/Auditor:assigned in Acme'],
  ],
  ["an ancestor's own role", 'role_binding', 'east/acme/Approver', ['role:acme/Approver:assigned in Acme']],
  [
    'what one reading lets in',
    'role_binding',
    'shut/acme/Approver',
    ['role:acme/Approver:assigned in Acme (uncertain: parent-governs)'],
  ],
] as const;

describe('a Revoke of an expanded grant that is held above', () => {
  it.each(expanded)('is cancelled with the reason, before any write: %s', async (_what, typeId, resource, from) => {
    for (const dryRun of [false, true]) {
      await running?.[Symbol.asyncDispose]();
      const { revoke, writes, state, audit, intents } = await start({ dryRun });
      const before = state();

      const error = await failureOf(revoke(typeId, resource, 'U2Pat'));

      expect(error.code).toBe(status.FAILED_PRECONDITION);
      expect(errorInfoOf(error)).toMatchObject({
        reason: 'grant_cancelled',
        text: expect.stringContaining(`revoke it where it is held, ${from.join(' and ')}`),
      });
      expect(writes()).toEqual([]);
      expect(state()).toEqual(before);
      expect(intents).toEqual([]);
      expect(audit).toMatchObject([{ operation: 'revoke', outcome: 'refused', principal: 'U2Pat', writes: 0 }]);
    }
  });

  it.each(expanded)('is already revoked where nothing is inherited at all: %s', async (_what, typeId, resource) => {
    const { revoke, writes } = await start({ inheritance: 'none' });

    expect(await revoke(typeId, resource, 'U2Pat')).toMatchObject({ isOld: true, metadata: undefined });
    expect(writes()).toEqual([]);
  });

  it('names entitlements whose revoke ends it, one after the other', async () => {
    const { revoke } = await start();

    const refusals: string[] = [];
    for (const [typeId, resource] of [
      ['role_binding', 'acme/Editor'],
      ['role_binding', 'group/Editor'],
    ] as const) {
      refusals.push((await failureOf(revoke('role_binding', 'east/Editor', 'U2Pat'))).details);
      await revoke(typeId, resource, 'U2Pat');
    }

    expect(refusals[1]).not.toContain('acme/Editor');
    expect(await revoke('role_binding', 'east/Editor', 'U2Pat')).toMatchObject({ isOld: true });
  });
});

describe('a Revoke of what is held directly and by inheritance', () => {
  it('takes the direct one alone, and its answer names the ancestor', async () => {
    const { revoke, writes, emulator, audit } = await start();

    const ended = await revoke('role_binding', 'east/Editor', 'U2Quinn');

    expect(ended).toMatchObject({ isOld: false, metadata: { also_inherited_from: ['acme'] } });
    expect(writes()).toEqual([
      { endpoint: removeRole, body: { loginId: 'U2Quinn', roleNames: ['Editor'], tenantId: 'east' } },
    ]);
    expect(emulator.state.user('U2Quinn')?.tenants).toEqual([
      { tenantId: 'acme', roleNames: ['Editor'] },
      { tenantId: 'east', roleNames: [] },
    ]);
    expect(audit).toMatchObject([
      {
        outcome: 'revoked',
        alsoInherited: [{ tenantId: 'acme', entitlement: 'role_binding:acme/Editor:assigned', certainty: 'derived' }],
      },
    ]);
    expect((await failureOf(revoke('role_binding', 'east/Editor', 'U2Quinn'))).code).toBe(status.FAILED_PRECONDITION);
  });
});

describe('a Grant of what is inherited already', () => {
  it('makes it a direct one, and its answer names the ancestors', async () => {
    const { grant, emulator } = await start({ joinTenant: true });

    expect(await grant('role_binding', 'east/Editor', 'U2Pat')).toMatchObject({
      isOld: false,
      grants: ['role_binding:east/Editor:assigned:user:U2Pat', 'tenant:east:member:user:U2Pat'],
      metadata: { also_inherited_from: ['acme', 'group'] },
    });
    expect(emulator.state.user('U2Pat')?.tenants).toContainEqual({ tenantId: 'east', roleNames: ['Editor'] });
  });

  it.each(['east/acme/Approver', 'east//Auditor'])('is refused for the derived binding %s', async (resource) => {
    const { grant, writes } = await start({ joinTenant: true });

    const error = await failureOf(grant('role_binding', resource, 'U2Quinn'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(errorInfoOf(error)?.text).toContain('held by inheritance only');
    expect(writes()).toEqual([]);
  });
});

describe('a grant that a sync lists for something that is no person', () => {
  it.each([
    ['tenant', 'east', 'tenant', 'acme', 'the tree of tenants'],
    ['role_binding', 'east/Editor', 'role_binding', 'acme/Editor', 'the tree of tenants'],
    ['role_binding', 'east//Auditor', 'role_binding', 'acme/Auditor', 'the tree of tenants'],
    ['role_binding', 'east/acme/Approver', 'role', 'acme/Approver', 'the tree of tenants'],
    ['role_binding', 'east/Editor', 'tenant', 'east', 'settings of the tenant'],
    ['role', 'acme/Approver', 'tenant', 'acme', 'settings of the tenant'],
    ['role_binding', 'east/Editor', 'idp_group', 'east/default_ssoid/staff', 'SSO settings'],
    ['role', 'acme/Approver', 'sso_configuration', 'acme/default_ssoid', 'SSO settings'],
    ['permission', 'read', 'role', 'Editor', 'edit the role'],
    ['permission', 'read', 'role_binding', 'acme/Editor', 'edit the role'],
  ])(
    'is neither granted nor revoked, and the refusal says where it is managed: %s %s of %s %s',
    async (typeId, resource, principalType, principal, where) => {
      const { sendGrant, sendRevoke, emulator, audit } = await start();
      const asked = {
        entitlement: entitlement(typeId, resource),
        principal: { id: { resourceType: principalType, resource: principal } },
      };

      const errors = [
        await failureOf(sendGrant(asked)),
        await failureOf(sendRevoke({ grant: { id: unknownGrantId, ...asked } })),
      ];

      for (const error of errors) {
        expect(error.code).toBe(status.FAILED_PRECONDITION);
        expect(errorInfoOf(error)).toMatchObject({
          reason: 'grant_cancelled',
          text: expect.stringContaining(where),
        });
      }
      expect(emulator.stats.total).toBe(0);
      const told = principalType === 'tenant' ? `tenant:${principal}` : principal; // a tenant can consent to an app
      expect(audit).toMatchObject([
        { operation: 'grant', outcome: 'refused', principal: told, writes: 0 },
        { operation: 'revoke', outcome: 'refused', principal: told, writes: 0 },
      ]);
    },
  );

  it.each([
    ['role', 'Editor', 'role', 'Auditor'],
    ['tenant', 'east', 'role_binding', 'acme/Editor'],
    ['tenant', 'east', 'idp_group', 'east/default_ssoid/staff'],
    ['tenant', 'east', 'permission', 'read'],
  ])('is malformed where no sync lists such a grant: %s %s of %s %s', async (typeId, resource, type, principal) => {
    const { sendGrant } = await start();

    const error = await failureOf(
      sendGrant({
        entitlement: entitlement(typeId, resource),
        principal: { id: { resourceType: type, resource: principal } },
      }),
    );

    expect(error.code).toBe(status.INVALID_ARGUMENT);
  });

  it('is of an unknown type where the type is not included', async () => {
    const { sendRevoke } = await start();

    for (const typeId of ['idp_group', 'sso_configuration']) {
      const error = await failureOf(
        sendRevoke({
          grant: {
            id: unknownGrantId,
            entitlement: {
              id: `${typeId}:east/default_ssoid:member`,
              slug: 'member',
              resource: { id: { resourceType: typeId, resource: 'east/default_ssoid' } },
            },
            principal: { id: { resourceType: 'user', resource: 'U2Pat' } },
          },
        }),
      );
      expect(error.code).toBe(status.UNIMPLEMENTED);
    }
  });
});

describe('a Revoke of a role that a mapping gives back', () => {
  async function startMapped(options: ProvisioningOptions): Promise<Provisioning> {
    const server = await start(options);
    const { state } = server.emulator;
    state.putSsoConfiguration({
      tenantId: 'acme',
      saml: { idpEntityId: 'https://idp.example', idpSSOUrl: 'https://idp.example/sso' },
      groupMappings: [{ role: 'Approver', groups: ['Staff'] }],
    });
    state.putGroup({
      tenantId: 'acme',
      id: 'g1',
      display: 'Staff',
      source: 'scim',
      members: [{ loginId: 'pat@acme.example', userId: 'U2Pat', display: 'Pat' }],
    });
    return server;
  }

  it('is made, and its answer names the group, where SSO settings are included', async () => {
    const { revoke, audit, emulator } = await startMapped({ include: ['sso_configuration'], returning: 'tell' });

    expect(await revoke('role', 'acme/Approver', 'U2Pat')).toMatchObject({
      isOld: false,
      metadata: { may_return_from: ['idp_group:acme/default_ssoid/g1'] },
    });
    expect(emulator.state.user('U2Pat')?.tenants).toContainEqual({
      tenantId: 'acme',
      roleNames: ['Editor', 'Auditor'],
    });
    expect(audit).toMatchObject([{ outcome: 'revoked', mayReturn: [{ via: 'group_mapping' }] }]);
  });

  it('is cancelled with the reason, before any write, with --refuse-returning', async () => {
    const { revoke, writes, intents } = await startMapped({ returning: 'refuse' });

    const error = await failureOf(revoke('role', 'acme/Approver', 'U2Pat'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(errorInfoOf(error)?.text).toContain('the mapping of idp_group:acme/default_ssoid/g1');
    expect(writes()).toEqual([]);
    expect(intents).toEqual([]);
  });

  it('ends as the read does, with nothing sent, where settings may not be read and --refuse-returning is on', async () => {
    const { revoke, writes, fault } = await startMapped({ returning: 'refuse' });
    fault('GET /v2/mgmt/sso/settings/all', { kind: 'status', status: 403 }, 10);

    expect((await failureOf(revoke('role', 'acme/Approver', 'U2Pat'))).code).toBe(status.PERMISSION_DENIED);
    expect(writes()).toEqual([]);
  });

  it('is made, and its answer says that nobody knows, where settings may not be read', async () => {
    const { revoke, fault } = await startMapped({ include: ['sso_configuration'], returning: 'tell' });
    fault('GET /v2/mgmt/sso/settings/all', { kind: 'status', status: 403 }, 10);

    expect(await revoke('role', 'acme/Approver', 'U2Pat')).toMatchObject({
      isOld: false,
      metadata: { may_return_unknown: expect.stringContaining('/v2/mgmt/sso/settings/all') },
    });
  });
});

describe('an entitlement of an included type that an identity provider manages', () => {
  it.each([
    ['idp_group', 'member', 'change the group in the identity provider'],
    ['sso_configuration', 'member', 'SSO settings'],
  ])('is refused with where that is: %s', async (typeId, slug, where) => {
    const { sendGrant, emulator } = await start({ include: ['sso_configuration', 'idp_group'] });
    const resource = 'east/default_ssoid/staff';

    const error = await failureOf(
      sendGrant({
        entitlement: {
          id: `${typeId}:${resource}:${slug}`,
          slug,
          resource: { id: { resourceType: typeId, resource } },
        },
        principal: { id: { resourceType: 'user', resource: 'U2Pat' } },
      }),
    );

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(errorInfoOf(error)?.text).toContain(where);
    expect(emulator.stats.total).toBe(0);
  });
});
