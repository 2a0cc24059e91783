import { describe, expect, it } from 'vitest';
import { adaLovelace, secretCanary } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

interface WireApp extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly clientId: string;
}
interface WireConsent {
  readonly id: string;
  readonly appId: string;
  readonly userId: string;
  readonly tenantId: string;
  readonly scopes: readonly string[];
  readonly ExpireTime: number;
}
interface ConsentPage {
  readonly consents: readonly WireConsent[];
  readonly total?: number;
}

const list = (client: Client, query = ''): Promise<{ apps: readonly WireApp[]; total: number }> =>
  client.call(`/v1/mgmt/thirdparty/apps/load${query}`);
const search = (client: Client, body: object = {}): Promise<ConsentPage> =>
  client.call<ConsentPage>('/v1/mgmt/thirdparty/consents/search', body);
const idsOf = ({ consents }: ConsentPage): readonly string[] => consents.map(({ id }) => id);

describe('third-party apps', () => {
  it('are all listed without a limit, and in pages from 0 with one', async () => {
    await using client = await startClient({ users: 1 });
    const { apps, total } = await list(client);

    expect(apps.map(({ id }) => id)).toEqual([
      'TPA2LedgerSync',
      'TPA2Everything',
      'TPA2DynamicAgent',
      'TPA2Paused',
      'TPA2Unused',
    ]);
    expect(total).toBe(5);
    expect(await list(client, '?page=1&limit=2')).toEqual({ apps: apps.slice(2, 4), total: 5 });
    expect(await client.call('/v2/mgmt/thirdparty/apps/load', { page: 2, limit: 2 })).toEqual({
      apps: apps.slice(4),
      total: 5,
    });
  });

  it('are found by id and by client id, bare or wrapped', async () => {
    await using client = await startClient({ users: 1 });
    await using wrapping = await startClient({ users: 1, switches: { appAnswer: 'wrapped' } });
    const [, , dynamic] = (await list(client)).apps;

    expect(dynamic).toMatchObject({
      dynamic: true,
      nonConfidentialClient: true,
      permissionsScopes: [{ name: 'orders', description: '', optional: false, values: ['orders.read'] }],
    });
    expect(await client.call('/v1/mgmt/thirdparty/app/load?id=TPA2DynamicAgent')).toEqual(dynamic);
    expect(await wrapping.call(`/v1/mgmt/thirdparty/app/load?clientId=${dynamic?.clientId}`)).toEqual({ app: dynamic });
  });

  it.each([
    ['get', 200, 404],
    ['post', 404, 200],
  ] as const)('are listed by one call only when switched: %s', async (thirdPartyAppsLoad, byGet, byPost) => {
    await using client = await startClient({ users: 1, switches: { thirdPartyAppsLoad } });

    expect((await client.send('GET', '/v1/mgmt/thirdparty/apps/load')).status).toBe(byGet);
    expect((await client.send('POST', '/v2/mgmt/thirdparty/apps/load', {})).status).toBe(byPost);
  });

  it('show no secret unless switched', async () => {
    await using client = await startClient({ users: 1 });
    await using telling = await startClient({ users: 1, switches: { appSecrets: 'shown' } });

    expect(JSON.stringify(await list(client))).not.toContain(secretCanary);
    expect((await list(telling)).apps.filter((app) => app['clientSecret'] === secretCanary)).toHaveLength(4);
    expect(await client.call('/v1/mgmt/thirdparty/app/secret?id=TPA2Paused')).toEqual({ cleartext: secretCanary });
  });

  it('take their consents along when they go', async () => {
    await using client = await startClient();
    await client.call('/v1/mgmt/thirdparty/app/delete', { id: 'TPA2DynamicAgent' });

    expect((await search(client)).total).toBe(9);
    expect((await client.send('GET', '/v1/mgmt/thirdparty/app/load?id=TPA2DynamicAgent')).status).toBe(404);
  });

  it('are seeded and changed by a test', async () => {
    await using client = await startClient({
      project: { thirdPartyApps: [{ id: 'a', extra: { token: secretCanary } }] },
    });
    const { state } = client.emulator;
    state.putThirdPartyApp({ id: 'a', permissionsScopes: [{ name: 's' }] });
    const added = state.putThirdPartyApp({ name: 'Added' });

    expect((await list(client)).apps).toMatchObject([
      { id: 'a', token: secretCanary, permissionsScopes: [{ name: 's', values: [] }] },
      { id: added.id, name: 'Added' },
    ]);
    expect(state.deleteThirdPartyApp('a')).toBe(true);
    expect(state.thirdPartyApps()).toEqual([added]);
  });
});

describe('consents', () => {
  it('come in pages from 0, a hundred at a time, until one is empty', async () => {
    await using client = await startClient();
    const pages = await Promise.all([0, 1, 2].map((page) => search(client, { page })));

    expect(pages.map(({ consents, total }) => [consents.length, total])).toEqual([
      [100, 140],
      [40, 140],
      [0, 140],
    ]);
    expect(new Set(pages.flatMap((page) => idsOf(page))).size).toBe(140);
  });

  it('are as many on a page as asked for, up to a largest', async () => {
    await using client = await startClient({ switches: { consentMaxLimit: 30, consentPageSize: 7 } });

    expect((await search(client, { limit: 20, page: 1 })).consents).toHaveLength(20);
    expect((await search(client, { limit: 1000 })).consents).toHaveLength(30);
    expect((await search(client)).consents).toHaveLength(7);
    expect((await client.send('POST', '/v1/mgmt/thirdparty/consents/search', { page: -1 })).status).toBe(400);
  });

  it('carry every field of the contract, and spell one with a capital', async () => {
    await using client = await startClient();
    const { consents } = await search(client, { userId: adaLovelace.userId });

    expect(consents[1]).toEqual({
      id: 'TPC2Sample0002',
      appId: 'TPA2LedgerSync',
      userId: adaLovelace.userId,
      tenantId: 'initech',
      scopes: ['invoices', 'approve'],
      grantedBy: adaLovelace.userId,
      createdTime: 1_641_283_200,
      modifiedTime: 1_641_283_200,
      ExpireTime: 1_672_732_800,
    });
  });

  it.each([
    [{ appId: 'TPA2LedgerSync' }, ['TPC2Sample0001', 'TPC2Sample0002', 'TPC2Sample0005']],
    [{ tenantId: 'initech' }, ['TPC2Sample0002', 'TPC2Sample0004']],
    [{ userId: adaLovelace.userId, tenantId: 'acme' }, ['TPC2Sample0001']],
    [{ consentId: 'TPC2Sample0006' }, ['TPC2Sample0006']],
    [{ appId: 'TPA2Unused' }, []],
  ])('are filtered by %j', async (body, ids) => {
    await using client = await startClient();

    expect(idsOf(await search(client, body))).toEqual(ids);
  });

  it('of users, and of tenants, are deleted by calls of their own', async () => {
    await using client = await startClient();
    const both = { consentIds: ['TPC2Sample0001', 'TPC2Sample0004'] };

    await client.call('/v1/mgmt/thirdparty/consents/delete', both);
    expect(idsOf(await search(client, { limit: 3 }))).toEqual(['TPC2Sample0002', 'TPC2Sample0003', 'TPC2Sample0004']);
    await client.call('/v1/mgmt/thirdparty/consents/delete/tenant', both);
    expect((await search(client)).total).toBe(138);
  });

  it('are deleted by app, user and tenant too, and never all of them by an empty request', async () => {
    await using client = await startClient();
    const remove = (path: string, body: object): Promise<Response> =>
      client.send('POST', `/v1/mgmt/thirdparty/consents/${path}`, body);

    expect((await remove('delete', {})).status).toBe(400);
    expect((await remove('delete/tenant', { tenantId: 'acme' })).status).toBe(400);
    await remove('delete', { appId: 'TPA2LedgerSync', userIds: [adaLovelace.userId], tenantId: 'acme' });
    await remove('delete/tenant', { appId: 'TPA2Everything', tenantId: 'initech' });

    expect(idsOf(await search(client, { limit: 3 }))).toEqual(['TPC2Sample0002', 'TPC2Sample0003', 'TPC2Sample0005']);
  });

  it('vanish between two pages when a test says so: those behind move up, and one is never on a page', async () => {
    await using client = await startClient();
    const { state } = client.emulator;
    state.onRequest(2, () => state.deleteConsent('TPC2Sample0003'));
    const first = idsOf(await search(client, { limit: 50, page: 0 }));
    const second = idsOf(await search(client, { limit: 50, page: 1 }));

    expect(first.at(-1)).toBe('TPC2Sample0050');
    expect(second[0]).toBe('TPC2Sample0052');
  });

  it('come newest first, or in a new order each time, when switched', async () => {
    await using newest = await startClient({ switches: { consentOrder: 'newest-first' } });
    await using shuffled = await startClient({ switches: { consentOrder: 'shuffled' } });

    expect(idsOf(await search(newest))[0]).toBe('TPC2Sample0140');
    expect(idsOf(await search(shuffled))).not.toEqual(idsOf(await search(shuffled)));
  });

  it.each([
    ['page-length', 100, 40],
    ['growing', 141, 142],
    ['zero', 0, 0],
    ['absent', undefined, undefined],
  ] as const)('have a total that lies when switched: %s', async (consentTotal, first, second) => {
    await using client = await startClient({ switches: { consentTotal } });

    expect((await search(client)).total).toBe(first);
    expect((await search(client, { page: 1 })).total).toBe(second);
  });

  it('past their time are listed, or left out when switched', async () => {
    await using listing = await startClient();
    await using hiding = await startClient({ switches: { expiredConsents: 'left-out' } });
    const now = Date.now() / 1000;
    const { consents } = await search(listing, { limit: 1000 });

    expect(consents.filter(({ ExpireTime }) => ExpireTime > 0 && ExpireTime < now)).toHaveLength(34);
    expect((await search(hiding)).total).toBe(106);
  });

  it('are seeded and changed by a test', async () => {
    await using client = await startClient({ project: { consents: [{ id: 'c', appId: 'a', userId: 'u' }] } });
    const { state } = client.emulator;
    const added = state.putConsent({ appId: 'a', tenantId: 't', extra: { accessToken: secretCanary } });

    expect((await search(client)).consents).toMatchObject([
      { id: 'c', grantedBy: 'u' },
      { id: added.id, userId: '', accessToken: secretCanary },
    ]);
    expect(state.deleteConsent('c')).toBe(true);
    expect(state.consents()).toEqual([added]);
  });
});
