import { describe, expect, it } from 'vitest';
import type { AuditQuery } from '../../src/descope/audit/audit.ts';
import type { DescopeClient } from '../../src/descope/client.ts';
import type { DescopeClientOptions } from '../../src/descope/client.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import { clientOf } from '../support/embedded.ts';
import { fakeTime } from './support.ts';

const noon = Date.UTC(2026, 4, 1, 12);
const query: AuditQuery = { fromMs: noon - 3_600_000, toMs: noon, isOldestFirst: false, page: 0 };
const audits = 'POST /v1/mgmt/audit/search';

interface World extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly client: DescopeClient;
}

async function start(
  options: Partial<DescopeClientOptions> = {},
  switches: EmulatorOptions['switches'] = {},
  project: EmulatorOptions['project'] = { users: [] },
): Promise<World> {
  const emulator = await startEmulator({ project, switches: { auditLagSeconds: 0, ...switches }, now: () => noon });
  const client = clientOf(emulator, options);
  return { emulator, client, [Symbol.asyncDispose]: () => emulator.close() };
}

describe('a search of the audit log', () => {
  it('gives records as Descope has them, times as text and ids in capitals', async () => {
    await using world = await start();
    const data = { access_key_id: 'K1' };
    world.emulator.state.addAuditRecord({ action: 'Odd', userId: 'U1', tenants: ['a'], actorId: 'K', data, id: 'AU1' });

    expect(await world.client.searchAudit(query)).toEqual({
      records: [{ id: 'AU1', action: 'Odd', occurredMs: noon, userId: 'U1', tenantIds: ['a'], actorId: 'K', data }],
      total: 1,
    });
    expect(world.emulator.stats.recent.at(-1)?.body).toEqual({
      from: String(query.fromMs),
      to: String(noon),
      size: 1000,
      page: 0,
    });
  });

  it('takes what a record says for its id where it has none', async () => {
    await using world = await start();
    const without = { extra: { ID: '' } };
    world.emulator.state.addAuditRecord({ action: 'A', userId: 'U1', ...without });
    world.emulator.state.addAuditRecord({ action: 'A', userId: 'U2', ...without });
    world.emulator.state.addAuditRecord({ action: 'A', userId: 'U1', ...without });
    const { records } = await world.client.searchAudit(query);
    const [one, two, three] = records.map(({ id }) => id);

    expect(one).toMatch(/^-.{24}$/);
    expect(three).toBe(one);
    expect(two).not.toBe(one);
  });

  it.each([
    ['"occurred" is missing', { occurred: null }],
    ['"occurred" is not a whole number', { occurred: 'noon' }],
    ['"action" is missing', { action: '' }],
    ['"data" is not an object', { data: 'x' }],
  ])('fails where %s, and names the record', async (fault, extra) => {
    await using world = await start();
    world.emulator.state.addAuditRecord({ action: 'A', id: 'AU1', extra });

    await expect(world.client.searchAudit(query)).rejects.toMatchObject({
      kind: 'upstream-contract',
      message: expect.stringContaining(fault),
    });
  });

  it('is sent ten times a minute at most, by all clients of a channel, on loopback addresses too', async () => {
    const time = fakeTime();
    await using world = await start({ rateLimit: 'auto', ...time }, { auditRateLimit: 'off' });
    const startedAt = time.now();
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        await world.client.searchAudit(query);
        times.push(time.now() - startedAt);
      }),
    );
    const mostInAMinute = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length),
    );

    expect(mostInAMinute).toBe(10);
    expect(Math.max(...times)).toBeGreaterThan(60_000);
    expect(Math.max(...times)).toBeLessThan(180_000);
  });

  it('holds back no other request when it meets the limit', async () => {
    let nowMs = 0;
    const wait = Promise.withResolvers<undefined>();
    await using world = await start({ now: () => nowMs, sleep: () => wait.promise, longestRateWaitMs: 90_000 });
    world.emulator.faults.add({
      match: { endpoint: audits },
      times: 1,
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '60' } },
    });
    const searching = world.client.searchAudit(query);
    await expect.poll(() => world.emulator.stats.recent.map(({ status }) => status)).toEqual([429]);

    expect(await world.client.loadUser('nobody')).toBeUndefined();
    expect(world.emulator.stats.count(audits)).toBe(1);
    nowMs = 60_000;
    wait.resolve(undefined);
    expect(await searching).toEqual({ records: [], total: 0 });
  });
});
