import nock from 'nock';
import { describe, expect, it } from 'vitest';
import type { DescopeClient } from '../../src/descope/client.ts';
import { permissionList } from '../../src/descope/permissions.ts';
import { roleList } from '../../src/descope/roles.ts';
import { tenantList } from '../../src/descope/tenants.ts';
import type { UserQuery } from '../../src/descope/users/user-page.ts';
import { useNock } from '../support/nock.ts';
import { anySearch, failureOf, host, noUsers, searchPath, testClient, turn } from './support.ts';

useNock();

/** Sends a search and hands back the body of the request. */
async function bodyOf(query: UserQuery): Promise<unknown> {
  let sent: unknown;
  nock(host)
    .post(searchPath)
    .reply((_, body) => {
      sent = body;
      return [200, noUsers];
    });

  await testClient().searchUsers(query);

  return sent;
}

describe('a search', () => {
  it('asks for test users too, by creation, and for nothing that could hide somebody', async () => {
    expect(await bodyOf({ limit: 100, offset: 0 })).toEqual({
      limit: 100,
      offset: 0,
      withTestUser: true,
      sort: [{ field: 'createdTime', desc: false }],
    });
  });

  it('sends times as strings', async () => {
    expect(await bodyOf({ limit: 100, offset: 200, fromCreatedTimeMs: 0, toCreatedTimeMs: 1_741_082_384_999 })).toEqual(
      {
        limit: 100,
        offset: 200,
        withTestUser: true,
        sort: [{ field: 'createdTime', desc: false }],
        fromCreatedTime: '0',
        toCreatedTime: '1741082384999',
      },
    );
  });

  it('may be narrowed to tenants and roles, even to one with a hostile name', async () => {
    const tenantRoleNames = JSON.parse('{"T1": ["R", "S"], "__proto__": ["R"]}') as Record<string, string[]>;

    const body = await bodyOf({ ...anySearch, tenantIds: ['T1'], roleNames: ['R'], tenantRoleNames });

    expect(body).toMatchObject({ tenantIds: ['T1'], roleNames: ['R'] });
    expect(JSON.stringify(body)).toContain(
      '"tenantRoleNames":{"T1":{"values":["R","S"],"and":false},"__proto__":{"values":["R"],"and":false}}',
    );
  });
});

describe('a page that is fetched ahead', () => {
  const cut = '{"users":[],"tot';
  const answering = (...bodies: readonly string[]): void =>
    bodies.forEach((body) => void nock(host).post(searchPath).reply(200, body));

  it('is parsed when it is wanted, without another request', async () => {
    answering(JSON.stringify({ users: [{ userId: 'U1' }], total: 1 }));

    const page = await testClient().fetchUsers(anySearch);

    expect(await page.parse()).toMatchObject({ users: [{ userId: 'U1' }], total: 1 });
  });

  it('is asked for again when it turns out to be cut off', async () => {
    answering(cut, JSON.stringify({ users: [], total: 0 }));
    const asked: string[] = [];

    const page = await testClient().fetchUsers(anySearch, { onRequest: (endpoint) => void asked.push(endpoint) });

    expect(await page.parse({ onRequest: (endpoint) => void asked.push(endpoint) })).toMatchObject({
      users: [],
      total: 0,
    });
    expect(asked).toHaveLength(2);
  });

  it('fails when it is cut off three times in all', async () => {
    answering(cut, cut, cut);

    const page = await testClient().fetchUsers(anySearch);

    expect(await failureOf(page.parse())).toMatchObject({ kind: 'upstream-contract' });
  });
});

describe('a load', () => {
  it('of a user asks by user id, percent-encoded', async () => {
    const userId = 'U1&loginId=x/../é';
    nock(host).get('/v1/mgmt/user').query({ userId }).reply(200, { user: { userId } });

    expect(await testClient().loadUser(userId)).toMatchObject({ userId });
  });

  it('answers undefined for somebody whom Descope does not know', async () => {
    nock(host).get('/v1/mgmt/user').query({ userId: 'U1' }).reply(404, { errorCode: 'E112102' });
    const client = testClient();

    expect(await client.loadUser('U1')).toBeUndefined();
  });

  it('never believes an answer about somebody else', async () => {
    nock(host)
      .get('/v1/mgmt/user')
      .query({ userId: 'U1' })
      .reply(200, { user: { userId: 'U2' } });
    const client = testClient();

    expect(await client.loadUser('U1')).toBeUndefined();
  });

  it.each([401, 403, 500])('does not take %i for "no such user"', async (status) => {
    nock(host)
      .get('/v1/mgmt/user')
      .query({ userId: 'U1' })
      .times(status === 500 ? 5 : 1)
      .reply(status);

    expect((await failureOf(testClient().loadUser('U1'))).kind).not.toBe('not-found');
  });
});

describe('a list', () => {
  it.each<[string, string, (client: DescopeClient) => Promise<readonly unknown[]>, object]>([
    ['tenants', '/v1/mgmt/tenant/all', (client) => client.readList(tenantList), { id: 'T1' }],
    ['roles', '/v1/mgmt/role/all', (client) => client.readList(roleList), { name: 'R' }],
    ['permissions', '/v1/mgmt/permission/all', (client) => client.readList(permissionList), { name: 'P' }],
  ])('of %s is read with one request', async (key, path, list, row) => {
    nock(host)
      .get(path)
      .reply(200, { [key]: [row] });

    expect(await list(testClient())).toMatchObject([row]);
  });

  it.each<[string, string, (client: DescopeClient) => Promise<unknown>, object]>([
    [
      'tenant',
      '/v1/mgmt/tenant/all',
      (client) => client.readList(tenantList),
      { tenants: [{ id: 'T1' }, { id: 'T1' }] },
    ],
    [
      'role',
      '/v1/mgmt/role/all',
      (client) => client.readList(roleList),
      {
        roles: [
          { name: 'R', id: '1' },
          { name: 'R', id: '2' },
        ],
      },
    ],
    [
      'permission',
      '/v1/mgmt/permission/all',
      (client) => client.readList(permissionList),
      { permissions: [{ name: 'P' }, { name: 'P' }] },
    ],
  ])('with a %s twice is refused', async (_, path, list, body) => {
    nock(host).get(path).reply(200, body);

    expect((await failureOf(list(testClient()))).kind).toBe('upstream-contract');
  });
});

describe('requests in flight', () => {
  /** Answers every list after a few turns, some with an error first, and says how many it ever held at once. */
  async function mostInFlight(calls: number, maxParallelFetches?: number): Promise<number> {
    let inFlight = 0;
    let most = 0;
    let served = 0;
    nock(host)
      .get('/v1/mgmt/tenant/all')
      .times(calls + Math.floor(calls / 4))
      .reply(async () => {
        served += 1;
        const status = served <= calls && served % 4 === 0 ? 503 : 200;
        inFlight += 1;
        most = Math.max(most, inFlight);
        for (let count = 0; count < 5; count += 1) {
          await turn();
        }
        inFlight -= 1;
        return [status, { tenants: [] }];
      });
    const client = testClient(maxParallelFetches === undefined ? {} : { maxParallelFetches });

    await Promise.all(Array.from({ length: calls }, () => client.readList(tenantList)));

    expect(served).toBe(calls + Math.floor(calls / 4));
    return most;
  }

  it.each([
    [1, 1],
    [3, 3],
    [6, 6],
    [50, 6],
    [undefined, 6],
  ])('are, when %s are asked for, never more than %i, retries included', async (asked, most) => {
    expect(await mostInFlight(40, asked)).toBe(most);
  });

  it('are told to the observer one by one, retries included', async () => {
    nock(host).post(searchPath).times(2).reply(503);
    nock(host).post(searchPath).reply(200, noUsers);
    const seen: string[] = [];

    await testClient().searchUsers(anySearch, { onRequest: (endpoint) => seen.push(endpoint) });

    expect(seen).toEqual(Array.from({ length: 3 }, () => 'POST /v2/mgmt/user/search'));
  });
});

describe('a caller who goes away', () => {
  it('before the call gets "cancelled" without a request', async () => {
    expect((await failureOf(testClient().readList(tenantList, { signal: AbortSignal.abort() }))).kind).toBe(
      'cancelled',
    );
  });

  it('while all slots are busy gets "cancelled" at once', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    nock(host)
      .get('/v1/mgmt/tenant/all')
      .reply(async () => {
        await held;
        return [200, { tenants: [] }];
      });
    const client = testClient({ maxParallelFetches: 1 });
    const caller = new AbortController();
    const busy = client.readList(tenantList);
    const waiting = failureOf(client.readList(roleList, { signal: caller.signal }));
    await turn();

    caller.abort();

    expect((await waiting).kind).toBe('cancelled');
    release();
    expect(await busy).toEqual([]);
  });
});
