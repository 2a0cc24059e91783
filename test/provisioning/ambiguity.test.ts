import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { parseTarget } from '../../src/provisioning/request.ts';
import { userPrincipal } from '../support/principal.ts';
import type { Fault } from '../../src/emulator/emulator.ts';
import { failureOf } from '../support/grpc-call.ts';
import { expected, kinds } from '../support/provisioning-cases.ts';
import {
  addRole,
  type Ended,
  entitlement,
  type Provisioning,
  type ProvisioningOptions,
  removeRole,
  startProvisioning,
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

/** Eight changes: each kind of access, given to Ada and taken from Bob. */
const changes = kinds.flatMap(({ kind, typeId, resource, given, added, taken, removed }) => [
  {
    name: `granting ${kind}`,
    endpoint: added.endpoint,
    write: added,
    run: ({ grant }: Provisioning): Promise<Ended> => grant(typeId, resource, 'U2Ada'),
    effect: given,
  },
  {
    name: `revoking ${kind}`,
    endpoint: removed.endpoint,
    write: removed,
    run: ({ revoke }: Provisioning): Promise<Ended> => revoke(typeId, resource, 'U2Bob'),
    effect: taken,
  },
]);
/** The two of them that go wrong most easily: the name is held, or could be, in two more scopes. */
const bindingChanges = changes.filter(({ name }) => name.endsWith('inside a tenant'));

const nothing = (): undefined => undefined;
const isWrite = ({ path }: { readonly path: string }): boolean => path.includes('/user/update/');

/** What Ada and Bob look like before anything happens, as an answer to a write that ignored it. */
const unchanged = {
  granting: {
    user: {
      userId: 'U2Ada',
      loginIds: ['ada@acme.example'],
      status: 'enabled',
      roleNames: [],
      userTenants: [{ tenantId: 'acme', roleNames: [] }],
    },
  },
  revoking: {
    user: {
      userId: 'U2Bob',
      loginIds: ['bob@acme.example'],
      status: 'enabled',
      roleNames: ['Editor', 'Viewer'],
      userTenants: [
        { tenantId: 'acme', roleNames: ['Editor', 'Approver'] },
        { tenantId: 'globex', roleNames: ['Editor', 'Auditor'] },
      ],
    },
  },
} as const;

function unchangedIn(name: string): object {
  return name.startsWith('granting') ? unchanged.granting : unchanged.revoking;
}

type FaultFor = (change: { readonly name: string }) => Fault;
const always =
  (fault: Fault): FaultFor =>
  () =>
    fault;
const answering = (code: number, applied: boolean): FaultFor => always({ kind: 'status', status: code, applied });

const lostAnswers: readonly (readonly [string, FaultFor])[] = [
  ['a reset', always({ kind: 'reset', at: 'before-headers', applied: true })],
  ['a reset in the body', always({ kind: 'reset', at: 'mid-body' })],
  ['a time-out', answering(408, true)],
  ['500', answering(500, true)],
  ['502', answering(502, true)],
  ['503', answering(503, true)],
  ['504', answering(504, true)],
  ['524 in HTML', always({ kind: 'status', status: 524, applied: true, body: '<html>A timeout occurred</html>' })],
  ['429', always({ kind: 'status', status: 429, applied: true, headers: { 'retry-after': '1' } })],
  ['a cut body', always({ kind: 'truncate', how: 'well-framed' })],
  ['a body that ends too soon', always({ kind: 'truncate', how: 'content-length' })],
  ['a login page', always({ kind: 'body', body: 'html' })],
  ['an empty body', always({ kind: 'body', body: 'empty' })],
  ['204', always({ kind: 'body', body: 'no-content' })],
  ['a list', always({ kind: 'body', body: 'array' })],
  ['an object without a user', always({ kind: 'body', body: 'object' })],
  ['an error inside a 200', always({ kind: 'body', body: 'error-envelope' })],
  ['bytes in another encoding than they claim', always({ kind: 'body', body: 'gzip-lie' })],
  [
    'a record that does not show it',
    (change) => ({ kind: 'status', status: 200, applied: true, body: unchangedIn(change.name) }),
  ],
  ['a record with the role in another scope', () => ({ kind: 'mutate', change: inProjectInstead })],
];

/** As if the tenant id had been lost on Descope's side of the answer. */
function inProjectInstead(body: unknown): unknown {
  const { user } = body as { user: { roleNames: readonly string[]; userTenants: readonly { tenantId: string }[] } };
  const wasGranted = user.roleNames.length === 0;
  return wasGranted
    ? { user: { ...user, roleNames: ['Editor'], userTenants: unchanged.granting.user.userTenants } }
    : { user: { ...user, roleNames: ['Viewer'], userTenants: unchanged.revoking.user.userTenants } };
}

describe.each(bindingChanges)('$name, when it happened and the answer is', ({ name, endpoint, write, run, effect }) => {
  it.each(lostAnswers)('%s: is found by reading back, and not sent again', async (_what, faultFor) => {
    const server = await start();
    const rule = server.fault(endpoint, faultFor({ name }));

    const ended = await run(server);

    expect(rule.fired).toBe(1);
    expect(ended.isOld).toBe(false);
    expect(server.writes()).toEqual([write]);
    expect(server.state()).toEqual(await expected(effect));
    expect(server.audit).toMatchObject([{ outcome: name.startsWith('granting') ? 'granted' : 'revoked', writes: 1 }]);
  });
});

const unheard: readonly (readonly [string, FaultFor, status])[] = [
  ['a reset', always({ kind: 'reset', at: 'before-headers' }), status.UNAVAILABLE],
  ['a time-out', answering(408, false), status.DEADLINE_EXCEEDED],
  ['500', answering(500, false), status.UNAVAILABLE],
  ['502', answering(502, false), status.UNAVAILABLE],
  ['503', answering(503, false), status.UNAVAILABLE],
  ['504', answering(504, false), status.UNAVAILABLE],
  ['429', always({ kind: 'status', status: 429, headers: { 'retry-after': '1' } }), status.UNAVAILABLE],
  [
    'a redirect',
    always({ kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }),
    status.FAILED_PRECONDITION,
  ],
  [
    'a record that does not show it',
    (change) => ({ kind: 'status', status: 200, body: unchangedIn(change.name) }),
    status.ABORTED,
  ],
];

describe.each(bindingChanges)(
  '$name, when it did not happen and the answer is',
  ({ name, endpoint, write, run, effect }) => {
    it.each(unheard)('%s: is sent again after a load has shown that nothing happened', async (_what, faultFor) => {
      const server = await start();
      server.fault(endpoint, faultFor({ name }));

      const ended = await run(server);

      expect(ended.isOld).toBe(false);
      expect(server.writes()).toEqual([write, write]);
      expect(order(server)).toEqual(['load', 'write', 'load', 'write']);
      expect(server.state()).toEqual(await expected(effect));
    });

    it.each(unheard)(
      '%s each time: fails after three tries, and nothing has changed',
      async (_what, faultFor, code) => {
        const server = await start();
        server.fault(endpoint, faultFor({ name }), Number.POSITIVE_INFINITY);

        const error = await failureOf(run(server));

        expect(error.code).toBe(code);
        expect(error.details).toContain(code === status.ABORTED ? 'does not show it' : endpoint);
        expect(server.writes()).toEqual([write, write, write]);
        expect(order(server)).toEqual(['load', 'write', 'load', 'write', 'load', 'write', 'load']);
        expect(server.state()).toEqual(await expected(nothing));
        expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 3 }]);
        expect(server.audit[0]?.after).toEqual(server.audit[0]?.before);
      },
    );

    it.each([
      [400, status.INVALID_ARGUMENT],
      [401, status.UNAUTHENTICATED],
      [403, status.PERMISSION_DENIED],
      [404, status.NOT_FOUND],
      [409, status.ALREADY_EXISTS],
    ])('%i: is an error, sent once', async (answered, code) => {
      const server = await start();
      server.fault(endpoint, { kind: 'status', status: answered }, Number.POSITIVE_INFINITY);

      const error = await failureOf(run(server));

      expect(error.code).toBe(code);
      expect(server.writes()).toEqual([write]);
      expect(server.state()).toEqual(await expected(nothing));
      expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
    });
  },
);

/** Loads of the user and writes, in the order in which they came; the lists are looked at besides. */
function order({ emulator }: Provisioning): readonly string[] {
  return emulator.stats.recent
    .filter(({ path }) => path === '/v1/mgmt/user' || isWrite({ path }))
    .map(({ path }) => (path === '/v1/mgmt/user' ? 'load' : 'write'));
}

describe.each(changes)('$name', ({ name, endpoint, write, run, effect }) => {
  it('ends in the asked state, by one write, when the connection breaks after it happened', async () => {
    const server = await start();
    server.fault(endpoint, { kind: 'reset', at: 'before-headers', applied: true });

    await run(server);

    expect(server.writes()).toEqual([write]);
    expect(server.state()).toEqual(await expected(effect));
  });

  it('ends in the asked state, by two writes, when the connection breaks before it happened', async () => {
    const server = await start();
    server.fault(endpoint, { kind: 'reset', at: 'before-headers' });

    await run(server);

    expect(server.writes()).toEqual([write, write]);
    expect(server.state()).toEqual(await expected(effect));
  });

  it('is never a success where Descope accepts everything and does nothing', async () => {
    const server = await start();
    server.fault(endpoint, { kind: 'status', status: 200, body: unchangedIn(name) }, Number.POSITIVE_INFINITY);

    expect(await failureOf(run(server))).toMatchObject({ code: status.ABORTED });
    expect(server.state()).toEqual(await expected(nothing));
  });

  it('stops at once where the answer shows another user', async () => {
    const server = await start();
    server.fault(
      endpoint,
      { kind: 'mutate', change: (body) => ({ user: { ...(body as { user: object }).user, userId: 'U2Cleo' } }) },
      Number.POSITIVE_INFINITY,
    );

    const error = await failureOf(run(server));

    expect(error.code).toBe(status.ABORTED);
    expect(error.details).toContain('another user');
    expect(server.writes()).toEqual([write]);
    expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
  });

  it.each([true, false])(
    'that was cancelled by its caller is told correctly to the next caller (it happened: %s)',
    async (applied) => {
      const server = await start();
      const abort = new AbortController();
      const { typeId, resource } = changeOf(name);
      server.fault(endpoint, { kind: 'hang', at: 'before-headers', applied });
      server.emulator.state.onRequest(isWrite, () => void setImmediate(() => abort.abort()));

      const operation = name.startsWith('granting') ? 'grant' : 'revoke';
      const userId = operation === 'grant' ? 'U2Ada' : 'U2Bob';
      const given = server.provisioner[operation](parseTarget(typeId, resource), userPrincipal(userId), abort.signal);
      await expect(given).rejects.toMatchObject({ kind: 'cancelled' });
      const ended = await run(server);

      expect(ended.isOld).toBe(applied);
      expect(server.writes()).toHaveLength(applied ? 1 : 2);
      expect(server.state()).toEqual(await expected(effect));
      expect(server.audit[0]).toMatchObject({ outcome: 'failed', writes: 1 });
    },
  );
});

function changeOf(name: string): { readonly typeId: (typeof kinds)[number]['typeId']; readonly resource: string } {
  const found = kinds.find(({ kind }) => name.endsWith(` ${kind}`));
  return found ?? expect.fail(`no kind in "${name}"`);
}

describe('a rate limit', () => {
  it('is waited for as long as it asks', async () => {
    const { grant, fault, waited, writes } = await start();
    fault(addRole, { kind: 'status', status: 429, headers: { 'retry-after': '20' } });

    await grant('role', 'Editor', 'U2Ada');

    expect(waited()).toBeGreaterThan(19_900);
    expect(writes()).toHaveLength(2);
  });

  it('that lasts longer than a call may is an error for the caller, and nothing has changed', async () => {
    const { grant, fault, waited, writes, state } = await start();
    fault(addRole, { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }, Number.POSITIVE_INFINITY);

    const error = await failureOf(grant('role', 'Editor', 'U2Ada'));

    expect(error.code).toBe(status.UNAVAILABLE);
    expect(error.details).toContain('it opens again at');
    expect(waited()).toBe(0);
    expect(writes()).toHaveLength(1);
    expect(state()).toEqual(await expected(nothing));
  });
});

describe('reading back', () => {
  it('that fails ends with an error which says that the change may have happened', async () => {
    const { grant, fault, writes, audit } = await start();
    fault(addRole, { kind: 'reset', at: 'before-headers', applied: true });
    fault('GET /v1/mgmt/role/all', { kind: 'status', status: 200, body: { roles: [{ name: 'Editor' }] } });
    fault('GET /v1/mgmt/role/all', { kind: 'status', status: 403 });

    const error = await failureOf(grant('role', 'Editor', 'U2Ada'));

    expect(error.code).toBe(status.PERMISSION_DENIED);
    expect(error.details).toContain('was sent and may have happened');
    expect(writes()).toHaveLength(1);
    expect(audit).toMatchObject([{ outcome: 'failed', writes: 1, before: { roles: [] } }]);
  });

  it('loads the user, and never searches', async () => {
    const { grant, revoke, fault, emulator } = await start({ emulator: { switches: { searchLagReads: 1_000 } } });
    fault(addRole, { kind: 'reset', at: 'before-headers', applied: true });
    fault(removeRole, { kind: 'reset', at: 'before-headers', applied: true });

    await grant('role', 'Editor', 'U2Ada');
    await revoke('role', 'Editor', 'U2Ada');

    expect(Object.keys(emulator.stats.byEndpoint).filter((endpoint) => endpoint.includes('search'))).toEqual([]);
  });

  it.each(bindingChanges)(
    'that lags sends the same write again, which changes nothing else: $name',
    async ({ endpoint, write, run, effect }) => {
      const server = await start({ emulator: { switches: { loadLagReads: 1 } } });
      server.fault(endpoint, { kind: 'reset', at: 'before-headers', applied: true });

      await run(server);

      expect(server.writes()).toEqual([write, write]);
      expect(server.state()).toEqual(await expected(effect));
    },
  );
});

describe('two equal grants at once, the first of which loses its answer', () => {
  it('send one write, and both succeed', async () => {
    const { grant, fault, writes, state } = await start();
    fault(addRole, { kind: 'reset', at: 'before-headers', applied: true });

    const ended = await Promise.all([
      grant('role_binding', 'acme/Editor', 'U2Ada'),
      grant('role_binding', 'acme/Editor', 'U2Ada'),
    ]);

    expect(new Set(ended.map(({ isOld }) => isOld))).toEqual(new Set([false, true]));
    expect(writes()).toHaveLength(1);
    expect(state()).toEqual(await expected((project) => project.grantRole('U2Ada', 'Editor', 'acme')));
  });
});

describe('between the load and the write', () => {
  it('the user is deleted: the grant is NOT_FOUND, the revoke is already done', async () => {
    const granting = await start();
    granting.emulator.state.onRequest(isWrite, () => granting.emulator.state.deleteUser('U2Ada'));

    expect(await failureOf(granting.grant('role_binding', 'acme/Editor', 'U2Ada'))).toMatchObject({
      code: status.NOT_FOUND,
    });
    granting.emulator.state.onRequest(isWrite, () => granting.emulator.state.deleteUser('U2Bob'));
    expect(await granting.revoke('role_binding', 'acme/Editor', 'U2Bob')).toMatchObject({ isOld: true });
  });

  it('the tenant is deleted: the grant is NOT_FOUND, the revoke is already done', async () => {
    const server = await start();
    server.emulator.state.onRequest(isWrite, () => server.emulator.state.deleteTenant('acme'));

    const error = await failureOf(server.grant('role_binding', 'acme/Editor', 'U2Ada'));
    server.emulator.state.onRequest(isWrite, () => server.emulator.state.deleteTenant('globex'));
    const ended = await server.revoke('role_binding', 'globex/Editor', 'U2Bob');

    expect(error.code).toBe(status.NOT_FOUND);
    expect(error.details).toContain('no tenant with the id "acme"');
    expect(ended.isOld).toBe(true);
    expect(server.state()).toEqual(
      await expected((project) => {
        project.deleteTenant('acme');
        project.deleteTenant('globex');
      }),
    );
  });

  it.each([
    ['Descope refuses the old name', undefined],
    ['the answer is lost', { kind: 'reset', at: 'before-headers' }],
  ] as const)('the role is renamed and %s: neither a grant nor a revoke is a success', async (_what, fault) => {
    const server = await start();
    const { state } = server.emulator;
    const rename = (): void => {
      state.putRole({ name: 'Writer' });
      state.revokeRole('U2Bob', 'Editor');
      state.grantRole('U2Bob', 'Writer');
      state.deleteRole('Editor');
    };
    state.onRequest(isWrite, rename);
    if (fault !== undefined) {
      server.fault(removeRole, fault);
    }

    const error = await failureOf(server.revoke('role', 'Editor', 'U2Bob'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain('deleted or renamed');
    expect(state.user('U2Bob')?.roleNames).toContain('Writer');
    expect(await failureOf(server.grant('role', 'Editor', 'U2Ada'))).toMatchObject({ code: status.NOT_FOUND });
  });

  it('the user leaves the tenant: the grant is refused, because it needs the membership', async () => {
    const server = await start();
    server.emulator.state.onRequest(isWrite, () => server.emulator.state.leaveTenant('U2Ada', 'acme'));

    const error = await failureOf(server.grant('role_binding', 'acme/Editor', 'U2Ada'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain('is not a member of Acme');
    expect(server.emulator.state.user('U2Ada')).toMatchObject({ roleNames: [], tenants: [] });
  });

  it.each(bindingChanges)(
    'another caller makes the same change, and Descope refuses the second: still a success ($name)',
    async ({ run, effect }) => {
      const server = await start({ emulator: { switches: { repeatedChange: 'reject' } } });
      server.emulator.state.onRequest(isWrite, () => effect(server.emulator.state));

      expect(await run(server)).toMatchObject({ isOld: true });
      expect(server.writes()).toHaveLength(1);
      expect(server.state()).toEqual(await expected(effect));
    },
  );

  it('a load answers with another user: nothing is sent', async () => {
    const { grant, revoke, fault, writes } = await start();
    const other: Fault = {
      kind: 'mutate',
      change: (body) => ({ user: { ...(body as { user: object }).user, userId: 'U2Cleo' } }),
    };
    fault('GET /v1/mgmt/user', other, 2);

    const errors = [
      await failureOf(grant('role', 'Editor', 'U2Ada')),
      await failureOf(revoke('role', 'Editor', 'U2Bob')),
    ];

    expect(errors.map(({ code }) => code)).toEqual([status.FAILED_PRECONDITION, status.FAILED_PRECONDITION]);
    expect(writes()).toEqual([]);
  });
});

describe('joining a tenant for a role', () => {
  it('whose answer is lost is read back before the role is asked for', async () => {
    const { grant, fault, writes, state } = await start({ joinTenant: true });
    fault('POST /v1/mgmt/user/update/tenant/add', { kind: 'reset', at: 'before-headers', applied: true });

    const ended = await grant('role_binding', 'globex/Editor', 'U2Cleo');

    expect(ended.grants).toEqual([
      `${entitlement('role_binding', 'globex/Editor').id}:user:U2Cleo`,
      'tenant:globex:member:user:U2Cleo',
    ]);
    expect(writes()).toHaveLength(2);
    expect(state()).toEqual(await expected((project) => project.grantRole('U2Cleo', 'Editor', 'globex')));
  });

  it('that keeps failing never sends the role', async () => {
    const { grant, fault, writes, state } = await start({ joinTenant: true });
    fault('POST /v1/mgmt/user/update/tenant/add', { kind: 'status', status: 503 }, Number.POSITIVE_INFINITY);

    expect(await failureOf(grant('role_binding', 'globex/Editor', 'U2Cleo'))).toMatchObject({
      code: status.UNAVAILABLE,
    });
    expect(writes().map(({ endpoint }) => endpoint)).toEqual(
      Array.from({ length: 3 }, () => 'POST /v1/mgmt/user/update/tenant/add'),
    );
    expect(state()).toEqual(await expected(nothing));
  });
});
