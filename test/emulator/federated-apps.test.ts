import { describe, expect, it } from 'vitest';
import { adaLovelace, secretCanary } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

interface WireApp extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly enabled: boolean;
  readonly appType: string;
  readonly samlSettings: Readonly<Record<string, unknown>>;
  readonly oidcSettings: Readonly<Record<string, unknown>>;
}

const all = async (client: Client): Promise<readonly WireApp[]> =>
  (await client.call<{ apps: readonly WireApp[] }>('/v1/mgmt/sso/idp/apps/load')).apps;

const update = async (client: Client, how: string, ssoAppIds: readonly string[]): Promise<unknown> => {
  const path = `/v1/mgmt/user/update/ssoapp/${how}`;
  const body = { loginId: adaLovelace.loginId, ssoAppIds };
  return (await client.call<{ user: { ssoAppIds: unknown } }>(path, body)).user.ssoAppIds;
};

describe('federated apps', () => {
  it('are listed whole, the default one first, those switched off too', async () => {
    await using client = await startClient({ users: 1 });

    expect((await all(client)).map(({ id, appType, enabled }) => [id, appType, enabled])).toEqual([
      ['descope-default-oidc', 'oidc', true],
      ['SA2StockLedger', 'saml', true],
      ['SA2Wiki', 'oidc', true],
      ['SA2OldPayroll', 'wsfed', false],
      ['SA2Shipments', 'oidc', true],
    ]);
  });

  it('carry the settings of every kind, and say which roles are put into which groups', async () => {
    await using client = await startClient({ users: 1 });
    const ledger = await client.call<WireApp>('/v1/mgmt/sso/idp/app/load?id=SA2StockLedger');

    expect(ledger).toMatchObject({
      samlSettings: {
        entityId: 'https://stock.example/saml',
        groupsMapping: [{ roles: [{ name: 'Warehouse Lead' }] }],
      },
      oidcSettings: { issuer: '', claims: [] },
      wsfedSettings: { realm: '' },
    });
    expect(await all(client)).toContainEqual(ledger);
  });

  it('are wrapped, and spell a block as Go does, when switched', async () => {
    await using client = await startClient({
      users: 1,
      switches: { appAnswer: 'wrapped', wsFedSettings: 'wsFedSettings' },
    });
    const { app } = await client.call<{ app: WireApp }>('/v1/mgmt/sso/idp/app/load?id=SA2OldPayroll');

    expect(app).toMatchObject({ wsFedSettings: { realm: 'urn:payroll' } });
    expect(app).not.toHaveProperty('wsfedSettings');
  });

  it('show no secret, and a canary in every secret field when switched', async () => {
    await using client = await startClient({ users: 1 });
    await using telling = await startClient({ users: 1, switches: { appSecrets: 'shown' } });

    expect(JSON.stringify(await all(client))).not.toContain(secretCanary);
    for (const app of await all(telling)) {
      expect(app).toMatchObject({
        oidcSettings: { clientSecret: secretCanary },
        secrets: [{ cleartext: secretCanary }],
      });
    }
    expect(await client.call('/v1/mgmt/sso/idp/app/secret?id=SA2Wiki')).toEqual({ cleartext: secretCanary });
  });

  it('are added to a user, removed and set; the last one too', async () => {
    await using client = await startClient({ users: 1 });

    expect(await update(client, 'add', ['SA2Wiki', 'SA2StockLedger', 'SA2Wiki'])).toEqual([
      'SA2Wiki',
      'SA2StockLedger',
    ]);
    expect(await update(client, 'remove', ['SA2Wiki', 'never held'])).toEqual(['SA2StockLedger']);
    expect(await update(client, 'set', ['SA2Shipments'])).toEqual(['SA2Shipments']);
    expect(await update(client, 'remove', ['SA2Shipments'])).toEqual([]);
  });

  it('cannot be added when they do not exist, and stay with users when they go', async () => {
    await using client = await startClient({ users: 8 });
    const statusOf = async (how: string, ssoAppIds: readonly string[]): Promise<number> => {
      const body = { loginId: adaLovelace.userId, ssoAppIds };
      return (await client.send('POST', `/v1/mgmt/user/update/ssoapp/${how}`, body)).status;
    };

    expect(await statusOf('add', ['SA2Nothing'])).toBe(404);
    expect(await statusOf('add', [])).toBe(400);
    await client.call('/v1/mgmt/sso/idp/app/delete', { id: 'SA2Wiki' });
    expect(client.emulator.state.userAt(5).ssoAppIds).toEqual(['SA2Wiki']);
    expect((await client.send('GET', '/v1/mgmt/sso/idp/app/load?id=SA2Wiki')).status).toBe(404);
  });

  it.each([
    ['all', ['descope-default-oidc', 'SA2StockLedger', 'SA2Wiki', 'SA2Shipments']],
    ['none', []],
  ] as const)('are %s reached by whoever names none, as the project decides', async (noSsoApps, apps) => {
    await using client = await startClient({ users: 8, switches: { noSsoApps } });
    const { state } = client.emulator;

    expect(state.reachableApps(adaLovelace.userId)).toEqual(apps);
    expect(state.reachableApps(state.userAt(5).userId)).toEqual(['SA2Wiki']);
    // One of two is switched off.
    expect(state.reachableApps(state.userAt(6).userId)).toEqual(['SA2StockLedger']);
  });

  it.each([
    ['intersect', ['SA2Wiki']],
    ['ignore', ['SA2StockLedger', 'SA2Wiki']],
  ] as const)('offered to a tenant limit its members, or do not: %s', async (federatedAppIds, apps) => {
    await using client = await startClient({ users: 1, switches: { federatedAppIds } });
    client.emulator.state.putTenant({ id: 'acme', federatedAppIds: ['SA2Wiki', 'SA2Shipments'] });
    await update(client, 'set', ['SA2Wiki', 'SA2StockLedger']);

    expect(client.emulator.state.reachableApps(adaLovelace.userId)).toEqual(apps);
  });

  it('are seeded and changed by a test, with fields that nobody knows yet', async () => {
    await using client = await startClient({
      project: { federatedApps: [{ id: 'a', extra: { signingKey: secretCanary } }] },
    });
    const { state } = client.emulator;
    const added = state.putFederatedApp({ name: 'Added' });
    state.putFederatedApp({ id: 'a', enabled: false });

    expect(await all(client)).toMatchObject([
      { id: 'a', name: 'a', enabled: false, signingKey: secretCanary },
      { id: added.id, name: 'Added' },
    ]);
    expect(state.deleteFederatedApp('a')).toBe(true);
    expect(state.federatedApps()).toEqual([added]);
  });
});
