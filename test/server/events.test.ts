import { create } from '@bufbuild/protobuf';
import { anyUnpack, StructSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import {
  EventType,
  ListEventFeedsRequestSchema,
  ListEventsRequestSchema,
  type ListEventsResponse,
} from '../../src/gen/c1/connector/v2/event_feed_pb.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { connectSurface } from '../../src/server/remote-surface.ts';
import { startServer } from '../../src/server/server.ts';
import { clientOf } from '../support/embedded.ts';

const usage = 'descope_usage_event_feed';
const change = 'descope_change_event_feed';
const noon = Date.UTC(2026, 4, 1, 12);
const minute = 60_000;

interface Served extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly remote: ConnectorSurface;
  readonly unknownActions: readonly string[];
  advance(ms: number): void;
}

/** A connector over real HTTP and real gRPC, all by one clock that stands still. */
async function serve(options: EmulatorOptions = {}): Promise<Served> {
  let now = noon;
  const emulator = await startEmulator({ users: 5, now: () => now, ...options });
  const unknownActions: string[] = [];
  const connector = createConnector({
    project: clientOf(emulator),
    policy: { tenantRoles: 'all' },
    clock: () => now,
    onUnknownAction: (action) => unknownActions.push(action),
  });
  const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });
  const remote = connectSurface(server.address);
  return {
    emulator,
    remote,
    unknownActions,
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

const ask = (
  remote: ConnectorSurface,
  eventFeedId: string,
  rest: { readonly cursor?: string; readonly startMs?: number; readonly pageSize?: number } = {},
): Promise<ListEventsResponse> => {
  const { startMs, ...fields } = rest;
  return remote.listEvents(
    create(ListEventsRequestSchema, {
      eventFeedId,
      ...fields,
      ...(startMs !== undefined && { startAt: timestampFromMs(startMs) }),
    }),
  );
};

const plain = { project: { tenants: [{ id: 'acme' }], roles: [{ name: 'Editor' }] } };

describe('event feeds over gRPC', () => {
  it('are listed with what they tell, and said in the metadata', async () => {
    await using served = await serve(plain);
    const { list } = await served.remote.listEventFeeds(create(ListEventFeedsRequestSchema));
    const { metadata } = await served.remote.getMetadata();

    expect(list.map(({ id, supportedEventTypes }) => [id, supportedEventTypes])).toEqual([
      [usage, [EventType.USAGE]],
      [change, [EventType.RESOURCE_CHANGE, EventType.CREATE_GRANT, EventType.CREATE_REVOKE]],
    ]);
    expect(metadata?.capabilities?.connectorCapabilities).toContain(12);
  });

  it('tell who signed in, and what changed, two minutes later', async () => {
    await using served = await serve({
      project: {
        ...plain.project,
        users: [{ userId: 'U1', loginIds: ['ann'], tenants: [{ tenantId: 'acme', roleNames: [] }] }],
        ssoConfigurations: [{ tenantId: 'acme', saml: { idpSSOUrl: 'https://idp.example' } }],
      },
    });
    served.emulator.state.signIn({ user: 'ann' });
    served.emulator.state.grantRole('U1', 'Editor', 'acme');
    const early = await ask(served.remote, usage, { startMs: noon - minute });
    served.advance(3 * minute);
    const logins = await ask(served.remote, usage, { cursor: early.cursor });
    const changes = await ask(served.remote, change, { startMs: noon - minute });

    expect(early.events).toEqual([]);
    expect(logins.events).toMatchObject([
      {
        occurredAt: timestampFromMs(noon),
        event: {
          case: 'usageEvent',
          value: {
            actorResource: { id: { resourceType: 'user', resource: 'U1' } },
            targetResource: { id: { resourceType: 'project', resource: served.emulator.projectId } },
          },
        },
      },
    ]);
    expect(
      changes.events.map(({ event }) => event.case === 'resourceChangeEvent' && event.value.resourceId),
    ).toMatchObject([
      { resourceType: 'user', resource: 'U1' },
      { resourceType: 'tenant', resource: 'acme' },
      { resourceType: 'user', resource: 'U1' },
      { resourceType: 'tenant', resource: 'acme' },
    ]);
    expect([logins, changes].map(({ hasMore }) => hasMore)).toEqual([false, false]);
  });

  it('tell what a new user was given as grants', async () => {
    await using served = await serve(plain);
    served.emulator.state.addUser({ userId: 'U1', tenants: [{ tenantId: 'acme', roleNames: ['Editor'] }] });
    served.advance(3 * minute);
    const { events } = await ask(served.remote, change, { startMs: noon });

    expect(events.flatMap(({ event }) => (event.case === 'createGrantEvent' ? [event.value] : []))).toMatchObject([
      { entitlement: { id: 'tenant:acme:member' }, principal: { id: { resourceType: 'user', resource: 'U1' } } },
      { entitlement: { id: 'role_binding:acme/Editor:assigned', resource: { id: { resourceType: 'role_binding' } } } },
    ]);
  });

  it('say in an annotation where the log does not go back far enough', async () => {
    await using served = await serve(plain);
    const { annotations, cursor } = await ask(served.remote, change, { startMs: Date.UTC(2026, 0, 1) });
    const [note] = annotations.map((annotation) => anyUnpack(annotation, StructSchema)?.fields);

    expect(note?.['begins_at']?.kind.value).toBe('2026-04-01T12:00:00.000Z');
    expect(note?.['asked_at']?.kind.value).toBe('2026-01-01T00:00:00.000Z');
    expect((await ask(served.remote, change, { cursor })).annotations).toEqual([]);
  });

  it('tell actions that nobody knows, and count them', async () => {
    await using served = await serve({ ...plain, switches: { auditUnknownActions: 1 } });
    served.emulator.state.putTenant({ id: 'globex' });
    served.advance(3 * minute);
    const { events } = await ask(served.remote, change, { startMs: noon });

    expect(events).toHaveLength(2);
    expect(served.unknownActions).toEqual(['TenantCreated', 'Lumen.Recalibrated']);
  });

  it.each([
    ['', 'event_feed_id is empty; the feeds are descope_usage_event_feed and descope_change_event_feed'],
    ['baton_feed_event', 'there is no event feed "baton_feed_event"'],
  ])('of the name "%s" are not found', async (id, message) => {
    await using served = await serve(plain);
    await expect(ask(served.remote, id)).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining(message),
    });
  });

  it('refuse a page of more than 1,000, a cursor of another feed, and one that is too long', async () => {
    await using served = await serve(plain);
    const { cursor } = await ask(served.remote, usage);
    const invalid = { kind: 'invalid' };

    await expect(ask(served.remote, usage, { pageSize: 1001 })).rejects.toMatchObject(invalid);
    await expect(ask(served.remote, change, { cursor })).rejects.toMatchObject(invalid);
    await expect(ask(served.remote, usage, { cursor: 'x'.repeat(5000) })).rejects.toMatchObject(invalid);
    expect(served.emulator.stats.count('POST /v1/mgmt/audit/search')).toBe(1);
  });
});
