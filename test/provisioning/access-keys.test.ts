import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { failureOf } from '../support/grpc-call.ts';
import { companyWithKeys, keyCanary, treeWithKey } from '../support/key-project.ts';
import {
  clock,
  type Ended,
  entitlement,
  keyPrincipal,
  type Provisioning,
  type ProvisioningOptions,
  startProvisioning,
  unknownGrantId,
  updateKey,
} from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options: ProvisioningOptions = {}): Promise<Provisioning> {
  running = await startProvisioning({
    include: ['access_key'],
    ...options,
    emulator: { project: companyWithKeys(), now: clock, ...options.emulator },
  });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

function grantTo({ sendGrant }: Provisioning, typeId: string, resource: string, keyId: string): Promise<Ended> {
  return sendGrant({ entitlement: entitlement(typeId, resource), principal: keyPrincipal(keyId) });
}

function revokeFrom({ sendRevoke }: Provisioning, typeId: string, resource: string, keyId: string): Promise<Ended> {
  return sendRevoke({
    grant: { id: unknownGrantId, entitlement: entitlement(typeId, resource), principal: keyPrincipal(keyId) },
  });
}

/** The project as it is when one key is changed by hand, and nothing else. */
function withKey(state: Emulator['state'], id: string, changed: object): unknown {
  return state.accessKeys().map((key) => (key.id === id ? Object.assign({}, key, changed) : key));
}

const isLoad = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === 'GET' && path === '/v1/mgmt/accesskey';

/** Runs a change just before the n-th load of a key from now on. */
function beforeLoad({ emulator }: Provisioning, number: number, change: () => unknown): void {
  let loads = 0;
  emulator.state.onRequest(isLoad, () => {
    loads += 1;
    if (loads < number) {
      return 'again';
    }
    change();
    return undefined;
  });
}

const acme = { tenantId: 'acme', roleNames: ['Editor', 'Approver'] };
const globex = { tenantId: 'globex', roleNames: ['Editor', 'Auditor', 'Gone'] };

const grants = [
  {
    kind: 'a role of the project',
    typeId: 'role',
    resource: 'Auditor',
    list: { roleNames: ['Editor', 'Viewer', 'Auditor'] },
  },
  {
    kind: 'a role inside a tenant',
    typeId: 'role_binding',
    resource: 'acme/Viewer',
    list: { keyTenants: [{ tenantId: 'acme', roleNames: ['Editor', 'Approver', 'Viewer'] }, globex] },
  },
] as const;

const revokes = [
  { kind: 'a role of the project', typeId: 'role', resource: 'Editor', list: { roleNames: ['Viewer'] } },
  {
    kind: 'a role inside a tenant',
    typeId: 'role_binding',
    resource: 'globex/Editor',
    list: { keyTenants: [acme, { tenantId: 'globex', roleNames: ['Auditor', 'Gone'] }] },
  },
  {
    kind: "a tenant's own role",
    typeId: 'role',
    resource: 'acme/Approver',
    list: { keyTenants: [{ tenantId: 'acme', roleNames: ['Editor'] }, globex] },
  },
  {
    kind: 'a membership, and every role inside the tenant with it',
    typeId: 'tenant',
    resource: 'globex',
    list: { keyTenants: [acme] },
  },
] as const;

describe.each(grants)('granting $kind to an access key', ({ typeId, resource, list }) => {
  it('sends the whole list once, keeps the other list, and changes nothing else in the project', async () => {
    const server = await start();
    const keys = withKey(server.emulator.state, 'K2Full', list);
    const before = server.state();

    const ended = await grantTo(server, typeId, resource, 'K2Full');

    expect(ended).toMatchObject({
      isOld: false,
      grants: [`${entitlement(typeId, resource).id}:access_key:K2Full`],
    });
    expect(server.writes()).toEqual([{ endpoint: updateKey, body: { id: 'K2Full', name: 'Everything', ...list } }]);
    expect(server.state()).toEqual({ ...(before as object), accessKeys: keys });
  });

  it('a second time is success, says so, and sends nothing', async () => {
    const server = await start();
    await grantTo(server, typeId, resource, 'K2Full');
    server.emulator.stats.reset();

    expect(await grantTo(server, typeId, resource, 'K2Full')).toMatchObject({ isOld: true });
    expect(server.writes()).toEqual([]);
  });
});

describe.each(revokes)('revoking $kind from an access key', ({ typeId, resource, list }) => {
  it('sends the whole list once, keeps the other list, and changes nothing else in the project', async () => {
    const server = await start();
    const keys = withKey(server.emulator.state, 'K2Full', list);
    const before = server.state();

    expect(await revokeFrom(server, typeId, resource, 'K2Full')).toMatchObject({ isOld: false });

    expect(server.writes()).toEqual([{ endpoint: updateKey, body: { id: 'K2Full', name: 'Everything', ...list } }]);
    expect(server.state()).toEqual({ ...(before as object), accessKeys: keys });
  });

  it('a second time is success, says so, and sends nothing', async () => {
    const server = await start();
    await revokeFrom(server, typeId, resource, 'K2Full');
    server.emulator.stats.reset();

    expect(await revokeFrom(server, typeId, resource, 'K2Full')).toMatchObject({ isOld: true });
    expect(server.writes()).toEqual([]);
  });
});

describe('the last role of a list', () => {
  it('is revoked with an empty list, which clears it', async () => {
    const server = await start();
    await grantTo(server, 'role', 'Viewer', 'K2Bare');

    await revokeFrom(server, 'role', 'Viewer', 'K2Bare');

    expect(server.writes().at(-1)?.body).toEqual({ id: 'K2Bare', name: 'Bare', roleNames: [] });
    expect(server.emulator.state.accessKeys().find(({ id }) => id === 'K2Bare')?.roleNames).toEqual([]);
  });
});

describe('the audit lines of a change of an access key', () => {
  it('keep the whole list as it was and as it is sent, and what went with a membership', async () => {
    const server = await start();

    await revokeFrom(server, 'tenant', 'globex', 'K2Full');

    expect(server.intents).toMatchObject([
      {
        outcome: 'intended',
        principal: 'access_key:K2Full',
        writes: 0,
        plan: [
          {
            request: updateKey,
            body: { id: 'K2Full', name: 'Everything', keyTenants: [acme] },
            replaces: { keyTenants: [acme, globex] },
          },
        ],
      },
    ]);
    expect(server.audit).toMatchObject([
      {
        outcome: 'revoked',
        principal: 'access_key:K2Full',
        before: { member: true, roles: ['Editor', 'Auditor', 'Gone'] },
        after: { member: false, roles: [] },
        alsoLost: [
          { tenantId: 'globex', roleName: 'Editor' },
          { tenantId: 'globex', roleName: 'Auditor' },
          { tenantId: 'globex', roleName: 'Gone' },
        ],
        writes: 1,
      },
    ]);
  });

  it('hold no secret, and no answer does, even where Descope shows what it never should', async () => {
    const server = await start({ emulator: { switches: { keySecrets: 'shown' } } });

    const ended = await grantTo(server, 'role', 'Auditor', 'K2Full');
    const refused = await failureOf(grantTo(server, 'role', 'Auditor', 'K2Bound'));

    expect(server.emulator.stats.recent.length).toBeGreaterThan(0);
    expect(JSON.stringify([ended, refused, server.audit, server.intents])).not.toContain(keyCanary);
  });
});

describe('an access key that is bound to a user', () => {
  it('is granted nothing, and the error names the user to grant it to', async () => {
    const server = await start();
    const before = server.state();

    const failure = await failureOf(grantTo(server, 'role', 'Viewer', 'K2Bound'));

    expect(failure).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(failure.details).toContain('access key K2Bound is bound to user U2Ada');
    expect(failure.details).toContain('grant it to the user');
    expect(server.audit).toMatchObject([{ outcome: 'refused', principal: 'access_key:K2Bound', writes: 0 }]);
    expect(server.writes()).toEqual([]);
    expect(server.state()).toEqual(before);
  });

  it('loses nothing, even what its record shows: revoke it from the user', async () => {
    const server = await start();

    const failure = await failureOf(revokeFrom(server, 'role', 'Editor', 'K2Bound'));

    expect(failure).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(failure.details).toContain('revoke it from the user');
    expect(server.writes()).toEqual([]);
  });
});

describe('an access key that is not editable', () => {
  it.each(['grant', 'revoke'] as const)('ends a %s before anything is sent, with the reason', async (operation) => {
    const server = await start();

    const failure = await failureOf(
      operation === 'grant'
        ? grantTo(server, 'role', 'Editor', 'K2Fixed')
        : revokeFrom(server, 'role', 'Viewer', 'K2Fixed'),
    );

    expect(failure).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(failure.details).toContain('access key K2Fixed is marked as not editable by Descope');
    expect(server.writes()).toEqual([]);
    expect(server.audit).toMatchObject([{ outcome: 'refused', principal: 'access_key:K2Fixed', writes: 0 }]);
  });

  it('is no obstacle where nothing is left to write', async () => {
    const server = await start();

    expect(await grantTo(server, 'role', 'Viewer', 'K2Fixed')).toMatchObject({ isOld: true });
    expect(await revokeFrom(server, 'role', 'Editor', 'K2Fixed')).toMatchObject({ isOld: true });
  });
});

describe('an access key that cannot be used', () => {
  it.each([
    ['K2Ended', 'expired'],
    ['K2Off', 'inactive'],
  ])('%s is changed, and told to be %s', async (keyId, word) => {
    const server = await start();

    const ended = await grantTo(server, 'role', 'Viewer', keyId);

    expect(ended.metadata).toEqual({ principal_status: word });
    expect(server.audit).toMatchObject([{ outcome: 'granted', principalStatus: word }]);
    expect(server.writes()).toHaveLength(1);
  });
});

describe('an access key that is not there', () => {
  it.each([404, 400])('is granted nothing where Descope answers %i', async (unknownKeyStatus) => {
    const server = await start({ emulator: { switches: { unknownKeyStatus } } });

    expect(await failureOf(grantTo(server, 'role', 'Viewer', 'K2Gone'))).toMatchObject({
      code: status.NOT_FOUND,
      details: expect.stringContaining('there is no access key K2Gone in the project') as string,
    });
  });

  it.each([404, 400])('holds nothing any more where Descope answers %i', async (unknownKeyStatus) => {
    const server = await start({ emulator: { switches: { unknownKeyStatus } } });

    expect(await revokeFrom(server, 'role', 'Viewer', 'K2Gone')).toMatchObject({ isOld: true });
  });

  it('is no success when its id cannot be one', async () => {
    const server = await start();

    expect(await failureOf(revokeFrom(server, 'role', 'Viewer', 'U2Ada'))).toMatchObject({ code: status.NOT_FOUND });
  });

  it('is not believed to be gone while the list of keys shows it', async () => {
    const server = await start();
    server.fault('GET /v1/mgmt/accesskey', { kind: 'status', status: 404 });

    const failure = await failureOf(revokeFrom(server, 'role', 'Editor', 'K2Full'));

    expect(failure).toMatchObject({ code: status.ABORTED });
    expect(failure.details).toContain('finds no access key that the list shows');
    expect(server.writes()).toEqual([]);
  });
});

describe('a key that inherits', () => {
  it('loses nothing below the tenant where it holds it, and is told where to revoke', async () => {
    const server = await start({ emulator: { project: treeWithKey() } });

    const failure = await failureOf(revokeFrom(server, 'role_binding', 'east/Editor', 'K2Above'));

    expect(failure).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(failure.details).toContain(
      'may by inheritance: revoke it where it is held, role_binding:acme/Editor:assigned',
    );
    expect(failure.details).toContain('(uncertain)');
    expect(server.writes()).toEqual([]);
  });

  it('inherits nothing where only users do', async () => {
    const { tenants = [], ...project } = treeWithKey();
    const userOnly = tenants.map((tenant) => Object.assign({}, tenant, { roleInheritance: 'userOnly' }));
    const server = await start({ emulator: { project: { ...project, tenants: userOnly } } });

    expect(await revokeFrom(server, 'role_binding', 'east/Editor', 'K2Above')).toMatchObject({ isOld: true });
  });
});

describe('a role inside a tenant that the key is not in', () => {
  it('is refused without --join-tenant', async () => {
    const server = await start();

    const failure = await failureOf(grantTo(server, 'role_binding', 'globex/Editor', 'K2Bare'));

    expect(failure.details).toContain('access key K2Bare is not a member of Globex');
    expect(server.writes()).toEqual([]);
  });

  it('comes with the membership with it', async () => {
    const server = await start({ joinTenant: true });

    await grantTo(server, 'role_binding', 'globex/Editor', 'K2Bare');

    const bare = { tenantId: 'acme', roleNames: [] };
    expect(server.writes().map(({ body }) => body)).toEqual([
      { id: 'K2Bare', name: 'Bare', keyTenants: [bare, { tenantId: 'globex', roleNames: [] }] },
      { id: 'K2Bare', name: 'Bare', keyTenants: [bare, { tenantId: 'globex', roleNames: ['Editor'] }] },
    ]);
  });
});

describe('a list that somebody else changes', () => {
  it('between the plan and the write is planned again, and keeps what came', async () => {
    const server = await start();
    beforeLoad(server, 2, () => server.emulator.state.putAccessKey({ id: 'K2Full', roleNames: ['Viewer', 'Auditor'] }));

    await revokeFrom(server, 'role', 'Viewer', 'K2Full');

    expect(server.writes().map(({ body }) => body)).toEqual([
      { id: 'K2Full', name: 'Everything', roleNames: ['Auditor'] },
    ]);
    expect(server.intents.map(({ plan }) => plan?.[0]?.body['roleNames'])).toEqual([['Editor'], ['Auditor']]);
  });

  it('twice ends with ABORTED, and nothing was sent', async () => {
    const server = await start();
    const { state } = server.emulator;
    beforeLoad(server, 2, () => state.putAccessKey({ id: 'K2Full', roleNames: ['Viewer', 'Auditor'] }));
    beforeLoad(server, 4, () => state.putAccessKey({ id: 'K2Full', roleNames: ['Editor', 'Viewer'] }));

    const failure = await failureOf(revokeFrom(server, 'role', 'Viewer', 'K2Full'));

    expect(failure).toMatchObject({ code: status.ABORTED });
    expect(failure.details).toContain('somebody else changes access key K2Full at the same time');
    expect(failure.details).toContain('nothing was sent');
    expect(server.writes()).toEqual([]);
    expect(server.audit).toMatchObject([{ outcome: 'refused', writes: 0 }]);
  });

  it('after the write is written once more, with what came', async () => {
    const server = await start();
    beforeLoad(server, 3, () => server.emulator.state.putAccessKey({ id: 'K2Bare', roleNames: ['Auditor'] }));

    expect(await grantTo(server, 'role', 'Viewer', 'K2Bare')).toMatchObject({ isOld: false });

    expect(server.writes().map(({ body }) => (body as { readonly roleNames: unknown }).roleNames)).toEqual([
      ['Viewer'],
      ['Auditor', 'Viewer'],
    ]);
    expect(server.audit).toMatchObject([{ outcome: 'granted', writes: 2 }]);
  });

  it('after both writes ends with ABORTED: never a success that does not stand', async () => {
    const server = await start();
    const overwrite = (): unknown => server.emulator.state.putAccessKey({ id: 'K2Bare', roleNames: ['Auditor'] });
    beforeLoad(server, 3, overwrite);
    beforeLoad(server, 6, overwrite);

    const failure = await failureOf(grantTo(server, 'role', 'Viewer', 'K2Bare'));

    expect(failure).toMatchObject({ code: status.ABORTED });
    expect(failure.details).toContain('this change was sent, but does not stand');
    expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 2 }]);
  });

  it('in between is left alone where the change stands all the same', async () => {
    const server = await start();
    beforeLoad(server, 3, () => server.emulator.state.putAccessKey({ id: 'K2Bare', roleNames: ['Viewer', 'Auditor'] }));

    await grantTo(server, 'role', 'Viewer', 'K2Bare');

    expect(server.writes()).toHaveLength(1);
  });

  it('is not sent once it is old: it is read again first', async () => {
    const server = await start();
    beforeLoad(server, 2, () => server.pass(2500)); // the load of the list that is about to be sent

    await grantTo(server, 'role', 'Viewer', 'K2Bare');

    expect(server.emulator.stats.recent.filter(isLoad)).toHaveLength(4);
    expect(server.writes()).toHaveLength(1);
  });

  it('is never sent where it grows old each time, and the error says so', async () => {
    const server = await start();
    for (const number of [2, 3, 4]) {
      beforeLoad(server, number, () => server.pass(2500));
    }

    const failure = await failureOf(grantTo(server, 'role', 'Viewer', 'K2Bare'));

    expect(failure).toMatchObject({ code: status.UNAVAILABLE });
    expect(failure.details).toContain('too old each time before it could be sent');
    expect(server.writes()).toEqual([]);
  });
});

describe('changes of one key that come at once', () => {
  it('are made one after the other in one process: all of them stand, each by one write', async () => {
    const server = await start();

    await Promise.all([
      grantTo(server, 'role', 'Auditor', 'K2Full'),
      revokeFrom(server, 'role', 'Editor', 'K2Full'),
      revokeFrom(server, 'tenant', 'globex', 'K2Full'),
    ]);

    const key = server.emulator.state.accessKeys().find(({ id }) => id === 'K2Full');
    expect(key).toMatchObject({ roleNames: ['Viewer', 'Auditor'], keyTenants: [acme] });
    expect(server.writes()).toHaveLength(3);
  });
});

describe('the pause before reading back', () => {
  it('is longer than any list may wait before it is sent', async () => {
    const server = await start();

    await grantTo(server, 'role', 'Viewer', 'K2Bare');

    expect(server.waited()).toBe(3000);
  });
});

describe('Descope that drops something else from the list', () => {
  it('is never a success: the error names what is gone', async () => {
    const server = await start();
    server.fault(updateKey, {
      kind: 'mutate',
      change: (body) => ({ key: { ...(body as { key: object }).key, keyTenants: [] } }),
    });

    const failure = await failureOf(grantTo(server, 'role', 'Auditor', 'K2Full'));

    expect(failure).toMatchObject({ code: status.ABORTED });
    expect(failure.details).toContain(
      'does not show any more what access key K2Full held besides: membership of tenant',
    );
    expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
  });
});

describe('an answer about another key', () => {
  it('ends at once', async () => {
    const server = await start();
    server.fault(updateKey, {
      kind: 'mutate',
      change: (body) => ({ key: { ...(body as { key: object }).key, id: 'K2Bare' } }),
    });

    const failure = await failureOf(grantTo(server, 'role', 'Auditor', 'K2Full'));

    expect(failure).toMatchObject({ code: status.ABORTED });
    expect(failure.details).toContain('another access key');
    expect(server.writes()).toHaveLength(1);
  });
});

describe('a server without --include access_key', () => {
  it('changes no key, and says what to include', async () => {
    const server = await start({ include: [] });

    const failure = await failureOf(grantTo(server, 'role', 'Auditor', 'K2Full'));

    expect(failure).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(failure.details).toContain('--include access_key');
    expect(server.emulator.stats.recent).toEqual([]);
  });
});
