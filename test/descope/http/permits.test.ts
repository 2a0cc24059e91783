import nock from 'nock';
import { expect, it } from 'vitest';
import { useNock } from '../../support/nock.ts';
import { anySearch, host, noUsers, searchPath, testClient } from '../support.ts';

useNock();

it('takes a permit for each attempt, last of all, and tells a pause that Descope asks for', async () => {
  const said: string[] = [];
  nock(host)
    .post(searchPath)
    .reply(() => {
      said.push('sent');
      return [429, {}, { 'retry-after': '7' }];
    });
  nock(host)
    .post(searchPath)
    .reply(() => {
      said.push('sent');
      return [200, noUsers];
    });
  const client = testClient({
    permits: {
      take: async () => void said.push('permit'),
      onRateWait: (waitMs) => void said.push(`pause ${waitMs}`),
    },
  });
  await client.searchUsers(anySearch);

  expect(said).toEqual(['permit', 'sent', 'pause 7000', 'permit', 'sent']);
  expect(client.time.slept).toEqual([7_000]);
});

it("tells nobody of a limit of the audit log, which is each project's own", async () => {
  const said: string[] = [];
  nock(host).post('/v1/mgmt/audit/search').reply(429, {}, { 'retry-after': '7' });
  nock(host).post('/v1/mgmt/audit/search').reply(200, { audits: [], total: 0 });
  const client = testClient({
    permits: {
      take: async () => void said.push('permit'),
      onRateWait: (waitMs) => void said.push(`pause ${waitMs}`),
    },
  });
  await client.searchAudit({ fromMs: 0, toMs: 1, isOldestFirst: false, page: 0 });

  expect(said).toEqual(['permit', 'permit']);
});
