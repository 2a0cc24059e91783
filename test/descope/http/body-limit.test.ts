import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { maxBodyBytes, usualMaxResponseMiB } from '../../../src/descope/http/body-limit.ts';
import { permissionList } from '../../../src/descope/permissions.ts';
import { roleList } from '../../../src/descope/roles.ts';
import { tenantList } from '../../../src/descope/tenants.ts';
import { userReadEndpoints } from '../../../src/descope/users/user.ts';
import { useNock } from '../../support/nock.ts';
import { failureOf, host, testClient } from '../support.ts';

const MiB = 1024 * 1024;

describe('the largest answer', () => {
  useNock();

  it.each([
    ['of a small container', 153 * MiB, 19],
    ['of a usual machine', 4_144 * MiB, 256],
    ['of next to nothing', 3 * MiB, 1],
  ])('is what the heap %s has room for', (_, heap, expected) => {
    expect(usualMaxResponseMiB(heap)).toBe(expected);
  });

  it('is the setting for a list; pages of users have an eighth of it, and 32 MiB in any case', () => {
    expect([
      maxBodyBytes(tenantList.endpoint, 5),
      maxBodyBytes(userReadEndpoints.searchUsers, 5),
      maxBodyBytes(userReadEndpoints.searchUsers, 800),
    ]).toEqual([5 * MiB, 32 * MiB, 100 * MiB]);
  });

  it.each([
    ['tenant', (client: ReturnType<typeof testClient>) => client.readList(tenantList)],
    ['role', (client: ReturnType<typeof testClient>) => client.readList(roleList)],
    ['permission', (client: ReturnType<typeof testClient>) => client.readList(permissionList)],
  ])('that is exceeded is told with the limit and the setting, and asked for once: %s', async (what, ask) => {
    nock(host)
      .get(`/v1/mgmt/${what}/all`)
      .reply(200, `{"${what}s":[],"x":"${'x'.repeat(MiB)}"}`);

    const { kind, message } = await failureOf(ask(testClient({ maxResponseMiB: 1 })));

    expect(kind).toBe('upstream-contract');
    expect(message).toBe(
      `GET /v1/mgmt/${what}/all answered with a body larger than 1 MiB, the limit; if there is enough memory, raise --max-response-size`,
    );
  });

  it('that is not reached is read, though a list of 40 MB is larger than a page may be', async () => {
    const tenants = Array.from({ length: 40_000 }, (_, place) => ({ id: `T${place}`, name: 'x'.repeat(1_000) }));
    nock(host).get('/v1/mgmt/tenant/all').reply(200, JSON.stringify({ tenants }));

    expect(await testClient({ maxResponseMiB: 64 }).readList(tenantList)).toHaveLength(40_000);
  });
});
