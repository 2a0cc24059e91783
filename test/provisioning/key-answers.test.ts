import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/emulator.ts';
import { failureOf } from '../support/grpc-call.ts';
import { companyWithKeys } from '../support/key-project.ts';
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

async function start(options: ProvisioningOptions['emulator'] = {}): Promise<Provisioning> {
  running = await startProvisioning({
    include: ['access_key'],
    emulator: { project: companyWithKeys(), now: clock, ...options },
  });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const [acme, globex] = [
  { tenantId: 'acme', roleNames: ['Editor', 'Approver'] },
  { tenantId: 'globex', roleNames: ['Editor', 'Auditor', 'Gone'] },
];
const principal = keyPrincipal('K2Full');
const before = { id: 'K2Full', name: 'Everything', roleNames: ['Editor', 'Viewer'], keyTenants: [acme, globex] };

/** Two changes of the key in whose lists the same name stands three times. */
const changes = [
  {
    name: 'granting a role inside a tenant',
    run: ({ sendGrant }: Provisioning): Promise<Ended> =>
      sendGrant({ entitlement: entitlement('role_binding', 'acme/Viewer'), principal }),
    list: { keyTenants: [{ tenantId: 'acme', roleNames: ['Editor', 'Approver', 'Viewer'] }, globex] },
    outcome: 'granted',
  },
  {
    name: 'revoking a role of the project',
    run: ({ sendRevoke }: Provisioning): Promise<Ended> =>
      sendRevoke({ grant: { id: unknownGrantId, entitlement: entitlement('role', 'Editor'), principal } }),
    list: { roleNames: ['Viewer'] },
    outcome: 'revoked',
  },
] as const;

const answering = (code: number, applied: boolean): Fault => ({ kind: 'status', status: code, applied });
const noop: Fault = { kind: 'status', status: 200, body: { key: before } };

const lostAnswers: readonly (readonly [string, Fault])[] = [
  ['a reset', { kind: 'reset', at: 'before-headers', applied: true }],
  ['a reset in the body', { kind: 'reset', at: 'mid-body' }],
  ['a time-out', answering(408, true)],
  ['500', answering(500, true)],
  ['503', answering(503, true)],
  ['429', { kind: 'status', status: 429, applied: true, headers: { 'retry-after': '1' } }],
  ['a cut body', { kind: 'truncate', how: 'well-framed' }],
  ['a login page', { kind: 'body', body: 'html' }],
  ['an empty body', { kind: 'body', body: 'empty' }],
  ['204', { kind: 'body', body: 'no-content' }],
  ['an object without a key', { kind: 'body', body: 'object' }],
  ['an error inside a 200', { kind: 'body', body: 'error-envelope' }],
  ['a record that does not show it yet', { ...noop, applied: true }],
];

const unheard: readonly (readonly [string, Fault, status])[] = [
  ['a reset', { kind: 'reset', at: 'before-headers' }, status.UNAVAILABLE],
  ['a time-out', answering(408, false), status.DEADLINE_EXCEEDED],
  ['500', answering(500, false), status.UNAVAILABLE],
  ['503', answering(503, false), status.UNAVAILABLE],
  ['429', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, status.UNAVAILABLE],
  ['success that did nothing', noop, status.ABORTED],
];

/** The project with one key changed, if at all. */
function withKey(state: unknown, changed: object): unknown {
  const { accessKeys, ...rest } = state as { readonly accessKeys: readonly { readonly id: string }[] };
  return {
    ...rest,
    accessKeys: accessKeys.map((key) => (key.id === 'K2Full' ? Object.assign({}, key, changed) : key)),
  };
}

describe.each(changes)('$name of an access key', ({ run, list, outcome }) => {
  const write = { endpoint: updateKey, body: { id: 'K2Full', name: 'Everything', ...list } };

  it.each(lostAnswers)(
    'that happened, answered by %s, is found by reading back, and not sent again',
    async (_, fault) => {
      const server = await start();
      const first = server.state();
      const rule = server.fault(updateKey, fault);

      const ended = await run(server);

      expect(rule.fired).toBe(1);
      expect(ended.isOld).toBe(false);
      expect(server.writes()).toEqual([write]);
      expect(server.state()).toEqual(withKey(first, list));
      expect(server.audit).toMatchObject([{ outcome, writes: 1 }]);
    },
  );

  it.each(unheard)('that did not happen, answered by %s, is sent again after a load has shown it', async (_, fault) => {
    const server = await start();
    const first = server.state();
    server.fault(updateKey, fault);

    await run(server);

    expect(server.writes()).toEqual([write, write]);
    expect(server.state()).toEqual(withKey(first, list));
  });

  it.each(unheard)(
    'answered by %s each time, fails after three tries, and nothing has changed',
    async (_, fault, code) => {
      const server = await start();
      const first = server.state();
      server.fault(updateKey, fault, Number.POSITIVE_INFINITY);

      expect(await failureOf(run(server))).toMatchObject({ code });
      expect(server.writes()).toEqual([write, write, write]);
      expect(server.state()).toEqual(first);
      expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 3 }]);
    },
  );

  it.each([
    [400, status.INVALID_ARGUMENT],
    [401, status.UNAUTHENTICATED],
    [403, status.PERMISSION_DENIED],
    [404, status.NOT_FOUND],
    [409, status.ALREADY_EXISTS],
  ])('refused with %i, is an error, sent once', async (answered, code) => {
    const server = await start();
    const first = server.state();
    server.fault(updateKey, answering(answered, false), Number.POSITIVE_INFINITY);

    expect(await failureOf(run(server))).toMatchObject({ code });
    expect(server.writes()).toEqual([write]);
    expect(server.state()).toEqual(first);
  });

  it('that cannot be read back is no success: it may have happened', async () => {
    const server = await start();
    server.emulator.faults.add({
      match: { endpoint: 'GET /v1/mgmt/accesskey', nth: 3 },
      times: Number.POSITIVE_INFINITY,
      fault: answering(500, false),
    });

    const failure = await failureOf(run(server));

    expect(failure.details).toContain('a change was sent and may have happened, but reading it back failed');
    expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
  });

  it('whose answer was lost is no success where something else of the list is gone with it', async () => {
    const server = await start();
    const { state } = server.emulator;
    server.fault(updateKey, answering(500, true));
    let isWritten = false;
    state.onRequest(
      ({ path }) => path === '/v1/mgmt/accesskey/update',
      () => void (isWritten = true),
    );
    state.onRequest(
      ({ path }) => isWritten && path === '/v1/mgmt/accesskey',
      () =>
        void state.putAccessKey({
          id: 'K2Full',
          ...list,
          keyTenants: 'keyTenants' in list ? [list.keyTenants[0]] : [acme],
        }),
    );

    const failure = await failureOf(run(server));

    expect(failure).toMatchObject({ code: status.ABORTED });
    expect(failure.details).toContain('held besides: membership of tenant "globex"');
  });
});

describe('a key that Descope does not change', () => {
  it('is left as it is where roles of the project and tenants exclude each other, and the error says so', async () => {
    const server = await start({ project: companyWithKeys(), switches: { keyRolesAndTenants: 'exclusive' } });
    const first = server.state();

    const failure = await failureOf(
      server.sendGrant({ entitlement: entitlement('role', 'Viewer'), principal: keyPrincipal('K2Bare') }),
    );

    expect(failure).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(failure.details).toContain('answered 400');
    expect(failure.details).toContain('the key would have roles of the project as well as tenants');
    expect(server.state()).toEqual(first);
  });
});
