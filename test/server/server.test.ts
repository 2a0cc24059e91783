import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack, timestampDate } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { ConnectorError } from '../../src/errors.ts';
import { ActionService } from '../../src/gen/c1/connector/v2/action_pb.ts';
import { RateLimitDescriptionSchema } from '../../src/gen/c1/connector/v2/annotation_ratelimit_pb.ts';
import { ConnectorService } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { EntitlementsService } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { EventService } from '../../src/gen/c1/connector/v2/event_feed_pb.ts';
import { GrantManagerService, GrantsService } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { TicketsService } from '../../src/gen/c1/connector/v2/ticket_pb.ts';
import { RateLimitDescription_Status, RateLimiterService } from '../../src/gen/c1/ratelimit/v1/ratelimit_pb.ts';
import { StatusSchema } from '../../src/gen/google/rpc/status_pb.ts';
import { resourcesRequest } from '../../src/model/walk-requests.ts';
import { registry } from '../../src/registry.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { collect } from '../support/collect.ts';
import { clientOf, type Embedded, type EmbeddedOptions, startEmbedded } from '../support/embedded.ts';
import { startGate } from '../support/gate.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';

let running: Embedded | undefined;

async function start(options?: EmbeddedOptions): Promise<Embedded> {
  running = await startEmbedded(options);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

describe('a sync through gRPC', () => {
  it.each(['all', 'observed'] as const)(
    'brings the very same rows, in the same order, as in process (tenant roles: %s)',
    async (tenantRoles) => {
      const { connector, remote } = await start({ policy: { tenantRoles } });

      const inProcess = await collect(connector, 'in-process');
      const throughGrpc = await collect(remote, 'through-grpc');

      expect(throughGrpc).toEqual(inProcess);
      expect(throughGrpc.grants.length).toBeGreaterThan(2_000);
    },
  );

  it('sends ceil(users / 100) + 3 requests, and one more for the list that a dangling reference leads to', async () => {
    const { emulator, remote, connector } = await start();

    await collect(remote, 'counted');

    expect(emulator.stats.total).toBe(12 + 3 + 1);
    expect(connector.report('counted')?.requests).toEqual({
      'GET /v1/mgmt/permission/all': 1,
      'GET /v1/mgmt/role/all': 2,
      'GET /v1/mgmt/tenant/all': 1,
      'POST /v2/mgmt/user/search': 12,
    });
  });

  it('reads six pages at once when each takes long, and never more', async () => {
    const emulator = await startEmulator({ users: 3_000 });
    onTestFinished(() => emulator.close());
    await using gate = await startGate(emulator.baseUrl, '/v2/mgmt/user/search', 6, 1);
    const { remote } = await start({ client: { baseUrl: gate.baseUrl } });

    await collect(remote, 'parallel');

    expect(gate.most()).toBe(6);
  });

  it('keeps two syncs at once within the six, and both are whole', async () => {
    const { emulator, remote } = await start({ emulator: { users: 1_500, latencyMs: 10 } });

    const [one, two] = await Promise.all([collect(remote, 'one'), collect(remote, 'two')]);

    expect(one).toEqual(two);
    expect(emulator.stats.maxInFlight).toBeLessThanOrEqual(6);
    expect(emulator.stats.total).toBe(2 * (15 + 3 + 1));
  });

  it('goes on where another process was when it died, and nobody is missing', async () => {
    const { emulator, remote } = await start({ emulator: { users: 1_000 } });
    const first = await remote.listResources(resourcesRequest('resumed', 'user', ''));
    const second = await remote.listResources(resourcesRequest('resumed', 'user', first.nextPageToken));
    const successor = createConnector({ project: clientOf(emulator), policy: { tenantRoles: 'all' } });

    const ids = [...first.list, ...second.list].map(({ id }) => id);
    const requestsBefore = emulator.stats.total;
    for (let token = second.nextPageToken; token !== '';) {
      const page = await successor.listResources(resourcesRequest('resumed', 'user', token));
      ids.push(...page.list.map(({ id }) => id));
      token = page.nextPageToken;
    }

    expect(new Set(ids).size).toBe(1_000);
    expect(emulator.stats.total - requestsBefore).toBeLessThanOrEqual(10 + 3 + 1);
  });
});

describe('Validate', () => {
  it('asks for each list once, four calls, and says which protocol it speaks', async () => {
    const { emulator, server } = await start();

    const { sdkVersion } = await grpcCall(server.address, ConnectorService.method.validate, {});

    expect(sdkVersion).toBe('0.25.0');
    expect(emulator.stats.total).toBe(4);
  });

  it.each([
    ['GET /v1/mgmt/permission/all', 403, status.PERMISSION_DENIED],
    ['GET /v1/mgmt/role/all', 401, status.UNAUTHENTICATED],
    ['GET /v1/mgmt/tenant/all', 404, status.FAILED_PRECONDITION],
    ['POST /v2/mgmt/user/search', 302, status.FAILED_PRECONDITION],
  ])('fails when %s answers %i, and names it', async (endpoint, answered, expected) => {
    const { emulator, server } = await start();
    emulator.faults.add({ match: { endpoint }, fault: { kind: 'status', status: answered } });

    const error = await failureOf(grpcCall(server.address, ConnectorService.method.validate, {}));

    expect(error.code).toBe(expected);
    expect(error.details).toContain(endpoint);
  });
});

describe('what the other services answer', () => {
  const refused: readonly (readonly [string, (address: string) => Promise<unknown>])[] = [
    ['Grant', (at) => grpcCall(at, GrantManagerService.method.grant, {})],
    ['Revoke', (at) => grpcCall(at, GrantManagerService.method.revoke, {})],
    ['CreateResource', (at) => grpcCall(at, ResourceManagerService.method.createResource, {})],
    ['DeleteResource', (at) => grpcCall(at, ResourceManagerService.method.deleteResource, {})],
    ['DeleteResourceV2', (at) => grpcCall(at, ResourceDeleterService.method.deleteResourceV2, {})],
    ['CreateAccount', (at) => grpcCall(at, AccountManagerService.method.createAccount, {})],
    ['RotateCredential', (at) => grpcCall(at, CredentialManagerService.method.rotateCredential, {})],
    ['IssueCredential', (at) => grpcCall(at, CredentialManagerService.method.issueCredential, {})],
  ];

  it.each(refused)('%s is FAILED_PRECONDITION: this server only reads', async (_name, ask) => {
    const { server, emulator } = await start();

    const error = await failureOf(ask(server.address));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain('provisioning is not enabled');
    expect(emulator.stats.total).toBe(0);
  });

  it('a ticket is UNIMPLEMENTED', async () => {
    const { server } = await start();

    const error = await failureOf(grpcCall(server.address, TicketsService.method.createTicket, {}));

    expect(error.code).toBe(status.UNIMPLEMENTED);
  });

  it('there are two event feeds; asking for a feed or an action by a name that there is not is NOT_FOUND', async () => {
    const { server } = await start();

    const feeds = await grpcCall(server.address, EventService.method.listEventFeeds, {});
    const event = await failureOf(grpcCall(server.address, EventService.method.listEvents, { eventFeedId: 'x' }));
    const action = await failureOf(grpcCall(server.address, ActionService.method.invokeAction, { name: 'x' }));

    expect(feeds.list.map(({ id }) => id)).toEqual(['descope_usage_event_feed', 'descope_change_event_feed']);
    expect([event.code, action.code]).toEqual([status.NOT_FOUND, status.NOT_FOUND]);
  });

  it('a parent process may always go ahead: its limiter is answered EMPTY, its token echoed', async () => {
    const { server } = await start();

    const answer = await grpcCall(server.address, RateLimiterService.method.do, {
      requestToken: 'abc',
      service: 'connector',
    });
    await grpcCall(server.address, RateLimiterService.method.report, { requestToken: 'abc' });

    expect(answer.requestToken).toBe('abc');
    expect(answer.description?.status).toBe(RateLimitDescription_Status.EMPTY);
  });

  it('GetMetadata names the connector and what each type can do', async () => {
    const { server, emulator } = await start();

    const { metadata } = await grpcCall(server.address, ConnectorService.method.getMetadata, {});

    expect(metadata?.displayName).toBe('Descope');
    expect(metadata?.capabilities?.resourceTypeCapabilities.map(({ resourceType }) => resourceType?.id)).toEqual(
      registry.map(({ words }) => words.id).toSorted(),
    );
    expect(emulator.stats.total).toBe(0);
  });
});

describe('refusals before anything is sent', () => {
  const id = (resourceType: string, resource: string) => ({ id: { resourceType, resource } });

  const requests: readonly (readonly [string, (address: string) => Promise<unknown>, status])[] = [
    [
      'a page of 251',
      (at) => grpcCall(at, ResourcesService.method.listResources, { resourceTypeId: 'user', pageSize: 251 }),
      status.INVALID_ARGUMENT,
    ],
    [
      'a page of 2^32-1',
      (at) => grpcCall(at, ResourcesService.method.listResources, { resourceTypeId: 'user', pageSize: 2 ** 32 - 1 }),
      status.INVALID_ARGUMENT,
    ],
    ['no resource type', (at) => grpcCall(at, ResourcesService.method.listResources, {}), status.INVALID_ARGUMENT],
    [
      'an unknown resource type',
      (at) => grpcCall(at, ResourcesService.method.listResources, { resourceTypeId: 'group' }),
      status.UNIMPLEMENTED,
    ],
    [
      'a made-up page token',
      (at) => grpcCall(at, ResourcesService.method.listResources, { resourceTypeId: 'user', pageToken: '0' }),
      status.INVALID_ARGUMENT,
    ],
    [
      'a page token of a mebibyte',
      (at) =>
        grpcCall(at, ResourcesService.method.listResources, {
          resourceTypeId: 'user',
          pageToken: 'a'.repeat(1024 * 1024),
        }),
      status.INVALID_ARGUMENT,
    ],
    [
      'half a resource id',
      (at) => grpcCall(at, GrantsService.method.listGrants, { resource: id('role', '') }),
      status.INVALID_ARGUMENT,
    ],
    [
      'no resource at all',
      (at) => grpcCall(at, EntitlementsService.method.listEntitlements, {}),
      status.INVALID_ARGUMENT,
    ],
    [
      'a page token for the types',
      (at) => grpcCall(at, ResourceTypesService.method.listResourceTypes, { pageToken: 'x' }),
      status.INVALID_ARGUMENT,
    ],
    [
      'a sync id of 1,025 bytes',
      (at) => grpcCall(at, ConnectorService.method.cleanup, { activeSyncId: 'a'.repeat(1025) }),
      status.INVALID_ARGUMENT,
    ],
  ];

  it.each(requests)('%s', async (_name, ask, expected) => {
    const { server, emulator } = await start();

    const error = await failureOf(ask(server.address));

    expect(error.code).toBe(expected);
    expect(emulator.stats.total).toBe(0);
  });

  it('a message over 4 MiB is refused and the next call is served', async () => {
    const { server } = await start();

    const error = await failureOf(
      grpcCall(server.address, ResourcesService.method.listResources, {
        resourceTypeId: 'user',
        pageToken: 'a'.repeat(4 * 1024 * 1024),
      }),
    );
    const { list } = await grpcCall(server.address, ResourceTypesService.method.listResourceTypes, {});

    expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(list).toHaveLength(5);
  });
});

describe('GetResource', () => {
  it.each([
    ['user', 'U2AdaLovelace000000000000000', 'Ada Lovelace'],
    ['tenant', 'acme', 'Acme'],
    ['role', 'Editor', 'Editor'],
    ['role_binding', 'acme/Editor', 'Editor in Acme'],
    ['permission', 'invoices.approve', 'invoices.approve'],
  ])('loads one %s', async (resourceType, resource, displayName) => {
    const { server } = await start();

    const found = await grpcCall(server.address, ResourceGetterService.method.getResource, {
      resourceId: { resourceType, resource },
    });

    expect(found.resource?.displayName).toBe(displayName);
  });

  it.each(['user', 'tenant', 'role', 'role_binding', 'permission'])(
    'says NOT_FOUND for a %s that is not there',
    async (resourceType) => {
      const { server } = await start();

      const error = await failureOf(
        grpcCall(server.address, ResourceGetterService.method.getResource, {
          resourceId: { resourceType, resource: 'no/such' },
        }),
      );

      expect(error.code).toBe(status.NOT_FOUND);
    },
  );
});

describe('faults of Descope, as a caller sees them', () => {
  it('a rate limit that lasts is UNAVAILABLE, with the time of its end as a status detail', async () => {
    const { emulator, server } = await start();
    emulator.faults.add({
      match: { endpoint: '/v2/mgmt/user/search' },
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '120' } },
    });
    const before = Date.now();

    const error = await failureOf(
      grpcCall(server.address, ResourcesService.method.listResources, { resourceTypeId: 'user' }),
    );

    const [bytes] = error.metadata.get('grpc-status-details-bin');
    const [detail] = fromBinary(StatusSchema, bytes as Buffer).details;
    const description = detail === undefined ? undefined : anyUnpack(detail, RateLimitDescriptionSchema);
    const waitMs = (description?.resetAt === undefined ? 0 : timestampDate(description.resetAt).getTime()) - before;
    expect(error.code).toBe(status.UNAVAILABLE);
    expect(description?.remaining).toBe(0n);
    expect(waitMs).toBeGreaterThan(100_000);
    expect(waitMs).toBeLessThan(130_000);
  });

  it('a list that is missing (404) is never NOT_FOUND, which a syncer would take for the end', async () => {
    const { emulator, server } = await start();
    emulator.faults.add({
      match: { endpoint: '/v2/mgmt/user/search', nth: 5 },
      fault: { kind: 'status', status: 404 },
    });

    const error = await failureOf(collectAt(server));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
  });

  it('a call that is given up stops its requests, and the next one is whole', async () => {
    const { emulator, remote, server } = await start({ emulator: { latencyMs: 200 } });
    const abort = new AbortController();
    const cancelled = remote.listResources(resourcesRequest('cancelled', 'user', ''), abort.signal);
    await expect.poll(() => emulator.stats.total, { interval: 5 }).toBe(4);
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ kind: 'cancelled' });

    const { list } = await grpcCall(server.address, ResourcesService.method.listResources, {
      resourceTypeId: 'user',
      activeSyncId: 'cancelled',
    });

    expect(list).toHaveLength(100);
    expect(emulator.stats.total).toBe(8);
  });
});

/** Walks the users to their end with a foreign client. */
async function collectAt(server: RunningServer): Promise<void> {
  let pageToken = '';
  do {
    const page = await grpcCall(server.address, ResourcesService.method.listResources, {
      resourceTypeId: 'user',
      activeSyncId: 'walk',
      pageToken,
    });
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

describe('starting and stopping', () => {
  it.each(['0.0.0.0:0', '192.168.1.10:9090', '[::]:9090', 'example.com:9090'])(
    'refuses to listen on %s without TLS, before the port opens',
    async (listen) => {
      const { connector } = await start();

      const error = await startServer({ surface: connector, listen }).catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).toMatchObject({ kind: 'config', message: expect.stringContaining('without TLS') as string });
    },
  );

  it('says in one line that a port is taken', async () => {
    const { connector, server } = await start();

    const error = await startServer({ surface: connector, listen: server.address }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ kind: 'local-io', message: expect.stringContaining('the port is taken') as string });
  });

  it('answers a handler that breaks with a reference and no cause', async () => {
    const { connector } = await start();
    const server = await startServer({
      listen: '127.0.0.1:0',
      surface: {
        ...connector,
        validate: () => {
          throw new TypeError('secret detail');
        },
      },
    });

    const error = await failureOf(grpcCall(server.address, ConnectorService.method.validate, {}));
    await server.stop(100);

    expect(error.code).toBe(status.INTERNAL);
    expect(error.details).toMatch(/internal error \(reference [0-9a-f-]{36}\)/);
    expect(error.details).not.toContain('secret detail');
  });
});
