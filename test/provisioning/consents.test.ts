import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { companyWithConsents, ledger, planner } from '../support/app-project.ts';
import { failureOf } from '../support/grpc-call.ts';
import {
  clock,
  deleteConsents,
  deleteTenantConsents,
  type Ended,
  entitlement,
  errorInfoOf,
  type Provisioning,
  type ProvisioningOptions,
  startProvisioning,
  unknownGrantId,
} from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options: ProvisioningOptions = {}): Promise<Provisioning> {
  running = await startProvisioning({
    include: ['third_party_app'],
    ...options,
    emulator: { project: companyWithConsents(), now: clock, ...options.emulator },
  });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const principal = (resourceType: string, resource: string) => ({ id: { resourceType, resource } });

function revokeFrom({ sendRevoke }: Provisioning, app: string, typeId: string, id: string): Promise<Ended> {
  return sendRevoke({
    grant: { id: unknownGrantId, entitlement: entitlement('third_party_app', app), principal: principal(typeId, id) },
  });
}

/** The project as it is without these consents, and nothing else. */
function without(server: Provisioning, ...ids: readonly string[]): unknown {
  const state = server.state() as { readonly consents: readonly { readonly id: string }[] };
  return { ...state, consents: state.consents.filter(({ id }) => !ids.includes(id)) };
}

const deletion = (endpoint: string, id: string) => ({ endpoint, body: { consentIds: [id] } });

describe('revoking a consent', () => {
  it.each([
    ['a user', 'user', 'U2Ada', ledger, ['TPC2Ada'], deleteConsents],
    ['a user who gave several, in two tenants', 'user', 'U2Bob', ledger, ['TPC2Bob1', 'TPC2Bob2'], deleteConsents],
    ['a user, to another app', 'user', 'U2Bob', planner, ['TPC2Bob3'], deleteConsents],
    ['a tenant, and none of its users', 'tenant', 'acme', ledger, ['TPC2Acme'], deleteTenantConsents],
    ['a user who is gone', 'user', 'U2Gone', ledger, ['TPC2Gone'], deleteConsents],
    ['a user, that is over', 'user', 'U2Cleo', ledger, ['TPC2Over'], deleteConsents],
  ] as const)(
    'of %s deletes each by its id, and changes nothing else',
    async (_what, typeId, id, app, ids, endpoint) => {
      const server = await start();
      const after = without(server, ...ids);

      expect(await revokeFrom(server, app, typeId, id)).toMatchObject({ isOld: false });

      expect(server.writes()).toEqual(ids.map((one) => deletion(endpoint, one)));
      expect(server.state()).toEqual(after);
      expect(server.audit).toMatchObject([{ outcome: 'revoked', writes: ids.length }]);
    },
  );

  it('writes down what was allowed, and every deletion, before the first one is sent', async () => {
    const server = await start();

    await revokeFrom(server, ledger, 'user', 'U2Bob');

    const before = {
      consents: [
        { id: 'TPC2Bob1', scopes: ['invoices', 'email'], tenantId: 'acme' },
        { id: 'TPC2Bob2', scopes: ['invoices'], tenantId: 'globex' },
      ],
    };
    const plan = ['TPC2Bob1', 'TPC2Bob2'].map((id) => ({ request: deleteConsents, body: { consentIds: [id] } }));
    expect(server.intents).toEqual([expect.objectContaining({ principal: 'U2Bob', before, writes: 0, plan })]);
    expect(server.audit).toMatchObject([{ outcome: 'revoked', before, after: { consents: [] } }]);
  });

  it.each([
    ['a user who never consented', 'user', 'U2Ada', planner],
    ['a tenant that did not, whose user did', 'tenant', 'globex', ledger],
    ['a tenant that is not there', 'tenant', 'initech', ledger],
    ['a user who is not there', 'user', 'U2Nobody', ledger],
    ['an app that is not there', 'user', 'U2Bob', 'TPA2No'],
  ])('of %s is done already, and sends nothing', async (_what, typeId, id, app) => {
    const server = await start();

    expect(await revokeFrom(server, app, typeId, id)).toMatchObject({ isOld: true });
    expect(server.writes()).toEqual([]);
  });

  it('is done already where somebody else was faster, though Descope says that the consent is not there', async () => {
    const server = await start({ emulator: { switches: { unknownConsent: 'not-found' } } });
    server.emulator.state.onRequest(
      ({ path }) => path.endsWith('/consents/delete'),
      () => server.emulator.state.deleteConsent('TPC2Ada'),
    );

    expect(await revokeFrom(server, ledger, 'user', 'U2Ada')).toMatchObject({ isOld: true });
    expect(server.writes()).toHaveLength(1);
  });

  it('follows somebody who consents anew meanwhile, and is no success while a consent is left', async () => {
    const server = await start();
    const { state } = server.emulator;
    let made = 0;
    const consentAgain = (): 'again' => {
      made += 1;
      state.putConsent({ id: `TPC2New${made}`, appId: ledger, userId: 'U2Ada', scopes: ['all'] });
      return 'again';
    };
    state.onRequest(({ path }) => path.endsWith('/consents/delete'), consentAgain);

    const error = await failureOf(revokeFrom(server, ledger, 'user', 'U2Ada'));

    expect(error.code).toBe(status.ABORTED);
    expect(error.details).toContain('consents anew while consents are taken back');
    expect(server.writes().map(({ body }) => body)).toEqual(
      ['TPC2Ada', 'TPC2New1', 'TPC2New2'].map((id) => ({ consentIds: [id] })),
    );
    expect(server.audit).toMatchObject([{ outcome: 'failed', after: { consents: [{ id: 'TPC2New3' }] }, writes: 3 }]);
  });

  it('that somebody gives anew once is deleted, too', async () => {
    const server = await start();
    server.emulator.state.onRequest(
      ({ path }) => path.endsWith('/consents/delete'),
      () => server.emulator.state.putConsent({ id: 'TPC2New', appId: ledger, userId: 'U2Ada', scopes: ['all'] }),
    );

    expect(await revokeFrom(server, ledger, 'user', 'U2Ada')).toMatchObject({ isOld: false });
    expect(server.intents).toHaveLength(2);
    expect(server.emulator.state.consents().filter(({ userId }) => userId === 'U2Ada')).toEqual([]);
  });

  it('that a search still shows for a while is sent again, and then found gone', async () => {
    const server = await start({ emulator: { switches: { consentLagReads: 1 } } });

    await revokeFrom(server, ledger, 'user', 'U2Ada');

    expect(server.emulator.state.consents().filter(({ userId }) => userId === 'U2Ada')).toEqual([]);
  });

  it('is read in pages to a proved end, and never believed where the pages do not add up', async () => {
    const small = await start({ emulator: { switches: { consentMaxLimit: 1 } } });
    await revokeFrom(small, ledger, 'user', 'U2Bob');
    expect(small.writes()).toHaveLength(2);
    await small[Symbol.asyncDispose]();

    const server = await start({ emulator: { switches: { consentTotal: 'growing' } } });
    expect(await failureOf(revokeFrom(server, ledger, 'user', 'U2Bob'))).toMatchObject({ code: status.ABORTED });
    expect(server.writes()).toEqual([]);
  });

  it('is not "done already" where the deployment tells nothing of consents', async () => {
    const server = await start();
    server.fault('POST /v1/mgmt/thirdparty/consents/search', { kind: 'status', status: 404 }, Number.POSITIVE_INFINITY);

    const error = await failureOf(revokeFrom(server, ledger, 'user', 'U2Ada'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain('does not tell who consented');
  });

  it('sends nothing in a dry run, and shows every deletion', async () => {
    const server = await start({ dryRun: true });
    const before = server.state();

    await revokeFrom(server, ledger, 'user', 'U2Bob');

    expect(server.state()).toEqual(before);
    expect(server.audit).toMatchObject([{ outcome: 'planned', plan: [{ body: {} }, { body: {} }], writes: 0 }]);
  });
});

describe('granting a consent', () => {
  it.each([
    ['user', 'U2Ada'],
    ['tenant', 'acme'],
  ])('to a %s is refused before any request, with who gives it', async (typeId, id) => {
    const { sendGrant, emulator, audit } = await start();

    const error = await failureOf(
      sendGrant({ entitlement: entitlement('third_party_app', ledger), principal: principal(typeId, id) }),
    );

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(errorInfoOf(error)).toMatchObject({ reason: 'grant_cancelled' });
    expect(error.details).toContain("given by the user or the tenant itself, on the app's consent screen");
    expect(emulator.stats.recent).toEqual([]);
    expect(audit).toMatchObject([{ outcome: 'refused', writes: 0 }]);
  });
});
