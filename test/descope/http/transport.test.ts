import nock from 'nock';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { DescopeClient } from '../../../src/descope/client.ts';
import { permissionList } from '../../../src/descope/permissions.ts';
import { roleList } from '../../../src/descope/roles.ts';
import { tenantList } from '../../../src/descope/tenants.ts';
import { Secret } from '../../../src/secret.ts';
import { useNock } from '../../support/nock.ts';
import { anySearch, dateHeader, failureOf, host, key, noUsers, projectId, searchPath, testClient } from '../support.ts';
import { eventually } from '../../support/eventually.ts';

const tenantPath = '/v1/mgmt/tenant/all';

const onSearch = (): nock.Interceptor => nock(host).post(searchPath);

useNock();

describe('a request', () => {
  it('carries the key as "project:key", the project id and who we are, and impersonates no SDK', async () => {
    let headers: Record<string, unknown> = {};
    onSearch().reply(function () {
      headers = { ...this.req.headers };
      return [200, noUsers];
    });

    await testClient().searchUsers(anySearch);

    expect(headers).toMatchObject({
      authorization: `Bearer ${projectId}:${key}`,
      'x-descope-project-id': projectId,
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': expect.stringMatching(/^baton-descope\/\d+\.\d+\.\d+/) as string,
      'x-external-rid': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(
      Object.keys(headers).filter((name) => name.startsWith('x-descope-') && name !== 'x-descope-project-id'),
    ).toEqual([]);
  });

  it('asks for the key anew, so that a rotated one is used', async () => {
    const keys = ['old', 'new'];
    nock(host, { reqheaders: { authorization: `Bearer ${projectId}:old` } })
      .get(tenantPath)
      .reply(200, { tenants: [] });
    nock(host, { reqheaders: { authorization: `Bearer ${projectId}:new` } })
      .get(tenantPath)
      .reply(200, { tenants: [] });
    const client = testClient({ managementKey: () => new Secret(keys.shift() ?? '') });

    await client.readList(tenantList);
    await client.readList(tenantList);

    expect(keys).toEqual([]);
  });

  it('keeps the path of a base URL', async () => {
    nock('https://gateway.example.com').get(`/descope${tenantPath}`).reply(200, { tenants: [] });

    expect(await testClient({ baseUrl: 'https://gateway.example.com/descope' }).readList(tenantList)).toEqual([]);
  });
});

describe('the management key', () => {
  const body = { errorCode: 'E011001', errorDescription: key, errorMessage: `Bearer ${projectId}:${key}` };

  it.each([
    [
      'the network',
      () =>
        nock(host)
          .post(searchPath)
          .times(5)
          .replyWithError(Object.assign(new Error(key), { code: 'ECONNRESET' })),
    ],
    ['401', () => onSearch().reply(401, body)],
    ['403', () => onSearch().reply(403, body)],
    ['400', () => onSearch().reply(400, body)],
    ['404', () => onSearch().reply(404, body)],
    ['429', () => onSearch().reply(429, body, { 'retry-after': '600' })],
    ['500', () => onSearch().times(5).reply(500, body)],
    ['a redirect', () => onSearch().reply(302, body, { location: `https://evil.example/?k=${key}` })],
    ['a body that is no JSON', () => onSearch().times(3).reply(200, `<html>${key}`)],
    ['a row of the wrong shape', () => onSearch().reply(200, { users: [{ userId: 'U1', email: [key] }], total: 1 })],
    ['an error in a 200', () => onSearch().reply(200, body)],
  ])('is in no part of the error for %s', async (_, arrange) => {
    arrange();

    const error = await failureOf(testClient().searchUsers(anySearch));

    const shown = [
      inspect(error, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(error),
      error.message,
      error.stack,
      String(error.cause),
      JSON.stringify(error.facts),
    ];
    expect(shown.join('\n')).not.toContain(key);
    expect(error.cause).toBeUndefined();
  });

  it('is not shown either when it cannot be put into a header', async () => {
    const managementKey = (): Secret => new Secret(`${key}\r\nx-evil: 1`);

    const error: unknown = await testClient({ managementKey })
      .searchUsers(anySearch)
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
  });
});

describe('a redirect', () => {
  it.each(
    [301, 302, 303, 307, 308].flatMap((status) =>
      [`${host}/elsewhere`, 'https://evil.example/login', '/login'].map((location) => [status, location] as const),
    ),
  )('of status %i to %s is not followed', async (status, location) => {
    onSearch().reply(status, '', { location }); // a second request would be unexpected, and fail this test

    const { kind, facts } = await failureOf(testClient().searchUsers(anySearch));

    expect({ kind, status: facts['status'] }).toEqual({ kind: 'upstream-contract', status });
  });
});

describe('a status', () => {
  it.each([
    [400, 'upstream-contract'],
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'upstream-contract'],
    [405, 'upstream-contract'],
    [409, 'upstream-contract'],
    [410, 'upstream-contract'],
    [422, 'upstream-contract'],
  ])('of %i on a list is final after one request, as %s', async (status, kind) => {
    onSearch().reply(status, { errorCode: 'E011004', errorDescription: 'x' });

    const error = await failureOf(testClient().searchUsers(anySearch));

    expect(error.kind).toBe(kind);
    expect(error.facts).toEqual({ endpoint: 'POST /v2/mgmt/user/search', status, code: 'E011004' });
  });

  it.each<[string, (client: DescopeClient) => Promise<unknown>]>([
    ['/v1/mgmt/tenant/all', (client) => client.readList(tenantList)],
    ['/v1/mgmt/role/all', (client) => client.readList(roleList)],
    ['/v1/mgmt/permission/all', (client) => client.readList(permissionList)],
  ])('of 404 on %s is never "not found"', async (path, list) => {
    nock(host).get(path).reply(404);

    expect((await failureOf(list(testClient()))).kind).toBe('upstream-contract');
  });

  it('of 400 on a load is "invalid"', async () => {
    nock(host).get('/v1/mgmt/user').query({ userId: 'U1' }).reply(400);

    expect((await failureOf(testClient().loadUser('U1'))).kind).toBe('invalid');
  });

  it.each([500, 501, 502, 503, 504, 520, 522, 524, 530, 599])('of %i is an outage: five tries', async (status) => {
    onSearch().times(5).reply(status, '<html>not for parsing</html>');
    const client = testClient();

    const { kind, facts } = await failureOf(client.searchUsers(anySearch));

    expect({ kind, status: facts['status'] }).toEqual({ kind: 'unavailable', status });
    expect(client.time.slept).toEqual([125, 250, 500, 1_000]);
  });

  it('of 408 is a timeout that is tried again', async () => {
    onSearch().times(5).reply(408);

    expect((await failureOf(testClient().searchUsers(anySearch))).kind).toBe('timeout');
  });

  it('of 503 is forgotten once an answer comes', async () => {
    onSearch().times(4).reply(503);
    onSearch().reply(200, noUsers);

    expect(await testClient().searchUsers(anySearch)).toMatchObject(noUsers);
  });

  it('of 503 with Retry-After is waited out as told', async () => {
    onSearch().reply(503, '', { 'retry-after': '9' });
    onSearch().reply(200, noUsers);
    const client = testClient();

    await client.searchUsers(anySearch);

    expect(client.time.slept).toEqual([9_000]);
  });

  it.each([201, 202, 203, 204, 205, 206])(
    'of %i is no answer, even with a body that looks like one',
    async (status) => {
      onSearch().reply(status, status === 204 || status === 205 ? undefined : noUsers);

      expect((await failureOf(testClient().searchUsers(anySearch))).kind).toBe('upstream-contract');
    },
  );
});

describe('a 429', () => {
  it.each([
    ['whole seconds', { 'retry-after': '7' }, 7_000],
    ['an HTTP date', { 'retry-after': 'Tue, 04 Mar 2025 10:00:30 GMT', date: dateHeader }, 30_000],
    ['an HTTP date in the past', { 'retry-after': 'Tue, 04 Mar 2025 09:00:00 GMT', date: dateHeader }, 1_000],
    ['garbage', { 'retry-after': 'soon' }, 1_000],
    ['a negative number', { 'retry-after': '-7' }, 1_000],
    ['no header', {}, 1_000],
  ])('with %s is waited for', async (_, headers, expected) => {
    onSearch().reply(429, 'slow down', headers as unknown as Record<string, string>);
    onSearch().reply(200, noUsers);
    const client = testClient();

    await client.searchUsers(anySearch);

    expect(client.time.slept).toEqual([expected]);
  });

  it('pauses every call of the client', async () => {
    const client = testClient();
    const startedAt = client.time.now();
    const askedAt: number[] = [];
    onSearch().reply(429, '', { 'retry-after': '20' });
    onSearch().reply(200, noUsers);
    nock(host)
      .get(tenantPath)
      .times(3)
      .reply(() => {
        askedAt.push(client.time.now());
        return [200, { tenants: [] }];
      });

    const limited = client.searchUsers(anySearch);
    await eventually(() => expect(client.time.slept).toHaveLength(1));
    await Promise.all([limited, client.readList(tenantList), client.readList(tenantList), client.readList(tenantList)]);

    expect(askedAt).toHaveLength(3);
    expect(askedAt.every((at) => at >= startedAt + 20_000)).toBe(true);
  });

  it('that asks for more than is allowed says when the limit opens again', async () => {
    onSearch().reply(429, '', { 'retry-after': '31' });
    const before = Date.now();

    const { kind, facts } = await failureOf(testClient().searchUsers(anySearch));

    expect(kind).toBe('rate-limited');
    expect(Number(facts['resetAt']) - before).toBeGreaterThanOrEqual(31_000);
    expect(Number(facts['resetAt']) - before).toBeLessThan(41_000);
  });

  it('without an end is given up after waits of 1 to 16 s where a caller holds a call open', async () => {
    onSearch().times(6).reply(429);
    const client = testClient();

    expect((await failureOf(client.searchUsers(anySearch))).kind).toBe('rate-limited');
    expect(client.time.slept).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  });
});

describe('the network', () => {
  it.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'ENETUNREACH'])(
    'that fails with %s is tried five times',
    async (code) => {
      onSearch()
        .times(5)
        .replyWithError(Object.assign(new Error('socket'), { code }));

      const { kind, message } = await failureOf(testClient().searchUsers(anySearch));

      expect(kind).toBe('unavailable');
      expect(message).toMatch(/^POST \/v2\/mgmt\/user\/search failed: /);
      expect(message).toContain(code);
    },
  );

  it('that fails once is forgotten', async () => {
    onSearch().replyWithError(Object.assign(new Error('socket'), { code: 'ECONNRESET' }));
    onSearch().reply(200, noUsers);

    expect(await testClient().searchUsers(anySearch)).toMatchObject(noUsers);
  });

  it.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('that cannot be trusted (%s) is not tried again', async (code) => {
    onSearch().replyWithError(Object.assign(new Error('tls'), { code }));

    const { kind, message } = await failureOf(testClient().searchUsers(anySearch));

    expect(kind).toBe('unavailable');
    expect(message).toContain(code);
  });
});

describe('a body', () => {
  const whole = JSON.stringify({ users: [], total: 0 });

  it.each([
    ['cut off', whole.slice(0, -1)],
    ['empty', ''],
    ['a login page', '<!doctype html><title>Sign in</title>'],
    ['plain text', 'OK'],
    ['behind a byte-order mark', `\ufeff${whole}`],
    ['followed by something', `${whole}}`],
    ['not UTF-8', Buffer.concat([Buffer.from('{"users":[],"total":0,"x":"'), Buffer.from([0xff]), Buffer.from('"}')])],
  ])('that is %s is read again twice and then believed to be a changed contract', async (_, body) => {
    onSearch().times(3).reply(200, body);

    const { kind, message } = await failureOf(testClient().searchUsers(anySearch));

    expect(kind).toBe('upstream-contract');
    expect(message).toContain('POST /v2/mgmt/user/search');
  });

  it('that was cut off once is forgotten', async () => {
    onSearch().reply(200, whole.slice(0, 9));
    onSearch().reply(200, whole);

    expect(await testClient().searchUsers(anySearch)).toMatchObject(noUsers);
  });

  it.each([
    ['null', 'null'],
    ['a list', '[]'],
    ['a string', '"ok"'],
    ['an empty object', '{}'],
    ['without users', '{"total":0}'],
    ['with users null', '{"users":null,"total":0}'],
    ['without a total', '{"users":[]}'],
    ['with a total in quotes', '{"users":[],"total":"0"}'],
    ['with an error inside', '{"errorCode":"E011001","errorDescription":"bad"}'],
  ])('that is whole JSON but %s is refused after one request', async (_, body) => {
    onSearch().reply(200, body);

    expect((await failureOf(testClient().searchUsers(anySearch))).kind).toBe('upstream-contract');
  });

  it('that is compressed is read', async () => {
    onSearch().reply(200, gzipSync(whole), { 'content-encoding': 'gzip' });

    expect(await testClient().searchUsers(anySearch)).toMatchObject(noUsers);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])(
    'that claims to be %s and is not is a changed contract after three tries',
    async (encoding) => {
      onSearch().times(3).reply(200, whole, { 'content-encoding': encoding });

      expect((await failureOf(testClient().searchUsers(anySearch))).kind).toBe('upstream-contract');
    },
  );

  it('that ends in the middle of its compression was cut off on the way', async () => {
    onSearch().times(5).reply(200, gzipSync(whole).subarray(0, -10), { 'content-encoding': 'gzip' });

    expect((await failureOf(testClient().searchUsers(anySearch))).kind).toBe('unavailable');
  });

  it('larger than 32 MiB is refused after one request', async () => {
    onSearch().reply(200, Buffer.alloc(33 * 1024 * 1024, 0x20));

    const { kind, message } = await failureOf(testClient().searchUsers(anySearch));

    expect({ kind, isTooLarge: message.includes('32 MiB') }).toEqual({ kind: 'upstream-contract', isTooLarge: true });
  });

  it('that only grows larger than 32 MiB when it is unpacked is refused as well', async () => {
    onSearch().reply(200, gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), { 'content-encoding': 'gzip' });

    const { kind, message } = await failureOf(testClient().searchUsers(anySearch));

    expect({ kind, isTooLarge: message.includes('32 MiB') }).toEqual({ kind: 'upstream-contract', isTooLarge: true });
  });
});

describe('the Date header', () => {
  it.each([
    ['is handed on', { date: dateHeader }, Date.parse(dateHeader)],
    ['may be missing', {}, undefined],
    ['may be nonsense', { date: 'yesterday' }, undefined],
  ])('%s', async (_, headers, expected) => {
    onSearch().reply(200, noUsers, headers as unknown as Record<string, string>);

    expect((await testClient().searchUsers(anySearch)).serverTimeMs).toBe(expected);
  });
});
