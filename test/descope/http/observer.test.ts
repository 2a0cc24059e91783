import { afterEach, describe, expect, it } from 'vitest';
import { createDescopeClient, type DescopeClientOptions } from '../../../src/descope/client.ts';
import { createChannel } from '../../../src/descope/http/channel.ts';
import type { DescopeObserver } from '../../../src/descope/http/observer.ts';
import { roleList } from '../../../src/descope/roles.ts';
import { tenantList } from '../../../src/descope/tenants.ts';
import { type Emulator, type Fault, startEmulator } from '../../../src/emulator/emulator.ts';
import { Secret } from '../../../src/secret.ts';
import { clientOf } from '../../support/embedded.ts';

let emulator: Emulator | undefined;
afterEach(async () => {
  await emulator?.close();
});

/** An observer that writes everything down, and checks that each attempt ends once. */
function watch(): DescopeObserver & { readonly told: readonly string[]; readonly open: () => number } {
  const told: string[] = [];
  let open = 0;
  return {
    told,
    open: () => open,
    onAttempt: (endpoint) => {
      open += 1;
      return (status) => {
        open -= 1;
        told.push(`${endpoint} ${status}`);
      };
    },
    onRetry: (endpoint) => void told.push(`again ${endpoint}`),
    onRateWait: (waitMs) => void told.push(`wait ${waitMs}`),
  };
}

const roles = 'GET /v1/mgmt/role/all';

describe('the observer of requests', () => {
  it.each<readonly [string, Fault, readonly string[]]>([
    ['an outage', { kind: 'status', status: 503 }, [`${roles} 503`, `again ${roles}`, `${roles} 200`]],
    [
      'a rate limit',
      { kind: 'status', status: 429, headers: { 'retry-after': '2' } },
      [`${roles} 429`, 'wait 2000', `again ${roles}`, `${roles} 200`],
    ],
    ['a reset', { kind: 'reset', at: 'before-headers' }, [`${roles} unavailable`, `again ${roles}`, `${roles} 200`]],
    [
      'a body that is no JSON',
      { kind: 'body', body: 'html' },
      [`${roles} upstream-contract`, `again ${roles}`, `${roles} 200`],
    ],
    ['a refused key', { kind: 'status', status: 401 }, [`${roles} 401`]],
    ['a redirect', { kind: 'redirect', status: 302, location: 'http://127.0.0.1:9/' }, [`${roles} 302`]],
  ])('is told of %s: each try, how it ended, and why it waits', async (_name, fault, expected) => {
    emulator = await startEmulator({ users: 1 });
    emulator.faults.add({ fault });
    const observer = watch();
    let clock = 0;
    const client = clientOf(emulator, { observer, now: () => clock, sleep: async (ms) => void (clock += ms) });

    await client.readList(roleList).catch(() => undefined);

    expect(observer.told).toEqual(expected);
    expect(observer.open()).toBe(0);
  });

  it('is told of a request that is given up, and of writes', async () => {
    emulator = await startEmulator({ users: 1, latencyMs: 200 });
    const observer = watch();
    const client = clientOf(emulator, { observer });
    const stop = new AbortController();
    const asked = client.readList(roleList, { signal: stop.signal }).catch(() => undefined);
    while (observer.open() === 0) {
      await new Promise(setImmediate);
    }

    stop.abort();
    await asked;
    await client.writeUser({ operation: 'add', userId: 'nobody', tenantId: 'acme', roleName: undefined });

    expect(observer.told).toEqual([
      `${roles} cancelled`,
      expect.stringMatching(/^POST \/v1\/mgmt\/user\/update\/tenant\/add 4\d\d$/),
    ]);
  });
});

describe('two clients of one channel', () => {
  it('keep to one pause; the one whose callers wait less answers them at once with the reset time', async () => {
    emulator = await startEmulator({ users: 1 });
    emulator.faults.add({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '60' } } });
    const { baseUrl, projectId, managementKey } = emulator;
    let clock = 0;
    const waking: (() => void)[] = [];
    const options: DescopeClientOptions = {
      baseUrl,
      projectId,
      managementKey: () => new Secret(managementKey),
      now: () => clock,
      sleep: () => new Promise((resolve) => waking.push(resolve)),
    };
    const channel = createChannel(options);
    const patient = createDescopeClient({ ...options, channel, longestRateWaitMs: 600_000, totalRateWaitMs: 600_000 });
    const hurried = createDescopeClient({ ...options, channel, longestRateWaitMs: 30_000 });

    const waited = patient.readList(roleList);
    while (waking.length === 0) {
      await new Promise(setImmediate);
    }
    const refused = await hurried.readList(tenantList).catch((thrown: unknown) => thrown);
    clock += 60_000;
    waking.forEach((wake) => wake());

    expect(refused).toMatchObject({ kind: 'rate-limited', facts: { resetAt: expect.any(Number) as number } });
    expect((await waited).length).toBeGreaterThan(0);
    expect((await hurried.readList(tenantList)).length).toBeGreaterThan(0);
    expect(emulator.stats.total).toBe(3);
  });
});
