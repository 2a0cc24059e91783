/**
 * A platform's side of a sync over gRPC: the full order of calls, mutual TLS, pages one after the other (or by four
 * workers), and of each answer only as much decoded as it takes to go on. Prints how long each phase took.
 */
import { readFileSync } from 'node:fs';
import { create, fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Client, credentials } from '@grpc/grpc-js';
import { ConnectorService } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { EntitlementsService } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { GrantsService, GrantsServiceListGrantsResponseSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import {
  type Resource,
  ResourceSchema,
  ResourcesService,
  ResourceTypesService,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import {
  cleanupRequest,
  enqueuedTokens,
  grantsRequest,
  isTypeScopedType,
  resourcesRequest,
  skipsGrants,
  staticEntitlementsRequest,
  typesRequest,
} from '../../src/model/walk-requests.ts';
import { methodDefinition } from '../../src/server/wire.ts';
import type { DescMethodUnary, MessageShape, DescMessage } from '@bufbuild/protobuf';

const [address = '', folder = '', workersText = '1', syncId = 'bench'] = process.argv.slice(2);
const workers = Number(workersText);
const read = (name: string): Buffer => readFileSync(`${folder}/${name}`);
const client = new Client(address, credentials.createSsl(read('ca.pem'), read('client.key'), read('client.pem')));

export interface Walked {
  readonly usersMs: number;
  readonly otherMs: number;
  readonly grantsMs: number;
  readonly totalMs: number;
  readonly calls: number;
  readonly userCalls: number;
  readonly grants: number;
  /** Of the fullest answers of listings. */
  readonly maxRows: number;
  readonly maxBytes: number;
}

let calls = 0;
let maxRows = 0;
let maxBytes = 0;

function ask<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
): Promise<Buffer> {
  const { path, requestSerialize } = methodDefinition(method);
  calls += 1;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      (bytes: Buffer) => bytes,
      request,
      (error, bytes) =>
        error === null && bytes !== undefined ? resolve(bytes) : reject(error ?? new Error('no answer')),
    );
  });
}

/** Rows (field 1) of a list response, its next token (2) and the annotations (3), without looking into the rows. */
function openPage(bytes: Buffer): {
  readonly rows: readonly Uint8Array[];
  readonly next: string;
  readonly rest: Uint8Array[];
} {
  const reader = new BinaryReader(bytes);
  const rows: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  let next = '';
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) {
      rows.push(reader.bytes());
    } else if (field === 2) {
      next = reader.string();
    } else {
      rest.push(reader.skip(type === undefined ? WireType.Varint : type, field));
    }
  }
  maxRows = Math.max(maxRows, rows.length);
  maxBytes = Math.max(maxBytes, bytes.length);
  return { rows, next, rest };
}

async function inTurns<T>(items: readonly T[], run: (item: T) => Promise<readonly T[]>): Promise<void> {
  const waiting = [...items];
  let busy = 0;
  await new Promise<void>((resolve, reject) => {
    const launch = (): void => {
      while (busy < workers && waiting.length > 0) {
        busy += 1;
        const item = waiting.shift();
        const goOn = async (): Promise<void> => {
          waiting.push(...(await run(item as T)));
          busy -= 1;
          launch();
        };
        goOn().catch(reject);
      }
      if (busy === 0 && waiting.length === 0) {
        resolve();
      }
    };
    launch();
  });
}

const startedAt = performance.now();
await ask(ConnectorService.method.validate, create(ConnectorService.method.validate.input));
await ask(ConnectorService.method.getMetadata, create(ConnectorService.method.getMetadata.input));
const types = fromBinary(
  ResourceTypesService.method.listResourceTypes.output,
  await ask(ResourceTypesService.method.listResourceTypes, typesRequest(syncId)),
).list;

const beganAt = performance.now();
const found: Resource[] = [];
let userCalls = 0;
let usersMs = 0;
for (const type of types) {
  const before = calls;
  for (let token = '', isFirst = true; isFirst || token !== ''; isFirst = false) {
    const page = openPage(await ask(ResourcesService.method.listResources, resourcesRequest(syncId, type.id, token)));
    token = page.next;
    if (!skipsGrants(type) && !isTypeScopedType(type)) {
      found.push(...page.rows.map((row) => fromBinary(ResourceSchema, row)));
    }
  }
  if (type.id === 'user') {
    userCalls = calls - before;
    usersMs = performance.now() - beganAt;
  }
}
const grantsAt = performance.now();
let grants = 0;
for (const type of types) {
  await ask(EntitlementsService.method.listStaticEntitlements, staticEntitlementsRequest(syncId, type.id));
}
const asked = types
  .filter((type) => !skipsGrants(type))
  .flatMap((type): { readonly typeId: string; readonly id: string | undefined; readonly token: string }[] =>
    isTypeScopedType(type)
      ? [{ typeId: type.id, id: undefined, token: '' }]
      : found
          .filter(({ id }) => id?.resourceType === type.id)
          .map(({ id }) => ({ typeId: type.id, id: id?.resource ?? '', token: '' })),
  );
await inTurns(asked, async ({ typeId, id, token }) => {
  const bytes = await ask(GrantsService.method.listGrants, grantsRequest(syncId, typeId, id, token));
  const page = openPage(bytes);
  grants += page.rows.length;
  const more = page.next === '' ? [] : [{ typeId, id, token: page.next }];
  const siblings =
    page.rest.length === 0 ? [] : enqueuedTokens(fromBinary(GrantsServiceListGrantsResponseSchema, bytes).annotations);
  return [...more, ...siblings.map((sibling) => ({ typeId, id, token: sibling }))];
});
const endedAt = performance.now();
await ask(ConnectorService.method.cleanup, cleanupRequest(syncId));
client.close();
const walked: Walked = {
  usersMs,
  otherMs: grantsAt - beganAt - usersMs,
  grantsMs: endedAt - grantsAt,
  totalMs: endedAt - startedAt,
  calls,
  userCalls,
  grants,
  maxRows,
  maxBytes,
};
console.log(JSON.stringify(walked));
