import { create } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import { type Resource, ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { expected, kinds } from '../support/provisioning-cases.ts';
import {
  addRole,
  addTenant,
  company,
  entitlement,
  type Provisioning,
  type ProvisioningOptions,
  removeRole,
  removeTenant,
  startProvisioning,
  unknownGrantId,
  userPrincipal,
} from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options?: ProvisioningOptions): Promise<Provisioning> {
  running = await startProvisioning(options);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

/**
 * A resource with everything on it that must not matter: another tenant as its parent, in its name and in its profile.
 */
function misleading(resourceType: string, resource: string, otherTenantId: string): Resource {
  return create(ResourceSchema, {
    id: { resourceType, resource },
    parentResourceId: { resourceType: 'tenant', resource: otherTenantId },
    displayName: `Viewer in ${otherTenantId}`,
    profile: { tenant_id: otherTenantId, user_id: 'U2Cleo', role_name: 'Viewer' },
  });
}

describe.each(kinds)('granting $kind', ({ typeId, resource, given, added }) => {
  it('sends one write, in its scope, and changes nothing else in the project', async () => {
    const { grant, writes, state } = await start();

    const ended = await grant(typeId, resource, 'U2Ada');

    expect(ended).toMatchObject({ isOld: false, grants: [`${entitlement(typeId, resource).id}:user:U2Ada`] });
    expect(writes()).toEqual([added]);
    expect(state()).toEqual(await expected(given));
  });

  it('a second time is success, says so, and sends no write', async () => {
    const { grant, writes, state, emulator } = await start();
    await grant(typeId, resource, 'U2Ada');
    emulator.stats.reset();

    const again = await grant(typeId, resource, 'U2Ada');

    expect(again).toMatchObject({ isOld: true, grants: [`${entitlement(typeId, resource).id}:user:U2Ada`] });
    expect(writes()).toEqual([]);
    expect(state()).toEqual(await expected(given));
  });

  it('takes its scope from the entitlement, whatever the principal, names and profiles say', async () => {
    const { sendGrant, writes, state } = await start();
    const other = resource === 'globex' ? 'acme' : 'globex';

    await sendGrant({
      principal: misleading('user', 'U2Ada', other),
      entitlement: {
        ...entitlement(typeId, resource),
        displayName: `Viewer in ${other}`,
        resource: misleading(typeId, resource, other),
      },
    });

    expect(writes()).toEqual([added]);
    expect(state()).toEqual(await expected(given));
  });
});

describe.each(kinds)('revoking $kind', ({ typeId, resource, taken, removed }) => {
  it('sends one write, in its scope, and changes nothing else in the project', async () => {
    const { revoke, writes, state } = await start();

    const ended = await revoke(typeId, resource, 'U2Bob');

    expect(ended.isOld).toBe(false);
    expect(writes()).toEqual([removed]);
    expect(state()).toEqual(await expected(taken));
  });

  it('a second time is success, says so, and sends no write', async () => {
    const { revoke, writes, state, emulator } = await start();
    await revoke(typeId, resource, 'U2Bob');
    emulator.stats.reset();

    const again = await revoke(typeId, resource, 'U2Bob');

    expect(again.isOld).toBe(true);
    expect(writes()).toEqual([]);
    expect(state()).toEqual(await expected(taken));
  });

  it.each([
    ['no id of the grant', ''],
    ['the placeholder for it', unknownGrantId],
    ['the id of a grant in another tenant', 'role_binding:globex/Editor:assigned:user:U2Cleo'],
  ])('uses entitlement and principal only, given %s', async (_what, id) => {
    const { sendRevoke, writes, state } = await start();

    await sendRevoke({
      grant: { id, entitlement: { ...entitlement(typeId, resource), slug: '' }, principal: userPrincipal('U2Bob') },
    });

    expect(writes()).toEqual([removed]);
    expect(state()).toEqual(await expected(taken));
  });

  it('takes its scope from the entitlement, whatever the principal, names and profiles say', async () => {
    const { sendRevoke, writes, state } = await start();
    const other = resource === 'globex' ? 'acme' : 'globex';

    await sendRevoke({
      grant: {
        id: `role_binding:${other}/Viewer:assigned:user:U2Cleo`,
        principal: misleading('user', 'U2Bob', other),
        entitlement: {
          ...entitlement(typeId, resource),
          displayName: `Viewer in ${other}`,
          resource: misleading(typeId, resource, other),
        },
      },
    });

    expect(writes()).toEqual([removed]);
    expect(state()).toEqual(await expected(taken));
  });
});

describe("a name that a tenant's role and a role of the project share", () => {
  it("as the tenant's role is granted and revoked in the tenant only", async () => {
    const { grant, revoke, writes, state } = await start();
    await grant('tenant', 'globex', 'U2Ada');

    await grant('role', 'globex/Auditor', 'U2Ada');
    await grant('role', 'Auditor', 'U2Ada');
    await revoke('role', 'globex/Auditor', 'U2Ada');

    expect(writes().slice(1)).toEqual([
      { endpoint: addRole, body: { loginId: 'U2Ada', roleNames: ['Auditor'], tenantId: 'globex' } },
      { endpoint: addRole, body: { loginId: 'U2Ada', roleNames: ['Auditor'] } },
      { endpoint: removeRole, body: { loginId: 'U2Ada', roleNames: ['Auditor'], tenantId: 'globex' } },
    ]);
    expect(state()).toEqual(
      await expected((project) => {
        project.joinTenant('U2Ada', 'globex');
        project.grantRole('U2Ada', 'Auditor');
      }),
    );
  });
});

describe('names with separators in them', () => {
  const name = 'A/B: 50% "x"\r\n\u202E__proto__';
  const tenantId = 'te/nant:%2F';

  it('reach Descope as they are, in the body of the request', async () => {
    const project = company();
    const { grant, revoke, writes, emulator } = await start({
      emulator: {
        project: {
          ...project,
          tenants: [...(project.tenants ?? []), { id: tenantId }],
          roles: [...(project.roles ?? []), { name }, { name: '__proto__', tenantId }],
        },
      },
    });
    const [tenant, role] = [tenantId, name].map((text) => text.replaceAll('%', '%25').replaceAll('/', '%2F'));

    await grant('tenant', tenantId, 'U2Cleo');
    await grant('role_binding', `${tenant}/${role}`, 'U2Cleo');
    await grant('role', `${tenant}/__proto__`, 'U2Cleo');
    await revoke('role_binding', `${tenant}/${role}`, 'U2Cleo');

    expect(writes()).toEqual([
      { endpoint: addTenant, body: { loginId: 'U2Cleo', tenantId } },
      { endpoint: addRole, body: { loginId: 'U2Cleo', roleNames: [name], tenantId } },
      { endpoint: addRole, body: { loginId: 'U2Cleo', roleNames: ['__proto__'], tenantId } },
      { endpoint: removeRole, body: { loginId: 'U2Cleo', roleNames: [name], tenantId } },
    ]);
    expect(emulator.state.user('U2Cleo')).toMatchObject({
      roleNames: [],
      tenants: [{ tenantId, roleNames: ['__proto__'] }],
    });
  });
});

describe('joining a tenant', () => {
  it('reports the roles that are gained with it as grants, under the type that lists them', async () => {
    const project = company();
    const tenants = [{ id: 'acme', name: 'Acme', defaultRoles: ['Viewer', 'Approver', 'No such role'] }];
    const { grant, audit } = await start({
      emulator: { project: { ...project, tenants }, switches: { defaultRoles: 'on' } },
    });

    const { grants } = await grant('tenant', 'acme', 'U2Cleo');

    expect(grants).toEqual([
      'tenant:acme:member:user:U2Cleo',
      'role_binding:acme/Viewer:assigned:user:U2Cleo',
      'role:acme/Approver:assigned:user:U2Cleo',
    ]);
    expect(audit[0]?.alsoGained).toEqual(
      ['Viewer', 'Approver', 'No such role'].map((roleName) => ({ tenantId: 'acme', roleName })),
    );
  });

  it('for a role inside it, when that was allowed, answers with both grants', async () => {
    const { grant, writes, state } = await start({ joinTenant: true });

    const ended = await grant('role', 'acme/Approver', 'U2Cleo');

    expect(ended).toMatchObject({
      isOld: false,
      grants: ['role:acme/Approver:assigned:user:U2Cleo', 'tenant:acme:member:user:U2Cleo'],
    });
    expect(writes()).toEqual([
      { endpoint: addTenant, body: { loginId: 'U2Cleo', tenantId: 'acme' } },
      { endpoint: addRole, body: { loginId: 'U2Cleo', roleNames: ['Approver'], tenantId: 'acme' } },
    ]);
    expect(state()).toEqual(await expected((project) => project.grantRole('U2Cleo', 'Approver', 'acme')));
  });

  it('that gives the role by itself sends no second write', async () => {
    const { grant, writes } = await start({ joinTenant: true, emulator: { switches: { defaultRoles: 'on' } } });

    const ended = await grant('role_binding', 'acme/Viewer', 'U2Cleo');

    expect(ended).toMatchObject({
      isOld: false,
      grants: ['role_binding:acme/Viewer:assigned:user:U2Cleo', 'tenant:acme:member:user:U2Cleo'],
    });
    expect(writes()).toHaveLength(1);
  });

  it('is not done again for a member', async () => {
    const { grant, writes } = await start({ joinTenant: true });

    const ended = await grant('role_binding', 'acme/Editor', 'U2Ada');

    expect(ended.grants).toEqual(['role_binding:acme/Editor:assigned:user:U2Ada']);
    expect(writes()).toHaveLength(1);
  });

  it('is not done for a role of the project', async () => {
    const { grant, writes } = await start({ joinTenant: true });

    await grant('role', 'Editor', 'U2Cleo');

    expect(writes()).toEqual([{ endpoint: addRole, body: { loginId: 'U2Cleo', roleNames: ['Editor'] } }]);
  });
});

describe('leaving a tenant', () => {
  it('takes the roles held in it, and the audit line names them', async () => {
    const { revoke, audit } = await start();

    await revoke('tenant', 'acme', 'U2Bob');

    expect(audit).toHaveLength(1);
    expect(audit[0]).toMatchObject({
      outcome: 'revoked',
      before: { member: true, roles: ['Editor', 'Approver'] },
      after: { member: false, roles: [] },
      alsoLost: [
        { tenantId: 'acme', roleName: 'Editor' },
        { tenantId: 'acme', roleName: 'Approver' },
      ],
    });
  });
});

describe('what was deleted', () => {
  it.each([
    ['a tenant', 'tenant', 'globex', 'U2Bob'],
    ["a tenant's own role", 'role', 'globex/Auditor', 'U2Bob'],
    ['a role of the project inside a tenant', 'role_binding', 'globex/Editor', 'U2Bob'],
  ])('with %s, is already revoked', async (_kind, typeId, resource, userId) => {
    const { revoke, writes, emulator } = await start();
    emulator.state.deleteTenant('globex');

    expect(await revoke(typeId, resource, userId)).toMatchObject({ isOld: true });
    expect(writes()).toEqual([]);
  });

  it.each(kinds)('with the user, is already revoked: $kind', async ({ typeId, resource }) => {
    const { revoke, writes, emulator, audit } = await start();
    emulator.state.deleteUser('U2Bob');

    expect(await revoke(typeId, resource, 'U2Bob')).toMatchObject({ isOld: true });
    expect(writes()).toEqual([]);
    expect(audit).toMatchObject([{ outcome: 'already-revoked', principal: 'U2Bob', writes: 0 }]);
  });

  it.each([
    ['a role of the project', 'role', 'Editor', '', 'Editor'],
    ["a tenant's own role", 'role', 'acme/Approver', 'acme', 'Approver'],
    ['a role of the project inside a tenant', 'role_binding', 'acme/Editor', 'acme', 'Editor'],
  ])('but still on the record is taken off it: %s', async (_kind, typeId, resource, tenantId, roleName) => {
    const { revoke, writes, emulator } = await start({ emulator: { switches: { roleDeletion: 'dangle' } } });
    emulator.state.deleteRole(roleName, typeId === 'role' ? tenantId : '');

    const ended = await revoke(typeId, resource, 'U2Bob');

    expect(ended.isOld).toBe(false);
    expect(writes()).toEqual([
      { endpoint: removeRole, body: { loginId: 'U2Bob', roleNames: [roleName], ...(tenantId !== '' && { tenantId }) } },
    ]);
    expect(emulator.state.user('U2Bob')).toMatchObject({
      roleNames: tenantId === '' ? ['Viewer'] : ['Editor', 'Viewer'],
      tenants: [
        { tenantId: 'acme', roleNames: ['Editor', 'Approver'].filter((name) => tenantId === '' || name !== roleName) },
        { tenantId: 'globex' },
      ],
    });
  });

  it('a membership that outlived its tenant is taken off the record', async () => {
    const { revoke, writes, emulator } = await start({ emulator: { switches: { tenantDeletion: 'dangle' } } });
    emulator.state.deleteTenant('globex');

    await revoke('tenant', 'globex', 'U2Bob');

    expect(writes()).toEqual([{ endpoint: removeTenant, body: { loginId: 'U2Bob', tenantId: 'globex' } }]);
    expect(emulator.state.user('U2Bob')?.tenants.map(({ tenantId }) => tenantId)).toEqual(['acme']);
  });
});

describe('two equal requests at once', () => {
  /** Long enough for the other request to load the same record meanwhile, if it could. */
  const bothWouldLoadFirst = { kind: 'delay', ms: 50 } as const;

  it('of a grant send one write, and both succeed', async () => {
    const { grant, writes, fault } = await start();
    fault('GET /v1/mgmt/user', bothWouldLoadFirst, 2);

    const ended = await Promise.all([
      grant('role_binding', 'acme/Editor', 'U2Ada'),
      grant('role_binding', 'acme/Editor', 'U2Ada'),
    ]);

    expect(new Set(ended.map(({ isOld }) => isOld))).toEqual(new Set([false, true]));
    expect(writes()).toHaveLength(1);
  });

  it('of a revoke send one write, and both succeed', async () => {
    const { revoke, writes, fault } = await start();
    fault('GET /v1/mgmt/user', bothWouldLoadFirst, 2);

    const ended = await Promise.all([revoke('tenant', 'acme', 'U2Bob'), revoke('tenant', 'acme', 'U2Bob')]);

    expect(new Set(ended.map(({ isOld }) => isOld))).toEqual(new Set([false, true]));
    expect(writes()).toHaveLength(1);
  });

  it('for different users do not wait for each other', async () => {
    const { grant, fault, writes } = await start();
    fault(addRole, { kind: 'delay', ms: 40 });

    await Promise.all([grant('role', 'Editor', 'U2Ada'), grant('role', 'Editor', 'U2Cleo')]);

    expect(writes()).toHaveLength(2);
  });
});

describe('a dry run', () => {
  it('looks at everything and sends no write', async () => {
    const { grant, writes, state, audit } = await start({ dryRun: true });

    await grant('role', 'Editor', 'U2Ada');

    expect(writes()).toEqual([]);
    expect(state()).toEqual(await expected(() => undefined));
    expect(audit).toMatchObject([{ outcome: 'planned', writes: 0, before: { roles: [] } }]);
  });
});
