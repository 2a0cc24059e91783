import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { companyWithApps, off, stock, wiki } from '../support/app-project.ts';
import { failureOf } from '../support/grpc-call.ts';
import {
  addApp,
  clock,
  entitlement,
  errorInfoOf,
  keyPrincipal,
  type Provisioning,
  type ProvisioningOptions,
  removeApp,
  startProvisioning,
} from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options: ProvisioningOptions = {}): Promise<Provisioning> {
  running = await startProvisioning({
    include: ['application'],
    ...options,
    emulator: { project: companyWithApps(), now: clock, ...options.emulator },
  });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const isWrite = ({ path }: { readonly path: string }): boolean => path.includes('/ssoapp/');

/** The project as it is when the applications of one user are changed by hand, and nothing else. */
function withApps(server: Provisioning, id: string, ssoAppIds: readonly string[]): unknown {
  const state = server.state() as { readonly users: readonly { readonly userId: string }[] };
  return {
    ...state,
    users: state.users.map((user) => (user.userId === id ? Object.assign({}, user, { ssoAppIds }) : user)),
  };
}

describe('granting an application', () => {
  it('sends one write for that user and that application, and changes nothing else in the project', async () => {
    const server = await start();
    const after = withApps(server, 'U2Wim', [wiki, stock]);

    expect(await server.grant('application', stock, 'U2Wim')).toMatchObject({
      isOld: false,
      grants: [`application:${stock}:access:user:U2Wim`],
    });

    expect(server.writes()).toEqual([{ endpoint: addApp, body: { loginId: 'U2Wim', ssoAppIds: [stock] } }]);
    expect(server.state()).toEqual(after);
    const line = { entitlement: `application:${stock}:access`, principal: 'U2Wim', before: { applications: [wiki] } };
    expect(server.intents).toMatchObject([
      { ...line, writes: 0, plan: [{ request: addApp, body: { loginId: 'U2Wim', ssoAppIds: [stock] } }] },
    ]);
    expect(server.audit).toMatchObject([
      { ...line, outcome: 'granted', after: { applications: [wiki, stock] }, writes: 1 },
    ]);
  });

  it('a second time is success, says so, and sends nothing', async () => {
    const server = await start();

    expect(await server.grant('application', wiki, 'U2Bob')).toMatchObject({ isOld: true });
    expect(server.writes()).toEqual([]);
  });

  it.each(['unknown', 'all'] as const)(
    'to somebody who was given none is refused where the default is %s: it would take the others away',
    async (applicationDefault) => {
      const server = await start({ applicationDefault });
      const before = server.state();

      const error = await failureOf(server.grant('application', wiki, 'U2Cleo'));

      expect(error.code).toBe(status.FAILED_PRECONDITION);
      expect(errorInfoOf(error)).toMatchObject({ reason: 'grant_cancelled' });
      expect(error.details).toContain('a first one by name would take the others away');
      expect(error.details.includes('--application-default none')).toBe(applicationDefault === 'unknown');
      expect(server.writes()).toEqual([]);
      expect(server.state()).toEqual(before);
    },
  );

  it('to somebody who was given none is made where the default is none', async () => {
    const server = await start({ applicationDefault: 'none' });

    await server.grant('application', wiki, 'U2Cleo');

    expect(server.emulator.state.user('U2Cleo')?.ssoAppIds).toEqual([wiki]);
  });

  it('of one that is not there is NOT_FOUND, with what was probably meant, from lists that were read again', async () => {
    const server = await start();

    const error = await failureOf(server.grant('application', 'SA2Wik', 'U2Bob'));

    expect(error.code).toBe(status.NOT_FOUND);
    expect(error.details).toContain(`did you mean SA2Wiki ("Wiki")?`);
    expect(server.writes()).toEqual([]);
  });

  it('that was created a moment ago finds it, though the list is a minute old', async () => {
    const server = await start();
    await server.grant('application', wiki, 'U2Bob');
    server.emulator.state.putFederatedApp({ id: 'SA2New', name: 'New' });

    expect(await server.grant('application', 'SA2New', 'U2Bob')).toMatchObject({ isOld: false });
  });

  it('to a user who is not there is NOT_FOUND', async () => {
    const server = await start();

    expect(await failureOf(server.grant('application', wiki, 'U2Gone'))).toMatchObject({ code: status.NOT_FOUND });
  });

  it('of one that is switched off is made, and told', async () => {
    const server = await start();

    expect(await server.grant('application', off, 'U2Bob')).toMatchObject({
      metadata: { resource_status: 'disabled' },
    });

    expect(server.intents).toMatchObject([{ resourceStatus: 'disabled' }]);
    expect(server.audit).toMatchObject([{ outcome: 'granted', resourceStatus: 'disabled' }]);
  });

  it('reads the applications, and neither tenants nor roles', async () => {
    const server = await start();
    server.emulator.stats.reset();

    await server.grant('application', stock, 'U2Wim');

    expect(server.emulator.stats.byEndpoint).toEqual({
      'GET /v1/mgmt/sso/idp/apps/load': 1,
      'GET /v1/mgmt/user': 2,
      [addApp]: 1,
    });
  });
});

describe('revoking an application', () => {
  it('sends one write for that user and that application, and changes nothing else in the project', async () => {
    const server = await start();
    const after = withApps(server, 'U2Bob', [wiki]);

    expect(await server.revoke('application', stock, 'U2Bob')).toMatchObject({ isOld: false });

    expect(server.writes()).toEqual([{ endpoint: removeApp, body: { loginId: 'U2Bob', ssoAppIds: [stock] } }]);
    expect(server.state()).toEqual(after);
    expect(server.audit).toMatchObject([
      { outcome: 'revoked', before: { applications: [stock, wiki] }, after: { applications: [wiki] }, writes: 1 },
    ]);
  });

  it.each([
    ['an application that the user was not given', stock, 'U2Wim'],
    ['an application that is not there', 'SA2Gone', 'U2Wim'],
    ['a user who was given none', wiki, 'U2Cleo'],
    ['a user who is gone', wiki, 'U2Gone'],
  ])('of %s is done already, and sends nothing', async (_what, app, userId) => {
    const server = await start();

    expect(await server.revoke('application', app, userId)).toMatchObject({ isOld: true });
    expect(server.writes()).toEqual([]);
  });

  it.each(['unknown', 'all'] as const)(
    'that is the last by name is refused where the default is %s: it could open all of them',
    async (applicationDefault) => {
      const server = await start({ applicationDefault });
      const before = server.state();

      const error = await failureOf(server.revoke('application', wiki, 'U2Wim'));

      expect(error.code).toBe(status.FAILED_PRECONDITION);
      expect(errorInfoOf(error)).toMatchObject({ reason: 'grant_cancelled' });
      expect(error.details).toContain('Wiki is the last application that user U2Wim was given by name');
      expect(error.details).toContain('--application-default none');
      expect(server.writes()).toEqual([]);
      expect(server.state()).toEqual(before);
      expect(server.audit).toMatchObject([{ outcome: 'refused', before: { applications: [wiki] }, writes: 0 }]);
    },
  );

  it('that is the last by name is made where the default is none', async () => {
    const server = await start({ applicationDefault: 'none', emulator: { switches: { noSsoApps: 'none' } } });

    await server.revoke('application', wiki, 'U2Wim');

    expect(server.emulator.state.user('U2Wim')?.ssoAppIds).toEqual([]);
    expect(server.emulator.state.reachableApps('U2Wim')).toEqual([]);
  });

  it('that a record names twice is still the last', async () => {
    const server = await start();
    server.emulator.state.updateUser('U2Wim', { ssoAppIds: [wiki, wiki] });

    expect(await failureOf(server.revoke('application', wiki, 'U2Wim'))).toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
  });

  it('that is gone from the project, but still in the record, is made', async () => {
    const server = await start();

    await server.revoke('application', 'SA2Gone', 'U2Dot');

    expect(server.emulator.state.user('U2Dot')?.ssoAppIds).toEqual([wiki]);
  });
});

describe('the other applications of a user', () => {
  it.each(['shown', 'lost'])(
    'that somebody takes at the same time: the last one is given back, and the error says so (answer %s)',
    async (answer) => {
      const server = await start();
      const after = withApps(server, 'U2Bob', [stock]);
      server.emulator.state.onRequest(isWrite, () => server.emulator.state.updateUser('U2Bob', { ssoAppIds: [stock] }));
      if (answer === 'lost') {
        server.fault(removeApp, { kind: 'reset', at: 'before-headers', applied: true });
      }

      const error = await failureOf(server.revoke('application', stock, 'U2Bob'));

      expect(error.code).toBe(status.ABORTED);
      expect(error.details).toContain('Stock Ledger was taken and given back');
      expect(server.writes().map(({ endpoint }) => endpoint)).toEqual([removeApp, addApp]);
      expect(server.state()).toEqual(after);
      expect(server.intents.map(({ plan }) => plan?.map(({ request }) => request))).toEqual([[removeApp], [addApp]]);
      expect(server.audit).toMatchObject([{ outcome: 'failed', after: { applications: [stock] }, writes: 2 }]);
    },
  );

  it('cannot be given back: the error says that all may be open', async () => {
    const server = await start();
    server.emulator.state.onRequest(isWrite, () => server.emulator.state.updateUser('U2Bob', { ssoAppIds: [stock] }));
    server.fault(addApp, { kind: 'status', status: 403 }, Number.POSITIVE_INFINITY);

    const error = await failureOf(server.revoke('application', stock, 'U2Bob'));

    expect(error.code).toBe(status.PERMISSION_DENIED);
    expect(error.details).toContain('has no application by name any more');
    expect(error.details).toContain('may reach all of them');
    expect(error.details).toContain(`giving ${stock} back failed: `);
    expect(server.audit).toMatchObject([{ outcome: 'failed', after: { applications: [] }, writes: 2 }]);
  });
});

describe('over gRPC', () => {
  it('an application can be granted to users alone', async () => {
    const { sendGrant, emulator } = await start({ include: ['application', 'access_key'] });

    const error = await failureOf(
      sendGrant({ entitlement: entitlement('application', wiki), principal: keyPrincipal('K2Full') }),
    );

    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(error.details).toContain('an application can be granted to a user, not to an access key');
    expect(emulator.stats.recent).toEqual([]);
  });

  it('the type must be included', async () => {
    const { grant } = await start({ include: [] });

    expect(await failureOf(grant('application', wiki, 'U2Bob'))).toMatchObject({ code: status.UNIMPLEMENTED });
  });
});
