/* oxlint-disable oxc/no-map-spread -- tables of a few dozen lines */
import { create, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { ConnectorService } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { GrantManagerService } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import {
  ResourcesService,
  ResourcesServiceListResourcesRequestSchema,
  ResourceTypesService,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { resourcesRequest } from '../../src/model/walk-requests.ts';
import { startServer } from '../../src/server/server.ts';
import { collect } from '../support/collect.ts';
import { clientOf, type Embedded, startEmbedded } from '../support/embedded.ts';
import {
  attempt,
  benchProject,
  benchRequests,
  benchUsers,
  type Case,
  forever,
  judge,
  lists,
  search,
  table,
  ways,
} from '../support/faults-bench.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';

let running: Embedded | undefined;

async function start(latencyMs = 0): Promise<Embedded> {
  running = await startEmbedded({ emulator: { project: benchProject(), latencyMs } });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

describe('row 18: a key that may not, or no longer', () => {
  const refusals = (
    [
      [401, 'unauthenticated'],
      [403, 'forbidden'],
    ] as const
  ).flatMap(([code, expected]) => [
    ...lists.map((endpoint): Case => ({
      name: `${code} on ${endpoint} only`,
      expected,
      cause: endpoint,
      arm: ({ fault }) => void fault(endpoint, { kind: 'status', status: code }, 1, forever),
      check: ({ requests }) => expect(requests).toBeLessThanOrEqual(4 + 6),
    })),
    ...[2, 3, 4].map((nth): Case => ({
      name: `${code} from page ${nth} on`,
      expected,
      cause: 'user/search',
      arm: ({ fault }) => void fault(search, { kind: 'status', status: code }, nth, forever),
      check: ({ requests, fired }) => {
        expect(requests).toBeLessThanOrEqual(benchRequests);
        expect(fired[0]).toBeLessThanOrEqual(6);
      },
    })),
  ]);
  table(refusals);
});

describe('row 20: a caller who goes away', () => {
  it.each(ways)('%s: stops what is in flight, and ends as cancelled', async (way) => {
    const stop = new AbortController();
    let inFlight = (): number => -1;
    const outcome = await attempt(way, {
      signal: stop.signal,
      arm: ({ fault, beforeSearch, emulator }) => {
        inFlight = () => emulator.stats.inFlight;
        fault(search, { kind: 'hang', at: 'before-headers' }, 3);
        beforeSearch(4, () => setTimeout(() => stop.abort(), 20));
      },
    });

    judge(outcome, 'cancelled');
    expect(outcome.failure?.kind).toBe('cancelled');
    expect(inFlight()).toBeLessThanOrEqual(1);
  });

  it('frees the slot at once, and the next try is whole', async () => {
    const { emulator, remote, connector } = await start();
    const hung = emulator.faults.add({ match: { endpoint: search, nth: 3 }, fault: { kind: 'hang', at: 'mid-body' } });
    const stop = new AbortController();
    const first = await remote.listResources(resourcesRequest('x', 'user', ''));
    const second = await remote.listResources(resourcesRequest('x', 'user', first.nextPageToken));

    const third = remote.listResources(resourcesRequest('x', 'user', second.nextPageToken), stop.signal);
    setTimeout(() => stop.abort(), 50);
    await expect(third).rejects.toMatchObject({ kind: 'cancelled' });
    await expect.poll(() => emulator.stats.inFlight, { interval: 5 }).toBe(0);
    const again = await remote.listResources(resourcesRequest('x', 'user', second.nextPageToken));

    expect(hung.fired).toBe(1);
    expect(again.list).toHaveLength(100);
    expect(await collect(remote, 'y')).toEqual(await collect(connector, 'z'));
  });
});

type Pages = { readonly tokens: string[]; readonly ids: string[][] };

/** All pages of users, and the token that each was asked with. */
async function pagesOf(surface: ConnectorSurface, syncId: string, from = ''): Promise<Pages> {
  const pages: Pages = { tokens: [], ids: [] };
  let token = from;
  do {
    const page = await surface.listResources(resourcesRequest(syncId, 'user', token));
    pages.tokens.push(token);
    pages.ids.push(page.list.map(({ id }) => id).filter((id) => id.startsWith('U2bench')));
    token = page.nextPageToken;
  } while (token !== '');
  return pages;
}

describe.each(['grpc', 'in process'] as const)('rows 21 to 23, %s: page tokens', (way) => {
  const surfaceOf = ({ remote, connector }: Embedded): ConnectorSurface => (way === 'grpc' ? remote : connector);

  it('repeated, replayed from long ago, and asked by two at once: the same rows', async () => {
    const embedded = await start();
    const surface = surfaceOf(embedded);
    const { tokens, ids } = await pagesOf(surface, 'x');
    const all = ids.flat();

    for (const [place, token] of [...tokens.entries(), ...[...tokens.entries()].toReversed()]) {
      const asked = await Promise.all([
        surface.listResources(resourcesRequest('x', 'user', token)),
        surface.listResources(resourcesRequest('x', 'user', token)),
      ]);
      expect(asked.map(({ list }) => list.map(({ id }) => id))).toEqual([ids[place], ids[place]]);
      expect(asked.every(({ nextPageToken }) => nextPageToken !== token || token === '')).toBe(true);
    }

    expect(new Set(all).size).toBe(benchUsers);
    expect(await collect(surface, 'x')).toEqual(await collect(embedded.connector, 'fresh'));
  });

  it.each([1, 2, 3])(
    'taken up by another instance at page %i, with and without a sync id: nobody is missing',
    async (place) => {
      const embedded = await start();
      const { tokens, ids } = await pagesOf(surfaceOf(embedded), 'x');
      for (const syncId of ['x', '']) {
        const successor = createConnector({ project: clientOf(embedded.emulator), policy: { tenantRoles: 'all' } });
        const before = embedded.emulator.stats.total;

        const rest = await pagesOf(successor, syncId, tokens[place]);

        expect(new Set([...ids.slice(0, place).flat(), ...rest.ids.flat()]).size).toBe(benchUsers);
        expect(embedded.emulator.stats.total - before).toBeLessThanOrEqual(benchRequests + 1);
        successor.close();
      }
    },
  );

  it('malformed, altered in any byte, or from elsewhere: refused before anything is sent', async () => {
    const embedded = await start();
    const surface = surfaceOf(embedded);
    const good = (await pagesOf(surface, 'x')).tokens[1] ?? '';
    const altered = Array.from(
      good,
      (letter, at) => `${good.slice(0, at)}${letter === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`,
    );
    const bad = [
      '0',
      '-1',
      String(2 ** 31),
      '1',
      '..',
      'null',
      '{}',
      `1${good.slice(1)}`,
      `${good}.`,
      `${good}A`,
      good.slice(0, -1),
      good.toUpperCase(),
      ` ${good}`,
      '\u0000',
      'x'.repeat(1024 * 1024),
    ];
    const before = embedded.emulator.stats.total;

    expect(good.length).toBeGreaterThan(40);
    for (const token of [...bad, ...altered]) {
      await expect(surface.listResources(resourcesRequest('x', 'user', token))).rejects.toMatchObject({
        kind: 'invalid',
      });
    }
    await expect(surface.listResources(resourcesRequest('x', 'role', good))).rejects.toMatchObject({ kind: 'invalid' });

    expect(embedded.emulator.stats.total).toBe(before);
  });
});

describe('row 24: two syncs at once', () => {
  it.each(['grpc', 'in process'])('%s: each is whole, never more than six requests in flight', async (way) => {
    const { emulator, remote, connector } = await start(5);
    const surface = way === 'grpc' ? remote : connector;

    const [one, two] = await Promise.all([collect(surface, 'one'), collect(surface, 'two')]);

    expect(one).toEqual(two);
    expect(emulator.stats.maxInFlight).toBeLessThanOrEqual(6);
    expect(emulator.stats.total).toBe(2 * benchRequests);
  });
});

/** One raw call: any path, any bytes. */
function rawCall(
  address: string,
  path: string,
  bytes: Buffer,
  options: object = {},
): Promise<ServiceError | undefined> {
  const client = new Client(address, credentials.createInsecure(), options);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (value: Buffer) => value,
      (value) => value,
      bytes,
      new Metadata(),
      {},
      (error) => {
        client.close();
        resolve(error ?? undefined);
      },
    );
  });
}

const listPath = '/c1.connector.v2.ResourcesService/ListResources';

describe('row 29: hostile calls', () => {
  it('a message over 4 MiB, a gzip bomb, an unknown method, bytes that are no message: refused, and the next is served', async () => {
    const { server, emulator } = await start();
    const bomb = Buffer.from(
      toBinary(
        ResourcesServiceListResourcesRequestSchema,
        create(ResourcesServiceListResourcesRequestSchema, {
          resourceTypeId: 'user',
          pageToken: 'a'.repeat(64 * 1024 * 1024),
        }),
      ),
    );

    const tooLarge = await rawCall(server.address, listPath, Buffer.alloc(4 * 1024 * 1024 + 1));
    const bombed = await rawCall(server.address, listPath, bomb, { 'grpc.default_compression_algorithm': 2 });
    const unknown = await rawCall(server.address, '/c1.connector.v2.ResourcesService/DropResources', Buffer.alloc(0));
    const garbage = await rawCall(server.address, listPath, Buffer.from([0xff, 0xff, 0xff, 0xff]));
    const { list } = await grpcCall(server.address, ResourceTypesService.method.listResourceTypes, {});

    expect([tooLarge?.code, bombed?.code, unknown?.code]).toEqual([
      status.RESOURCE_EXHAUSTED,
      status.RESOURCE_EXHAUSTED,
      status.UNIMPLEMENTED,
    ]);
    expect([status.INTERNAL, status.INVALID_ARGUMENT]).toContain(garbage?.code);
    expect(list).toHaveLength(5);
    expect(emulator.stats.total).toBe(0);
  });

  it.each([
    [0, 100],
    [1, 1],
    [250, 100],
  ])('a page of %i holds %i', async (pageSize, rows) => {
    const { server } = await start();

    expect(
      (await grpcCall(server.address, ResourcesService.method.listResources, { resourceTypeId: 'user', pageSize }))
        .list,
    ).toHaveLength(rows);
  });

  it.each([251, 2 ** 32 - 1])('a page of %i is refused', async (pageSize) => {
    const { server, emulator } = await start();

    expect(
      (
        await failureOf(
          grpcCall(server.address, ResourcesService.method.listResources, { resourceTypeId: 'user', pageSize }),
        )
      ).code,
    ).toBe(status.INVALID_ARGUMENT);
    expect(emulator.stats.total).toBe(0);
  });

  it('1,000 calls at once are all answered', async () => {
    const { remote } = await start();

    const answers = await Promise.all(Array.from({ length: 1_000 }, () => remote.getMetadata()));

    expect(answers.every(({ metadata }) => metadata?.displayName === 'Descope')).toBe(true);
  });
});

describe('row 30: a handler that breaks', () => {
  const broken: readonly (readonly [string, ConnectorSurface['validate']])[] = [
    [
      'throws at once',
      () => {
        throw new TypeError('inner secret');
      },
    ],
    [
      'rejects later',
      async () => {
        await new Promise(setImmediate);
        throw new TypeError('inner secret');
      },
    ],
    ['rejects with a text', () => Promise.reject('inner secret')],
    ['rejects with nothing', () => Promise.reject(undefined)],
    ['answers with nonsense', () => Promise.resolve(42 as never)],
  ];

  it.each(broken)(
    '%s: INTERNAL with a reference, nothing of the cause, and the next call is served',
    async (_name, validate) => {
      const { connector } = await start();
      const server = await startServer({ listen: '127.0.0.1:0', surface: { ...connector, validate } });

      const error = await grpcCall(server.address, ConnectorService.method.validate, {}).then(
        () => undefined,
        (thrown: ServiceError) => thrown,
      );
      const { list } = await grpcCall(server.address, ResourceTypesService.method.listResourceTypes, {});
      await server.stop(100);

      expect(list).toHaveLength(5);
      if (_name !== 'answers with nonsense' || error !== undefined) {
        expect(error?.code).toBe(status.INTERNAL);
        expect(error?.details).toMatch(/internal error \(reference [0-9a-f-]{36}\)/);
        expect(error?.details).not.toContain('inner secret');
      }
    },
  );
});

describe('row 31: hostile grants, where nothing may be changed at all', () => {
  const ids = [
    '../../Editor',
    'Editor\r\nX: y',
    '"',
    "'",
    '__proto__',
    'constructor',
    'x'.repeat(1024 * 1024),
    '',
    '\u0000',
  ];

  it.each(ids.map((id) => [id.slice(0, 20), id] as const))(
    '%j is refused, over the wire and in process, with nothing sent',
    async (_shown, resource) => {
      const { server, emulator, remote } = await start();
      const entitlement = {
        id: `role:${resource}:assigned`,
        slug: 'assigned',
        resource: { id: { resourceType: 'role', resource } },
      };

      for (const method of [GrantManagerService.method.grant]) {
        const error = await failureOf(
          grpcCall(server.address, method, { entitlement, principal: { id: { resourceType: 'user', resource } } }),
        );
        expect([status.FAILED_PRECONDITION, status.INVALID_ARGUMENT]).toContain(error.code);
      }
      await expect(remote.getMetadata()).resolves.toBeDefined();
      expect(emulator.stats.total).toBe(0);
    },
  );
});
