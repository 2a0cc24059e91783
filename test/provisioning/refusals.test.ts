import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/grpc-call.ts';
import {
  company,
  entitlement,
  errorInfoOf,
  type GrantRequest,
  type Provisioning,
  type ProvisioningOptions,
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

const entitlementOf = (id: string, resourceType: string, resource: string, slug = ''): GrantRequest['entitlement'] => ({
  id,
  slug,
  resource: { id: { resourceType, resource } },
});
const megabyte = 'x'.repeat(1024 * 1024);
const ada = userPrincipal('U2Ada');

/** Requests that make no sense, whatever the project holds. */
const hostile: readonly (readonly [string, GrantRequest, status])[] = [
  ['nothing at all', {}, status.INVALID_ARGUMENT],
  ['no principal', { entitlement: entitlement('role', 'Editor') }, status.INVALID_ARGUMENT],
  [
    'a principal without an id',
    { entitlement: entitlement('role', 'Editor'), principal: { displayName: 'Ada' } },
    status.INVALID_ARGUMENT,
  ],
  [
    'an empty principal',
    { entitlement: entitlement('role', 'Editor'), principal: userPrincipal('') },
    status.INVALID_ARGUMENT,
  ],
  [
    'a principal of 1 MB',
    { entitlement: entitlement('role', 'Editor'), principal: userPrincipal(megabyte) },
    status.INVALID_ARGUMENT,
  ],
  [
    'a role as principal',
    { entitlement: entitlement('role', 'Editor'), principal: { id: { resourceType: 'role', resource: 'Viewer' } } },
    status.INVALID_ARGUMENT,
  ],
  [
    'a tenant as principal',
    { entitlement: entitlement('tenant', 'acme'), principal: { id: { resourceType: 'tenant', resource: 'globex' } } },
    status.FAILED_PRECONDITION,
  ],
  [
    'a principal of an unknown type',
    { entitlement: entitlement('role', 'Editor'), principal: { id: { resourceType: '__proto__', resource: 'U2Ada' } } },
    status.INVALID_ARGUMENT,
  ],
  ['no entitlement', { principal: ada }, status.INVALID_ARGUMENT],
  [
    'an entitlement without a resource',
    { entitlement: { id: 'role:Editor:assigned', slug: 'assigned' }, principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an entitlement without an id',
    { entitlement: entitlementOf('', 'role', 'Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an empty resource',
    { entitlement: entitlementOf('role::assigned', 'role', ''), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an empty resource type',
    { entitlement: entitlementOf(':Editor:assigned', '', 'Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an entitlement of a user',
    { entitlement: entitlementOf('user:U2Bob:assigned', 'user', 'U2Bob'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an unknown resource type',
    { entitlement: entitlementOf('group:g:member', 'group', 'g'), principal: ada },
    status.UNIMPLEMENTED,
  ],
  [
    'the type __proto__',
    { entitlement: entitlementOf('__proto__:Editor:assigned', '__proto__', 'Editor'), principal: ada },
    status.UNIMPLEMENTED,
  ],
  [
    'the type constructor',
    { entitlement: entitlementOf('constructor:Editor:assigned', 'constructor', 'Editor'), principal: ada },
    status.UNIMPLEMENTED,
  ],
  [
    'an unknown slug',
    { entitlement: entitlementOf('role:Editor:assigned', 'role', 'Editor', 'admin'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    "another type's slug",
    { entitlement: entitlementOf('role:Editor:member', 'role', 'Editor', 'member'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a slug of 1 MB',
    { entitlement: entitlementOf('role:Editor:assigned', 'role', 'Editor', megabyte), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    "another type's slug in the id only",
    { entitlement: entitlementOf('role:Editor:member', 'role', 'Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an id of another role',
    { entitlement: entitlementOf('role:Viewer:assigned', 'role', 'Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an id of another type',
    { entitlement: entitlementOf('role_binding:acme/Editor:assigned', 'role', 'acme/Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an id in one tenant, a resource in another',
    {
      entitlement: entitlementOf('role_binding:acme/Editor:assigned', 'role_binding', 'globex/Editor'),
      principal: ada,
    },
    status.INVALID_ARGUMENT,
  ],
  [
    'an id in a tenant, a resource of the project',
    { entitlement: entitlementOf('role:acme/Editor:assigned', 'role', 'Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an id of the project, a resource in a tenant',
    { entitlement: entitlementOf('role:Editor:assigned', 'role', 'acme/Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a binding without a tenant',
    { entitlement: entitlement('role_binding', 'Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a binding with an empty tenant',
    { entitlement: entitlement('role_binding', '/Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a binding with an empty role',
    { entitlement: entitlement('role_binding', 'acme/'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a role with an empty tenant',
    { entitlement: entitlement('role', '/Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a role three levels deep',
    { entitlement: entitlement('role', 'acme/globex/Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  ['../', { entitlement: entitlement('role', '../../Editor'), principal: ada }, status.INVALID_ARGUMENT],
  [
    '../ in front of a tenant',
    { entitlement: entitlement('role', '../acme/Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a binding four levels deep',
    { entitlement: entitlement('role_binding', 'acme/globex/acme/Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a derived binding with an empty tenant',
    { entitlement: entitlement('role_binding', '/globex/Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a derived binding with an empty role',
    { entitlement: entitlement('role_binding', 'acme/globex/'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an escape that we never write',
    { entitlement: entitlement('role', 'acme%2fEditor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  ['half an escape', { entitlement: entitlement('role', 'Editor%'), principal: ada }, status.INVALID_ARGUMENT],
  [
    'a resource of 1 MB',
    { entitlement: entitlementOf('role:Editor:assigned', 'role', megabyte), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a resource type of 1 MB',
    { entitlement: entitlementOf('role:Editor:assigned', megabyte, 'Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'an entitlement id of 1 MB',
    { entitlement: entitlementOf(megabyte, 'role', 'Editor'), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  [
    'a resource whose entitlement id is too long',
    { entitlement: entitlementOf('role:x:assigned', 'role', 'x'.repeat(1020)), principal: ada },
    status.INVALID_ARGUMENT,
  ],
  ['a permission', { entitlement: entitlement('permission', 'read'), principal: ada }, status.FAILED_PRECONDITION],
  [
    'a permission for a role',
    { entitlement: entitlement('permission', 'read'), principal: { id: { resourceType: 'role', resource: 'Viewer' } } },
    status.FAILED_PRECONDITION,
  ],
];

describe('a malformed request is refused before anything is sent to Descope, and has an audit line:', () => {
  let shared: Provisioning;

  beforeAll(async () => {
    shared = await startProvisioning();
  });

  beforeEach(() => {
    shared.audit.length = 0;
  });

  afterAll(async () => {
    await shared[Symbol.asyncDispose]();
  });

  it.each(hostile)('a grant of %s', async (_what, request, code) => {
    const error = await failureOf(shared.sendGrant(request));

    expect(error.code).toBe(code);
    expect(error.details.length).toBeLessThan(500);
    expect(shared.emulator.stats.total).toBe(0);
    expect(shared.audit).toMatchObject([{ operation: 'grant', outcome: 'refused', writes: 0 }]);
    expect(JSON.stringify(shared.audit).length).toBeLessThan(5_000);
  });

  it.each(hostile)('a revoke of %s', async (_what, { entitlement: asked, principal }, code) => {
    const error = await failureOf(
      shared.sendRevoke({
        grant: {
          id: unknownGrantId,
          ...(asked !== undefined && { entitlement: asked }),
          ...(principal !== undefined && { principal }),
        },
      }),
    );

    expect(error.code).toBe(code);
    expect(shared.emulator.stats.total).toBe(0);
    expect(shared.audit).toMatchObject([{ operation: 'revoke', outcome: 'refused', writes: 0 }]);
  });

  it('a revoke of no grant at all', async () => {
    expect(await failureOf(shared.sendRevoke({}))).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(shared.emulator.stats.total).toBe(0);
  });

  it('a grant whose own id would be longer than the protocol carries', async () => {
    const { grant, emulator } = await start({
      emulator: { project: { ...company(), roles: [{ name: 'x'.repeat(1000) }] } },
    });

    expect(await failureOf(grant('role', 'x'.repeat(1000), 'U2Ada'))).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(emulator.stats.total).toBe(0);
  });
});

describe('an entitlement of something that the project does not have', () => {
  const unknown: readonly (readonly [string, string, string])[] = [
    ['an unknown role', 'role', 'Editr'],
    ['a role in another case', 'role', 'editor'],
    ["another tenant's own role", 'role', 'globex/Approver'],
    ["a tenant's role in an unknown tenant", 'role', 'nowhere/Approver'],
    ["a role of the project as if it were the tenant's", 'role', 'acme/Editor'],
    ["a tenant's own role as if it were the project's", 'role', 'Approver'],
    ['a binding of an unknown role', 'role_binding', 'acme/Editr'],
    ['a binding in an unknown tenant', 'role_binding', 'nowhere/Editor'],
    ["a binding of another tenant's own role", 'role_binding', 'globex/Approver'],
    ['an unknown tenant', 'tenant', 'nowhere'],
    ['a tenant by its name', 'tenant', 'Globex'],
    ['the tenant ..', 'tenant', '..'],
    ['the tenant ../acme', 'tenant', '../acme'],
    ['a tenant with a line break', 'tenant', 'acme\r\nX-Evil: 1'],
    ['a tenant with quotes', 'tenant', '"acme"'],
    ['the tenant __proto__', 'tenant', '__proto__'],
    ['the role __proto__', 'role', '__proto__'],
    ['the binding __proto__/constructor', 'role_binding', '__proto__/constructor'],
    ['a derived binding of ../', 'role_binding', '../acme/Editor'],
    ['a derived binding of a role of an unknown tenant', 'role_binding', 'acme/nowhere/Editor'],
  ];

  it.each(unknown)('is NOT_FOUND for a grant, without a write: %s', async (_what, typeId, resource) => {
    const { grant, writes, state } = await start({ joinTenant: true });
    const before = state();

    const error = await failureOf(grant(typeId, resource, 'U2Ada'));

    expect(error.code).toBe(status.NOT_FOUND);
    expect(error.details).not.toContain('\n');
    expect(writes()).toEqual([]);
    expect(state()).toEqual(before);
  });

  it.each([
    [
      'a role of the project',
      'role',
      'Editr',
      'there is no role "Editr" in the project; did you mean "Editor" (role:Editor:assigned)?',
    ],
    ['a role in capitals', 'role', 'EDITOR', 'did you mean "Editor" (role:Editor:assigned)?'],
    ["a tenant's own role", 'role', 'acme/Aprover', 'did you mean "Approver in Acme" (role:acme/Approver:assigned)?'],
    [
      "another tenant's own role",
      'role',
      'globex/Approver',
      'did you mean "Approver in Acme" (role:acme/Approver:assigned)?',
    ],
    [
      "a tenant's own role as if it were the project's",
      'role',
      'Approver',
      'did you mean "Approver in Acme" (role:acme/Approver:assigned)?',
    ],
    ['a binding', 'role_binding', 'acme/Editr', 'did you mean "Editor in Acme" (role_binding:acme/Editor:assigned)?'],
  ])('is refused for a revoke, with what was probably meant: %s', async (_what, typeId, resource, says) => {
    const { revoke, writes, audit } = await start();

    const error = await failureOf(revoke(typeId, resource, 'U2Bob'));

    expect(error).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(error.details).toContain(says);
    expect(error.details).not.toContain('deleted or renamed');
    expect(errorInfoOf(error)?.reason).toBe('grant_cancelled');
    expect(writes()).toEqual([]);
    expect(audit).toMatchObject([{ outcome: 'refused' }]);
  });

  it('is refused for a revoke, without a hint, where no name is similar: it may have been renamed', async () => {
    const { revoke, writes } = await start();

    const error = await failureOf(revoke('role', 'Gatekeeper', 'U2Bob'));

    expect(error).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(error.details).toContain(
      'there is no role "Gatekeeper" in the project. If it was renamed, user U2Bob may still hold it',
    );
    expect(errorInfoOf(error)?.reason).toBe('grant_cancelled');
    expect(writes()).toEqual([]);
  });

  it.each(['ada@acme.example', 'nobody@acme.example', 'Ursula Smith', 'u2nobody'])(
    'is NOT_FOUND for a revoke from a text that is neither a user nor has the form of a user id: %s',
    async (userId) => {
      const { revoke, writes, audit, emulator } = await start();
      emulator.state.deleteUser('U2Ada');

      expect(await failureOf(revoke('role', 'Editor', userId))).toMatchObject({ code: status.NOT_FOUND });
      expect(writes()).toEqual([]);
      expect(audit).toMatchObject([{ outcome: 'refused', writes: 0 }]);
    },
  );

  it.each([
    ['an unknown tenant', 'tenant', 'nowhere'],
    ["a tenant's role in an unknown tenant", 'role', 'nowhere/Editor'],
    ['a binding in an unknown tenant', 'role_binding', 'nowhere/Editor'],
  ])('is already revoked where the tenant was deleted: %s', async (_what, typeId, resource) => {
    const { revoke, writes } = await start();

    expect(await revoke(typeId, resource, 'U2Bob')).toMatchObject({ isOld: true });
    expect(writes()).toEqual([]);
  });

  it('is NOT_FOUND for a grant to an unknown user, without a write', async () => {
    const { grant, writes } = await start({ joinTenant: true });

    const errors = [
      await failureOf(grant('role', 'Editor', 'U2Nobody')),
      await failureOf(grant('role_binding', 'acme/Editor', 'U2Nobody')),
      await failureOf(grant('tenant', 'acme', '../U2Ada')),
    ];

    expect(errors.map(({ code }) => code)).toEqual([status.NOT_FOUND, status.NOT_FOUND, status.NOT_FOUND]);
    expect(errors[0]?.details).toContain('U2Nobody');
    expect(writes()).toEqual([]);
  });

  it('is found as soon as Descope lists it, though the lists were read a moment ago', async () => {
    const { grant, emulator } = await start();
    await grant('role', 'Editor', 'U2Ada');
    emulator.state.putRole({ name: 'Newcomer' });

    expect(await grant('role', 'Newcomer', 'U2Ada')).toMatchObject({ isOld: false });
  });
});

describe('a renamed role', () => {
  /** What renaming in Descope is taken to do: the holders hold it by its new name. */
  function rename({ emulator: { state } }: Provisioning, from: string, to: string): void {
    state.putRole({ name: to });
    state.revokeRole('U2Bob', from);
    state.grantRole('U2Bob', to);
    state.deleteRole(from);
  }

  it('does not count as revoked, although the lists of a moment ago still have it', async () => {
    const server = await start();
    await server.grant('role', 'Editor', 'U2Ada');
    rename(server, 'Editor', 'Writer');

    const error = await failureOf(server.revoke('role', 'Editor', 'U2Bob'));

    expect(error.details).toContain('may still hold it under its new name');
    expect(server.emulator.state.user('U2Bob')?.roleNames).toContain('Writer');
  });

  it('is NOT_FOUND for a grant once the lists are older than a minute', async () => {
    const server = await start();
    await server.grant('role', 'Editor', 'U2Cleo');
    rename(server, 'Editor', 'Writer');
    server.pass(60_001);

    expect(await failureOf(server.grant('role', 'Editor', 'U2Ada'))).toMatchObject({ code: status.NOT_FOUND });
    expect(server.writes()).toHaveLength(1);
  });
});

describe('a role inside a tenant for a user who is not a member', () => {
  it.each([
    ["a tenant's own role", 'role', 'acme/Approver'],
    ['a role of the project inside a tenant', 'role_binding', 'acme/Editor'],
  ])(
    'is refused with the reason that the platform shows, and nothing is written: %s',
    async (_what, typeId, resource) => {
      const { grant, writes, state, audit } = await start();
      const before = state();

      const error = await failureOf(grant(typeId, resource, 'U2Cleo'));

      expect(error.code).toBe(status.FAILED_PRECONDITION);
      expect(errorInfoOf(error)).toEqual({
        reason: 'grant_cancelled',
        domain: 'github.com/conductorone/baton-sdk',
        text: 'user U2Cleo is not a member of Acme: grant tenant:acme:member first, or use --join-tenant',
      });
      expect(writes()).toEqual([]);
      expect(state()).toEqual(before);
      expect(audit).toMatchObject([{ outcome: 'refused', writes: 0, before: { member: false, roles: [] } }]);
    },
  );

  it('is refused even where Descope would add the membership by itself', async () => {
    const { grant, writes } = await start({ emulator: { switches: { v1RoleAddNonMember: 'join' } } });

    expect(await failureOf(grant('role_binding', 'acme/Editor', 'U2Cleo'))).toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
    expect(writes()).toEqual([]);
  });

  it('keeps the membership when the role then fails, and the error says so', async () => {
    const { grant, state, fault, emulator, audit } = await start({ joinTenant: true });
    fault('POST /v1/mgmt/user/update/role/add', { kind: 'status', status: 400 });

    const error = await failureOf(grant('role', 'acme/Approver', 'U2Cleo'));

    expect(error.details).toContain('was made a member of Acme and stays one, but the role failed');
    emulator.state.leaveTenant('U2Cleo', 'acme');
    expect(state()).toEqual(await cleanState());
    expect(audit).toMatchObject([
      { outcome: 'failed', writes: 2, before: { member: false, roles: [] }, after: { member: true, roles: [] } },
    ]);
  });

  it('does not join a tenant for a role that does not exist', async () => {
    const { grant, writes } = await start({ joinTenant: true });

    expect(await failureOf(grant('role', 'acme/Editr', 'U2Cleo'))).toMatchObject({ code: status.NOT_FOUND });
    expect(writes()).toEqual([]);
  });
});

async function cleanState(): Promise<unknown> {
  await using other = await startProvisioning();
  return other.state();
}

describe('a binding where the tenant defines a role of that name', () => {
  it.each(['grant', 'revoke'] as const)('is refused for a %s, without a write', async (operation) => {
    const { writes, audit, ...calls } = await start();

    const error = await failureOf(calls[operation]('role_binding', 'globex/Auditor', 'U2Bob'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(errorInfoOf(error)?.text).toContain('defines a role "Auditor" of its own');
    expect(writes()).toEqual([]);
    expect(audit).toMatchObject([{ outcome: 'refused', writes: 0 }]);
  });

  it("is not revoked by the id of the tenant's role once only the project's role of that name exists", async () => {
    const { revoke, writes, emulator } = await start({ emulator: { switches: { roleDeletion: 'dangle' } } });
    emulator.state.deleteRole('Auditor', 'globex');

    const error = await failureOf(revoke('role', 'globex/Auditor', 'U2Bob'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain("is the project's role of that name");
    expect(writes()).toEqual([]);
  });
});

describe('a user id that is the login id of another user', () => {
  it.each(['grant', 'revoke'] as const)('is refused for a %s, without a write', async (operation) => {
    const { writes, emulator, ...calls } = await start();
    emulator.state.updateUser('U2Cleo', { loginIds: ['U2Gone'] });

    const error = await failureOf(calls[operation]('role', 'Editor', 'U2Gone'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain('is a login id of user U2Cleo');
    expect(writes()).toEqual([]);
  });
});

describe('a server that may only read', () => {
  it.each(['grant', 'revoke'] as const)(
    'refuses every %s, whatever it asks for, before anything is sent',
    async (operation) => {
      const { emulator, sendGrant, sendRevoke, ...calls } = await start({ isOff: true });

      const errors = [
        await failureOf(calls[operation]('role', 'Editor', 'U2Ada')),
        await failureOf(operation === 'grant' ? sendGrant({}) : sendRevoke({})),
      ];

      expect(errors.map(({ code }) => code)).toEqual([status.FAILED_PRECONDITION, status.FAILED_PRECONDITION]);
      expect(errors[0]?.details).toContain('--provisioning');
      expect(emulator.stats.total).toBe(0);
    },
  );
});
