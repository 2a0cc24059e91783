import { describe, expect, it } from 'vitest';
import { adaLovelace } from '../../src/emulator/emulator.ts';
import type { Switches } from '../../src/emulator/emulator.ts';
import { byCreated, startClient } from './support.ts';
import type { Client } from './support.ts';

const start = (switches: Partial<Switches>, now = Date.now): Promise<Client> =>
  startClient({ users: 300, switches, now });
const searchStatus = async (client: Client, body: object): Promise<number> =>
  (await client.send('POST', '/v2/mgmt/user/search', body)).status;

describe('search switches', () => {
  it('maxLimit clamps, or refuses', async () => {
    await using clamping = await start({ maxLimit: 50 });
    await using refusing = await start({ maxLimit: 50, overMaxLimit: 'reject' });

    expect((await clamping.search({ limit: 100 })).users).toHaveLength(50);
    expect((await clamping.search()).users).toHaveLength(50);
    expect(await searchStatus(refusing, { limit: 51 })).toBe(400);
    expect(await searchStatus(refusing, { limit: 50 })).toBe(200);
  });

  it.each<[Partial<Switches>, object]>([
    [{ offset: 'unknown-field' }, { offset: 100 }],
    [{ sort: 'unknown-field' }, { sort: byCreated }],
    [{ createdTimeFilter: 'unknown-field' }, { toCreatedTime: 1 }],
  ])('%j refuses the field as unknown', async (switches, body) => {
    await using client = await start(switches);

    const response = await client.send('POST', '/v2/mgmt/user/search', body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errorCode: 'E011001' });
    expect(await searchStatus(client, {})).toBe(200);
  });

  it('a filter or a sort can be ignored without a word', async () => {
    await using client = await start({ createdTimeFilter: 'ignored', sort: 'ignored' });
    const plain = await client.search({ withTestUser: true });

    expect(await client.search({ withTestUser: true, toCreatedTime: 1, sort: byCreated })).toEqual(plain);
  });

  it('a created-time filter can hide invited users', async () => {
    await using client = await start({ createdTimeFilter: 'hides-invited' });
    const invited = [...client.emulator.state.users()].filter((user) => user.status === 'invited').length;
    const bound = { withTestUser: true, toCreatedTime: Date.now(), sort: byCreated };

    expect(invited).toBeGreaterThan(0);
    expect((await client.search({ withTestUser: true })).total).toBe(300);
    expect((await client.search(bound)).total).toBe(300 - invited);
  });

  it('unknownFields accept lets anything pass', async () => {
    await using client = await start({ unknownFields: 'accept' });

    expect(await searchStatus(client, { novel: true })).toBe(200);
  });

  it('defaultOrder shuffled gives every request another order', async () => {
    await using client = await start({ defaultOrder: 'shuffled' });

    const [first, second] = [await client.search(), await client.search()];

    expect(first.users.map((user) => user.userId)).not.toEqual(second.users.map((user) => user.userId));
    expect(first.total).toBe(second.total);
  });

  it('tieOrder shuffled moves users of one second about, and nobody else', async () => {
    await using client = await start({ tieOrder: 'shuffled' });

    const read = () => client.search({ withTestUser: true, sort: byCreated });
    const [first, second] = [await read(), await read()];

    expect(first.users.map((user) => user.userId)).not.toEqual(second.users.map((user) => user.userId));
    expect(first.users.map((user) => user.createdTime)).toEqual(second.users.map((user) => user.createdTime));
  });

  it('roleNamesFilter can look at project-wide roles only', async () => {
    await using client = await start({ roleNamesFilter: 'project-wide' });

    const { users } = await client.search({ roleNames: ['Editor'], withTestUser: true });

    expect(users.every((user) => user.roleNames.includes('Editor'))).toBe(true);
    expect(users.some((user) => user.userId === adaLovelace.userId)).toBe(false);
  });

  it.each<[Partial<Switches>, number[]]>([
    [{ total: 'constant', totalDrift: -3 }, [297, 297, 297]],
    [{ total: 'growing', totalDrift: 2 }, [300, 302, 304]],
    [{ total: 'oscillating' }, [300, 301, 300]],
    [{ total: 'page-length' }, [10, 10, 10]],
    [{ total: 'zero' }, [0, 0, 0]],
  ])('%j reports totals of %j', async (switches, expected) => {
    await using client = await start(switches);
    const totals: number[] = [];

    for (const _ of expected) totals.push((await client.search({ withTestUser: true, limit: 10 })).total);

    expect(totals).toEqual(expected);
  });

  it('searchLagSeconds shows a change to searches later, to loads at once', async () => {
    let now = Date.now();
    await using client = await start({ searchLagSeconds: 5 }, () => now);
    const seen = async (): Promise<unknown> =>
      (await client.search({ userIds: [adaLovelace.userId] })).users[0]?.roleNames;

    client.emulator.state.grantRole(adaLovelace.userId, 'Auditor');

    expect((await client.load(adaLovelace.userId)).roleNames).toEqual(['Auditor']);
    now += 4_000;
    expect(await seen()).toEqual([]);
    now += 1_000;
    expect(await seen()).toEqual(['Auditor']);
  });

  it('loadLagReads shows a change after so many loads', async () => {
    await using client = await start({ loadLagReads: 2 });
    const seen = async (): Promise<boolean> => (await client.load(adaLovelace.userId)).roleNames.includes('Auditor');

    client.emulator.state.grantRole(adaLovelace.userId, 'Auditor');

    expect([await seen(), await seen(), await seen()]).toEqual([false, false, true]);
    expect((await client.search({ userIds: [adaLovelace.userId] })).users[0]?.roleNames).toEqual(['Auditor']);
  });
});

describe('transport switches', () => {
  it('dates every answer by its own clock, by a skewed one, or not at all', async () => {
    const now = (): number => Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const date = async (switches: Partial<Switches>): Promise<string | null> => {
      await using client = await start(switches, now);
      return (await client.send('GET', '/v1/mgmt/tenant/all')).headers.get('date');
    };

    expect(await date({})).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
    expect(await date({ clockSkewSeconds: -3600 })).toBe('Fri, 02 Jan 2026 02:04:05 GMT');
    expect(await date({ dateHeader: 'off' })).toBeNull();
  });

  it('limits the rate per bucket, says for how long, and lets go afterwards', async () => {
    let now = 1_000_000;
    await using client = await start({ rateLimit: 'search:2/10/30' }, () => now);
    const first = [await searchStatus(client, {}), await searchStatus(client, {})];

    const refused = await client.send('POST', '/v2/mgmt/user/search', {});
    const elsewhere = await client.send('GET', '/v1/mgmt/tenant/all');
    now += 29_000;
    const still = await client.send('POST', '/v2/mgmt/user/search', {});
    now += 1_000;

    expect(first).toEqual([200, 200]);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    expect(await refused.json()).toMatchObject({ errorCode: 'E130429' });
    expect(elsewhere.status).toBe(200);
    expect([still.status, still.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await searchStatus(client, {})).toBe(200);
  });

  it('can refuse with HTML, and never limits by default', async () => {
    await using limited = await start({ rateLimit: 'general:0/60', rateLimitBody: 'html' });
    await using open = await start({});

    const refused = await limited.send('GET', '/v1/mgmt/role/all');
    const answers = await Promise.all(Array.from({ length: 300 }, () => searchStatus(open, { limit: 1 })));

    expect([refused.status, refused.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
    expect(new Set(answers)).toEqual(new Set([200]));
  });
});
