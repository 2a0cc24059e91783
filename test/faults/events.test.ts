import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { type Emulator, type EmulatorOptions, type Fault, startEmulator } from '../../src/emulator/emulator.ts';
import { ListEventsRequestSchema } from '../../src/gen/c1/connector/v2/event_feed_pb.ts';
import { connectSurface } from '../../src/server/remote-surface.ts';
import { startServer } from '../../src/server/server.ts';
import { clientOf } from '../support/embedded.ts';

const noon = Date.UTC(2026, 4, 1, 12);
const searches = 'POST /v1/mgmt/audit/search';
const count = 1200;

interface Reader extends AsyncDisposable {
  readonly emulator: Emulator;
  /** Reads to the end from the cursor of the last good page on, over gRPC. */
  read(): Promise<readonly string[]>;
  advance(ms: number): void;
}

/** More records than one answer holds, some of them of one instant; waits between tries take no time. */
async function start(feed: 'usage' | 'change', switches: EmulatorOptions['switches'] = {}): Promise<Reader> {
  let now = noon;
  const emulator = await startEmulator({
    project: { users: [] },
    switches: { auditRateLimit: 'off', ...switches },
    now: () => now,
  });
  const action = feed === 'usage' ? 'LoginSucceed' : 'UserModified';
  for (let n = 0; n < count; n += 1) {
    const occurred = noon - 3_600_000 + Math.floor(n / 3) * 10;
    emulator.state.addAuditRecord({ id: `A${n}`, action, userId: `U${n}`, occurred });
  }
  const connector = createConnector({
    project: clientOf(emulator, { sleep: async () => undefined }),
    policy: { tenantRoles: 'all' },
    clock: () => now,
  });
  const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });
  const remote = connectSurface(server.address);
  let cursor = '';
  return {
    emulator,
    async read() {
      const ids: string[] = [];
      for (let hasMore = true; hasMore;) {
        const request = { eventFeedId: `descope_${feed}_event_feed`, cursor, pageSize: 1000 };
        const page = await remote.listEvents(
          create(ListEventsRequestSchema, { ...request, startAt: timestampFromMs(noon - 86_400_000) }),
        );
        ids.push(...page.events.map(({ id }) => id));
        ({ cursor, hasMore } = page);
      }
      return ids;
    },
    advance(ms) {
      now += ms;
    },
    [Symbol.asyncDispose]: async () => {
      remote.close();
      await server.stop(500);
      connector.close();
      await emulator.close();
    },
  };
}

const all = Array.from({ length: count }, (_, n) => `A${n}`).toSorted();

describe.each(['usage', 'change'] as const)('the %s feed', (feed) => {
  it.each<[string, Fault]>([
    ['429 that says how long', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
    ['503', { kind: 'status', status: 503 }],
    ['500 as HTML', { kind: 'status', status: 500, body: '<html></html>' }],
    ['a reset', { kind: 'reset', at: 'mid-body' }],
    ['a cut body', { kind: 'truncate', how: 'no-final-chunk' }],
    ['a cut body that is well framed', { kind: 'truncate', how: 'well-framed' }],
  ])('tells every event once over %s', async (_what, fault) => {
    await using reader = await start(feed);
    reader.emulator.faults.add({ match: { endpoint: searches, nth: 2 }, times: 1, fault });

    expect((await reader.read()).toSorted()).toEqual(all);
  });

  it.each<[string, string, Fault]>([
    ['rate limit is used up', '429 for an hour', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }],
    ['not answering properly', '503 for ever', { kind: 'status', status: 503 }],
    ['may not do this', '403', { kind: 'status', status: 403 }],
    ['search answered ', 'bodies that are cut for ever', { kind: 'truncate', how: 'well-framed' }],
    ['search answered ', 'an empty object', { kind: 'body', body: 'object' }],
    ['search answered ', 'an error in a 200', { kind: 'body', body: 'error-envelope' }],
    ['search answered ', 'HTML', { kind: 'body', body: 'html' }],
    ['search answered ', 'a total that is no number', { kind: 'body', body: 'total-float' }],
  ])('fails saying "%s" over %s, and goes on from the cursor afterwards', async (message, _what, fault) => {
    await using reader = await start(feed);
    const armed = reader.emulator.faults.add({
      match: { endpoint: searches },
      times: Number.POSITIVE_INFINITY,
      fault,
    });
    await expect(reader.read()).rejects.toThrow(message);
    armed.remove();

    expect((await reader.read()).toSorted()).toEqual(all);
  });

  it.each<[string, EmulatorOptions['switches']]>([
    ['come in any order', { auditOrder: 'shuffled' }],
    ['come as the first page, whichever is asked for', { auditPages: 'first-again' }],
    ['are counted by their page', { auditTotal: 'page-length' }],
    ['are not counted', { auditTotal: 'absent' }],
    ['are counted up to a cap', { auditTotal: 'capped', auditTotalCap: 1000 }],
    ['come late', { auditLagSeconds: 110 }],
  ])('tells every event once where records %s', async (_what, switches) => {
    await using reader = await start(feed, switches);
    const first = await reader.read();
    reader.advance(600_000);

    expect([...first, ...(await reader.read())].toSorted()).toEqual(all);
  });
});
