import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault, ProjectSeed } from '../../src/emulator/emulator.ts';
import { companyWithApps, companyWithConsents, ledger, stock, wiki } from '../support/app-project.ts';
import { failureOf } from '../support/grpc-call.ts';
import {
  addApp,
  clock,
  deleteConsents,
  deleteTenantConsents,
  type Ended,
  entitlement,
  type Provisioning,
  removeApp,
  startProvisioning,
  unknownGrantId,
} from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(project: ProjectSeed, switches: object = {}): Promise<Provisioning> {
  running = await startProvisioning({
    include: ['application', 'third_party_app'],
    emulator: { project, now: clock, switches },
  });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

interface Change {
  readonly name: string;
  readonly project: () => ProjectSeed;
  readonly endpoint: string;
  readonly body: object;
  readonly run: (server: Provisioning) => Promise<Ended>;
  /** The same made by hand. */
  readonly effect: (state: Provisioning['emulator']['state']) => unknown;
}

function revokeConsent({ sendRevoke }: Provisioning, resourceType: string, resource: string): Promise<Ended> {
  return sendRevoke({
    grant: {
      id: unknownGrantId,
      entitlement: entitlement('third_party_app', ledger),
      principal: { id: { resourceType, resource } },
    },
  });
}

const changes: readonly Change[] = [
  {
    name: 'granting an application',
    project: companyWithApps,
    endpoint: addApp,
    body: { loginId: 'U2Wim', ssoAppIds: [stock] },
    run: ({ grant }) => grant('application', stock, 'U2Wim'),
    effect: (state) => state.updateUser('U2Wim', { ssoAppIds: [wiki, stock] }),
  },
  {
    name: 'revoking an application',
    project: companyWithApps,
    endpoint: removeApp,
    body: { loginId: 'U2Bob', ssoAppIds: [stock] },
    run: ({ revoke }) => revoke('application', stock, 'U2Bob'),
    effect: (state) => state.updateUser('U2Bob', { ssoAppIds: [wiki] }),
  },
  {
    name: "revoking a user's consent",
    project: companyWithConsents,
    endpoint: deleteConsents,
    body: { consentIds: ['TPC2Ada'] },
    run: (server) => revokeConsent(server, 'user', 'U2Ada'),
    effect: (state) => state.deleteConsent('TPC2Ada'),
  },
  {
    name: "revoking a tenant's consent",
    project: companyWithConsents,
    endpoint: deleteTenantConsents,
    body: { consentIds: ['TPC2Acme'] },
    run: (server) => revokeConsent(server, 'tenant', 'acme'),
    effect: (state) => state.deleteConsent('TPC2Acme'),
  },
];

/** The project as it is after a change made by hand. */
async function expected({ project, effect }: Change): Promise<unknown> {
  await using server = await startProvisioning({ emulator: { project: project(), now: clock } });
  effect(server.emulator.state);
  return server.state();
}

const answered200 = (body: object, applied: boolean): Fault => ({
  kind: 'status',
  status: 200,
  body,
  applied,
});

const lost: readonly (readonly [string, Fault])[] = [
  ['a reset', { kind: 'reset', at: 'before-headers', applied: true }],
  ['a reset in the body', { kind: 'reset', at: 'mid-body' }],
  ['a time-out', { kind: 'status', status: 408, applied: true }],
  ['500', { kind: 'status', status: 500, applied: true }],
  ['502', { kind: 'status', status: 502, applied: true }],
  ['503', { kind: 'status', status: 503, applied: true }],
  ['504', { kind: 'status', status: 504, applied: true }],
  ['524 in HTML', { kind: 'status', status: 524, applied: true, body: '<html>A timeout occurred</html>' }],
  ['429', { kind: 'status', status: 429, applied: true, headers: { 'retry-after': '1' } }],
  ['a login page', { kind: 'body', body: 'html' }],
  ['an empty body', { kind: 'body', body: 'empty' }],
  ['204', { kind: 'body', body: 'no-content' }],
  ['a list', { kind: 'body', body: 'array' }],
  ['an error inside a 200', { kind: 'body', body: 'error-envelope' }],
  ['an empty object', answered200({}, true)],
];

const unheard: readonly (readonly [string, Fault])[] = [
  ['a reset', { kind: 'reset', at: 'before-headers' }],
  ['a time-out', { kind: 'status', status: 408 }],
  ['500', { kind: 'status', status: 500 }],
  ['503', { kind: 'status', status: 503 }],
  ['429', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
  ['a redirect', { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }],
  ['an empty object', answered200({}, false)],
];

describe.each(changes)('$name', (change) => {
  const { project, endpoint, body, run, effect, name } = change;
  const write = { endpoint, body };

  it.each(lost)('that happened, answered by %s, is found by reading back, and not sent again', async (_what, fault) => {
    const server = await start(project());
    const rule = server.fault(endpoint, fault);

    expect(await run(server)).toMatchObject({ isOld: false });

    expect(rule.fired).toBe(1);
    expect(server.writes()).toEqual([write]);
    expect(server.state()).toEqual(await expected(change));
    expect(server.audit).toMatchObject([{ outcome: name.startsWith('granting') ? 'granted' : 'revoked', writes: 1 }]);
  });

  it.each(unheard)('that did not happen, answered by %s, is sent again after a look', async (_what, fault) => {
    const server = await start(project());
    server.fault(endpoint, fault);

    expect(await run(server)).toMatchObject({ isOld: false });

    expect(server.writes()).toEqual([write, write]);
    expect(server.state()).toEqual(await expected(change));
  });

  it.each(unheard)('that never happens, answered by %s each time, fails after three tries', async (_what, fault) => {
    const server = await start(project());
    const before = server.state();
    server.fault(endpoint, fault, Number.POSITIVE_INFINITY);

    await failureOf(run(server));

    expect(server.writes()).toEqual([write, write, write]);
    expect(server.state()).toEqual(before);
    expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 3 }]);
    expect(server.audit[0]?.after).toEqual(server.audit[0]?.before);
  });

  it.each([
    [400, status.INVALID_ARGUMENT],
    [401, status.UNAUTHENTICATED],
    [403, status.PERMISSION_DENIED],
    [404, status.NOT_FOUND],
    [409, status.ALREADY_EXISTS],
  ])('answered by %i is an error that names the call, sent once', async (answered, code) => {
    const server = await start(project());
    const before = server.state();
    server.fault(endpoint, { kind: 'status', status: answered }, Number.POSITIVE_INFINITY);

    const error = await failureOf(run(server));

    expect(error.code).toBe(code);
    expect(error.details).toContain(endpoint);
    expect(server.writes()).toEqual([write]);
    expect(server.state()).toEqual(before);
  });

  it('that somebody else makes meanwhile, and Descope refuses then, is done already', async () => {
    const server = await start(project(), { repeatedChange: 'reject', unknownConsent: 'not-found' });
    server.emulator.state.onRequest(
      ({ path }) => endpoint.endsWith(path),
      () => effect(server.emulator.state),
    );

    expect(await run(server)).toMatchObject({ isOld: true });
    expect(server.writes()).toHaveLength(1);
    expect(server.state()).toEqual(await expected(change));
  });

  it('whose reading back fails says that it was sent and may have happened', async () => {
    const server = await start(project());
    server.emulator.state.onRequest(
      ({ path }) => endpoint.endsWith(path),
      () => {
        server.fault('GET /v1/mgmt/user', { kind: 'status', status: 403 }, Number.POSITIVE_INFINITY);
        server.fault(
          'POST /v1/mgmt/thirdparty/consents/search',
          { kind: 'status', status: 403 },
          Number.POSITIVE_INFINITY,
        );
      },
    );

    const error = await failureOf(run(server));

    expect(error.code).toBe(status.PERMISSION_DENIED);
    expect(error.details).toContain('was sent and may have happened');
    expect(server.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
  });
});

describe('an answer that shows another user', () => {
  it.each(changes.slice(0, 2))('stops at once: $name', async ({ project, endpoint, run }) => {
    const server = await start(project());
    server.fault(
      endpoint,
      { kind: 'mutate', change: (body) => ({ user: { ...(body as { user: object }).user, userId: 'U2Cleo' } }) },
      Number.POSITIVE_INFINITY,
    );

    const error = await failureOf(run(server));

    expect(error.code).toBe(status.ABORTED);
    expect(error.details).toContain('another user');
    expect(server.writes()).toHaveLength(1);
  });
});

describe('loads that lag', () => {
  it.each(changes.slice(0, 2))('send the same write again, which changes nothing else: $name', async (change) => {
    const server = await start(change.project(), { loadLagReads: 1 });

    await change.run(server);

    expect(server.state()).toEqual(await expected(change));
  });
});
