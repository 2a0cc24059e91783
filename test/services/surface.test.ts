import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { ActionService, ListActionSchemasRequestSchema } from '../../src/gen/c1/connector/v2/action_pb.ts';
import {
  EventService,
  ListEventFeedsRequestSchema,
  ListEventsRequestSchema,
} from '../../src/gen/c1/connector/v2/event_feed_pb.ts';
import {
  GrantSchema,
  GrantsService,
  GrantsServiceListGrantsRequestSchema,
} from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { TicketsService } from '../../src/gen/c1/connector/v2/ticket_pb.ts';
import { connectorServices, methodPath } from '../../src/model/connector-services.ts';
import { grantRow } from '../../src/model/row.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { connectSurface } from '../../src/server/remote-surface.ts';
import { startServer } from '../../src/server/server.ts';
import { type AnsweredService, answering, composeSurface } from '../../src/services/answers.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { createProject } from '../support/project-fixture.ts';
import { connectorOf } from '../support/walker.ts';

const unaryMethods = connectorServices
  .flatMap((service) => service.methods)
  .filter(({ methodKind }) => methodKind === 'unary');

const closers: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

interface Served {
  readonly surface: ConnectorSurface;
  readonly client: ConnectorSurface;
  readonly address: string;
  readonly paths: readonly string[];
}

/** The surface of some services, a server in front of it and a client of that. */
async function serve(...services: readonly AnsweredService[]): Promise<Served> {
  const surface = composeSurface(services);
  const server = await startServer({ surface, listen: '127.0.0.1:0' });
  const client = connectSurface(server.address);
  closers.push(async () => {
    client.close();
    await server.stop(100);
  });
  return { surface, client, address: server.address, paths: server.calls.paths };
}

describe('the services of a connector', () => {
  it('share no method name, and have none that a connector uses for itself', () => {
    const names = unaryMethods.map(({ localName }) => localName);

    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('report');
    expect(names).not.toContain('close');
  });

  it('are registered in the order of a Go connector, the rate limiter last', async () => {
    const { paths } = await serve();

    expect([...new Set(paths.map((path) => path.split('/')[1]))]).toEqual([
      'c1.connector.v2.ConnectorService',
      'c1.connector.v2.ResourceTypesService',
      'c1.connector.v2.ResourcesService',
      'c1.connector.v2.ResourceGetterService',
      'c1.connector.v2.EntitlementsService',
      'c1.connector.v2.GrantsService',
      'c1.connector.v2.GrantManagerService',
      'c1.connector.v2.ResourceManagerService',
      'c1.connector.v2.ResourceDeleterService',
      'c1.connector.v2.AccountManagerService',
      'c1.connector.v2.CredentialManagerService',
      'c1.connector.v2.EventService',
      'c1.connector.v2.ActionService',
      'c1.connector.v2.TicketsService',
      'c1.ratelimit.v1.RateLimiterService',
    ]);
  });

  it('are all answered by the connector: no method of theirs is left to "unsupported"', async () => {
    const surface = connectorOf(createProject());
    const answers = unaryMethods.map(async (method) => {
      const call: (request: unknown) => Promise<unknown> = Reflect.get(surface, method.localName);
      return await call(create(method.input)).then(
        () => [],
        (thrown: Error) => (thrown.message.includes('is not something that') ? [methodPath(method)] : []),
      );
    });

    expect((await Promise.all(answers)).flat()).toEqual([]);
  });
});

describe('a method that is answered in one service', () => {
  const feeds = answering(EventService, { listEventFeeds: () => ({ list: [{ id: 'audit' }] }) });

  it('is in the surface, on the wire and in the client', async () => {
    const { surface, client, address, paths } = await serve(feeds);

    const answers = [
      await surface.listEventFeeds(create(ListEventFeedsRequestSchema)),
      await client.listEventFeeds(create(ListEventFeedsRequestSchema)),
      await grpcCall(address, EventService.method.listEventFeeds, {}),
    ];

    expect(answers.map(({ list }) => list.map(({ id }) => id))).toEqual([['audit'], ['audit'], ['audit']]);
    expect(paths).toContain('/c1.connector.v2.EventService/ListEventFeeds');
  });

  it.each([
    [
      'another method of that service',
      (surface: ConnectorSurface) => surface.listEvents(create(ListEventsRequestSchema)),
    ],
    [
      'a method of a service that nobody answers',
      (surface: ConnectorSurface) => surface.listActionSchemas(create(ListActionSchemasRequestSchema)),
    ],
  ])('%s is "unsupported" in the surface and in the client', async (_name, ask) => {
    const { surface, client } = await serve(feeds);

    await expect(ask(surface)).rejects.toMatchObject({ kind: 'unsupported' });
    await expect(ask(client)).rejects.toMatchObject({ kind: 'unsupported' });
  });

  it.each([
    [
      'a service that is not composed',
      (address: string) => grpcCall(address, ActionService.method.listActionSchemas, {}),
    ],
    ['a service that no surface has', (address: string) => grpcCall(address, TicketsService.method.getTicket, {})],
  ])('%s is UNIMPLEMENTED on the wire, and its method is named', async (_name, ask) => {
    const { address } = await serve(feeds);

    const { code, details } = await failureOf(ask(address));

    expect(code).toBe(status.UNIMPLEMENTED);
    expect(details).toMatch(/\/c1\.connector\.v2\.\w+\/\w+ is not something that this connector does/);
  });

  it('hears its caller go away, in this process and over the wire', async () => {
    const heard: string[] = [];
    let abort = new AbortController();
    const waiting = answering(EventService, {
      listEvents: ({ cursor }, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            heard.push(cursor);
            reject(new Error('gone'));
          });
          abort.abort(); // the caller gives up as soon as its call has arrived
        }),
    });
    const { surface, client } = await serve(waiting);
    const ask = async (asked: ConnectorSurface, cursor: string): Promise<void> => {
      abort = new AbortController();
      await asked.listEvents(create(ListEventsRequestSchema, { cursor }), abort.signal).catch(() => undefined);
    };

    await ask(surface, 'here');
    await ask(client, 'there');

    await expect.poll(() => heard).toEqual(['here', 'there']);
  });
});

describe('a listing of rows', () => {
  it('answers with the very page in process, with a message on the wire, and with rows again in the client', async () => {
    const messages = ['a', 'b'].map((id) => create(GrantSchema, { id }));
    const page = { list: messages.map(grantRow), nextPageToken: 'next', annotations: [] };
    const { surface, client, address } = await serve(answering(GrantsService, { listGrants: () => page }));

    const remote = await client.listGrants(create(GrantsServiceListGrantsRequestSchema));

    expect(await surface.listGrants(create(GrantsServiceListGrantsRequestSchema))).toBe(page);
    expect({ ...remote, list: remote.list.map(({ message }) => message) }).toEqual({ ...page, list: messages });
    expect(await grpcCall(address, GrantsService.method.listGrants, {})).toMatchObject({
      list: messages,
      nextPageToken: 'next',
    });
  });
});
