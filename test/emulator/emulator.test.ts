import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { adaLovelace, danglingRoleNames, startEmulator } from '../../src/emulator/emulator.ts';
import { byCreated, startClient } from './support.ts';

describe('the emulator', () => {
  it.each([
    ['no key', undefined],
    ['another key', 'Bearer P2EmulatorProject00000000000:emulator-management-kez'],
    ['a longer key', 'Bearer P2EmulatorProject00000000000:emulator-management-key1'],
    ['the key alone', 'Bearer emulator-management-key'],
    ['another scheme', 'bearer P2EmulatorProject00000000000:emulator-management-key'],
  ])('refuses %s with 401, or as switched', async (_, authorization) => {
    const ask = async (badBearerStatus: number): Promise<Response> => {
      await using client = await startClient({ users: 1, switches: { badBearerStatus } });
      const headers = authorization === undefined ? {} : { authorization };
      return await fetch(`${client.emulator.baseUrl}/v1/mgmt/role/all`, { headers });
    };

    const refused = await ask(401);

    expect(refused.status).toBe(401);
    expect(await refused.text()).not.toContain('emulator-management-key');
    expect((await ask(403)).status).toBe(403);
  });

  it('answers 404 with an error body for anything it does not know', async () => {
    await using client = await startClient({ users: 1 });

    for (const [method, path] of [
      ['GET', '/v1/mgmt/nothing'],
      ['DELETE', '/v1/mgmt/user'],
      ['GET', '/toString'],
    ] as const) {
      const response = await client.send(method, path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errorCode: 'E990001' });
    }
  });

  it('answers 400 for a body that is no JSON object, and 404 E112102 for a user who is not there', async () => {
    await using client = await startClient({ users: 1 });

    const bad = [
      await client.send('POST', '/v2/mgmt/user/search', '{"limit"'),
      await client.send('POST', '/v2/mgmt/user/search', '[]'),
    ];
    const missing = await client.send('GET', '/v1/mgmt/user?userId=U404');

    expect(bad.map((response) => response.status)).toEqual([400, 400]);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({
      errorCode: 'E112102',
      errorDescription: 'User not found',
      errorMessage: 'User was not found',
      message: 'User was not found',
    });
  });

  it('counts requests, and remembers the last ones without the key', async () => {
    await using client = await startClient({ users: 250, latencyMs: 150 });
    const { stats } = client.emulator;

    await Promise.all([0, 1, 2].map((page) => client.search({ page })));
    await client.load(adaLovelace.loginId);

    expect(stats).toMatchObject({ total: 4, inFlight: 0, maxInFlight: 3 });
    expect(stats.byEndpoint).toEqual({ 'POST /v2/mgmt/user/search': 3, 'GET /v1/mgmt/user': 1 });
    expect(stats.bytesOut).toBeGreaterThan(200_000);
    expect(stats.recent.map((request) => request.nth)).toEqual([1, 2, 3, 1]);
    expect(stats.recent.at(-1)).toMatchObject({ query: { loginId: adaLovelace.loginId }, status: 200 });
    expect(stats.recent[0]).toMatchObject({ body: { page: 0 }, authorization: 'good' });
    expect(JSON.stringify(stats.recent)).not.toContain(client.emulator.managementKey);
    stats.reset();
    expect(stats).toMatchObject({ total: 0, recent: [] });
  });

  it('runs scripted changes just before the request they belong to', async () => {
    await using client = await startClient({ users: 250 });
    const { state } = client.emulator;
    const first = state.userAt(0).userId;
    state.onRequest(2, () => state.deleteUser(first));
    state.onRequest(
      ({ endpoint, nth }) => endpoint.endsWith('/user/search') && nth === 3,
      () => state.addUser({ loginIds: ['late'], createdTime: state.userAt(0).createdTime }),
    );

    const totals = [];
    for (const page of [0, 1, 2])
      totals.push((await client.search({ withTestUser: true, sort: byCreated, page })).total);

    expect(totals).toEqual([250, 249, 250]);
    expect(state.user('late')).toBeDefined();
  });

  it('closes at once while a request hangs and a connection idles', async () => {
    const emulator = await startEmulator({ users: 1 });
    emulator.faults.add({ fault: { kind: 'hang', at: 'before-headers' } });
    const hung = fetch(emulator.baseUrl).catch((error: unknown) => error);
    const idle = net.connect(Number(new URL(emulator.baseUrl).port), '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    while (emulator.stats.inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 2));

    const started = performance.now();
    await emulator.close();

    expect(performance.now() - started).toBeLessThan(4_000);
    expect(await hung).toBeInstanceOf(Error);
    idle.destroy();
  });

  it('rejects when the port is taken', async () => {
    await using client = await startClient({ users: 1 });

    const port = Number(new URL(client.emulator.baseUrl).port);

    await expect(startEmulator({ port, users: 1 })).rejects.toThrow('EADDRINUSE');
  });
});

describe('the sample project', () => {
  it('is the same for the same seed, and other people for another', async () => {
    const read = async (seed: number): Promise<string> => {
      await using client = await startClient({ users: 200, seed });
      return JSON.stringify([await client.search({ withTestUser: true }), await client.call('/v1/mgmt/role/all')]);
    };

    expect(await read(5)).toBe(await read(5));
    expect(await read(5)).not.toBe(await read(6));
  });

  it('has the people that the documentation promises', async () => {
    await using client = await startClient();
    const { state } = client.emulator;
    const users = [...state.users()];
    const count = (holds: (user: (typeof users)[number]) => boolean): number => users.filter(holds).length;
    const statuses = Object.fromEntries(
      ['enabled', 'invited', 'disabled', 'expired'].map((status) => [status, count((user) => user.status === status)]),
    );

    expect(statuses).toEqual({ enabled: 959, invited: 112, disabled: 83, expired: 46 });
    expect(count((user) => user.test)).toBe(20);
    expect(count((user) => user.name === '' && user.email === '')).toBe(16);
    expect(count((user) => user.loginIds.length > 1)).toBe(80);
    expect(users[0]).toMatchObject({
      userId: adaLovelace.userId,
      loginIds: [adaLovelace.loginId],
      name: 'Ada Lovelace',
      roleNames: [],
      tenants: [{ tenantId: 'acme', roleNames: ['Editor'] }],
    });
    expect(users[11]?.roleNames).toEqual([danglingRoleNames[0]]);
    expect(users[23]?.tenants).toEqual([{ tenantId: 'acme', roleNames: [danglingRoleNames[1]] }]);
    expect(count((user) => /^U[0-9A-Za-z]{27}$/.test(user.userId))).toBe(1200);
    expect([state.tenants().length, state.roles().length, state.permissions().length]).toEqual([14, 22, 15]);
    expect(users[28]?.tenants.map((membership) => membership.tenantId)).toEqual(['northwind-foods']);
    expect(users[29]?.tenants).toEqual([{ tenantId: 'northwind-bakery', roleNames: ['Editor'] }]);
  });

  it('has a tree of tenants four deep, with every value of inheritance', async () => {
    await using client = await startClient({ users: 1 });
    const tenants = client.emulator.state.tenants();
    const depthOf = (id: string): number => {
      const parent = tenants.find((tenant) => tenant.id === id)?.parent;
      return parent ? 1 + depthOf(parent) : 1;
    };
    const children = tenants.filter((tenant) => tenant.parent !== '');

    expect(Math.max(...tenants.map(({ id }) => depthOf(id)))).toBe(4);
    expect(new Set(children.map((tenant) => tenant.roleInheritance))).toEqual(
      new Set(['', 'userOnly', 'none', 'inherit']),
    );
    expect(children.filter((tenant) => tenant.disabled).map(({ id }) => id)).toEqual(['northwind-cellar']);
  });

  it('holds no role name beyond the two dangling ones that is not defined', async () => {
    await using client = await startClient();
    const { state } = client.emulator;
    const defined = new Set(state.roles().map((role) => `${role.tenantId}/${role.name}`));
    const held = [...state.users()].flatMap((user) =>
      [{ tenantId: '', roleNames: user.roleNames }, ...user.tenants].flatMap(({ tenantId, roleNames }) =>
        roleNames.filter((name) => !defined.has(`/${name}`) && !defined.has(`${tenantId}/${name}`)),
      ),
    );

    expect(held).toEqual([...danglingRoleNames]);
  });

  it('serves the last page of a million users at once, and needs little memory for it', async () => {
    const before = process.memoryUsage().rss;
    const started = process.cpuUsage();
    await using client = await startClient({ users: 1_000_000 });

    const last = await client.search({ withTestUser: true, sort: byCreated, offset: 999_900 });
    const found = await client.load(last.users[99]?.userId ?? '');
    client.emulator.state.deleteUser(adaLovelace.userId);
    const shifted = await client.search({ withTestUser: true, sort: byCreated, offset: 999_899 });

    expect(last).toMatchObject({ total: 1_000_000 });
    expect(last.users).toHaveLength(100);
    expect(found).toEqual(last.users[99]);
    expect(shifted.total).toBe(999_999);
    expect(shifted.users).toEqual(last.users);
    const { user, system } = process.cpuUsage(started); // the time of the processor: others' work does not count
    expect((user + system) / 1000).toBeLessThan(3_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  });
});
