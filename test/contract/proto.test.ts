import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { DescFile, DescMessage, MessageShape } from '@bufbuild/protobuf';
import { AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { beforeAll, describe, expect, it } from 'vitest';
import { ResourceIdFieldSchema } from '../../src/gen/c1/config/v1/config_pb.ts';
import { GrantAlreadyExistsSchema } from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import {
  ManagedDeviceTraitSchema,
  ManagedDeviceTrait_DeviceType,
  RoleScopeConditionsSchema,
  UserTraitSchema,
} from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import { AssetServiceGetAssetResponseSchema } from '../../src/gen/c1/connector/v2/asset_pb.ts';
import { ConnectorAccountCreationSchema_IntFieldSchema } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { EventFeedMetadataSchema, EventType } from '../../src/gen/c1/connector/v2/event_feed_pb.ts';
import { GrantSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { CreateAccountResponseSchema, ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { TicketsServiceCreateTicketRequestSchema } from '../../src/gen/c1/connector/v2/ticket_pb.ts';
import { DoResponseSchema, RateLimitDescription_Status } from '../../src/gen/c1/ratelimit/v1/ratelimit_pb.ts';
import { wireSurface } from './proto/wire-surface.ts';

const generated = join(import.meta.dirname, '..', '..', 'src', 'gen');

/** Every file descriptor below src/gen, so that a new file cannot be left out. */
async function generatedFiles(): Promise<DescFile[]> {
  const found: DescFile[] = [];
  for (const entry of readdirSync(generated, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const module = (await import(pathToFileURL(join(entry.parentPath, entry.name)).href)) as Record<string, unknown>;
    const exported = Object.entries(module).filter(([name]) => name.startsWith('file_'));
    expect(exported, entry.name).toHaveLength(1);
    found.push(...exported.map(([, file]) => file as DescFile));
  }
  return found;
}

describe('the wire surface', () => {
  let files: DescFile[] = [];
  beforeAll(async () => {
    files = await generatedFiles();
  });

  // On purpose: npx vitest run test/contract/proto.test.ts -u
  it('is the recorded one, down to every number, type, name and method', async () => {
    await expect(wireSurface(files)).toMatchFileSnapshot('./proto/wire-surface.txt');
  });

  it('streams in three places only: assets, both ways, and the health watch', () => {
    const streaming = files
      .flatMap((file) => file.services)
      .flatMap((service) => service.methods)
      .filter((method) => method.methodKind !== 'unary')
      .map((method) => `${method.parent.typeName}/${method.name} ${method.methodKind}`);
    expect(streaming.toSorted()).toEqual([
      'c1.connector.v2.AssetService/GetAsset server_streaming',
      'c1.connectorapi.baton.v1.BatonService/UploadAsset client_streaming',
      'grpc.health.v1.Health/Watch server_streaming',
    ]);
  });
});

/** Checks both directions against bytes written by hand. */
function expectBytes<D extends DescMessage>(schema: D, message: MessageShape<D>, hex: string): void {
  const bytes = Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  expect(toBinary(schema, message)).toEqual(bytes);
  expect(fromBinary(schema, bytes)).toEqual(message);
}

describe('the bytes', () => {
  it('put the annotations of a grant at 4 and its sources at 5', () => {
    const grant = create(GrantSchema, {
      id: 'g',
      annotations: [{ typeUrl: 'a/b' }],
      sources: { sources: { e: { isDirect: true } } },
    });
    expectBytes(GrantSchema, grant, '1a 01 67  22 05 0a 03 61 2f 62  2a 09 0a 07 0a 01 65 12 02 08 01');
  });

  it('put the resource of an entitlement before its id', () => {
    const entitlement = create(EntitlementSchema, { resource: { id: { resourceType: 't', resource: 'r' } }, id: 'e' });
    expectBytes(EntitlementSchema, entitlement, '0a 08 0a 06 0a 01 74 12 01 72  12 01 65');
  });

  it('put the employee ids of a user at 13', () => {
    expectBytes(
      UserTraitSchema,
      create(UserTraitSchema, { login: 'l', employeeIds: ['E1', 'E2'] }),
      '32 01 6c  6a 02 45 31  6a 02 45 32',
    );
  });

  it('leave out 2 in the conditions of a role scope', () => {
    const conditions = create(RoleScopeConditionsSchema, { type: 't', conditions: [{ expression: 'x' }] });
    expectBytes(RoleScopeConditionsSchema, conditions, '0a 01 74  1a 03 0a 01 78');
  });

  it('put the results of an account creation at 100 and above', () => {
    const result = { isCreateAccountResult: true };
    const schema = CreateAccountResponseSchema;
    expectBytes(schema, create(schema, { result: { case: 'success', value: result } }), 'a2 06 02 10 01');
    expectBytes(schema, create(schema, { result: { case: 'actionRequired', value: result } }), 'aa 06 02 18 01');
    expectBytes(schema, create(schema, { result: { case: 'alreadyExists', value: result } }), 'b2 06 02 10 01');
    expectBytes(schema, create(schema, { result: { case: 'inProgress', value: result } }), 'ba 06 02 10 01');
  });

  it('put the parts of an asset at 1 and 2', () => {
    const metadata = create(AssetServiceGetAssetResponseSchema, {
      msg: { case: 'metadata', value: { contentType: 'c' } },
    });
    expectBytes(AssetServiceGetAssetResponseSchema, metadata, '0a 03 0a 01 63');
    const data = create(AssetServiceGetAssetResponseSchema, {
      msg: { case: 'data', value: { data: new Uint8Array([7]) } },
    });
    expectBytes(AssetServiceGetAssetResponseSchema, data, '12 03 0a 01 07');
  });

  it('put the annotations of a ticket request at 8', () => {
    const request = create(TicketsServiceCreateTicketRequestSchema, { annotations: [{ typeUrl: 'a/b' }] });
    expectBytes(TicketsServiceCreateTicketRequestSchema, request, '42 05 0a 03 61 2f 62');
  });

  it('put the newer resource fields at 9 to 12', () => {
    const resource = create(ResourceSchema, {
      profile: {},
      icon: { id: 'i' },
      status: { status: 1 },
      createdAt: { seconds: 5n },
    });
    expectBytes(ResourceSchema, resource, '4a 00  52 03 0a 01 69  5a 02 08 01  62 02 08 05');
  });

  it('put the rules of a resource id field at 3', () => {
    const field = create(ResourceIdFieldSchema, { rules: { allowedResourceTypeIds: ['t'] } });
    expectBytes(ResourceIdFieldSchema, field, '1a 03 0a 01 74');
  });

  it('pack repeated enums', () => {
    const feed = create(EventFeedMetadataSchema, {
      id: 'f',
      supportedEventTypes: [EventType.USAGE, EventType.CREATE_GRANT],
    });
    expectBytes(EventFeedMetadataSchema, feed, '0a 01 66  12 02 01 05');
  });

  it('use 99 for a device that is something else', () => {
    const device = create(ManagedDeviceTraitSchema, { deviceType: ManagedDeviceTrait_DeviceType.OTHER });
    expectBytes(ManagedDeviceTraitSchema, device, '20 63');
  });

  it('use 4 for a rate limiter that has nothing to say', () => {
    const response = create(DoResponseSchema, { description: { status: RateLimitDescription_Status.EMPTY } });
    expectBytes(DoResponseSchema, response, '12 02 08 04');
  });

  it('tell a default of zero from no default', () => {
    const schema = ConnectorAccountCreationSchema_IntFieldSchema;
    expectBytes(schema, create(schema, { defaultValue: 0 }), '08 00');
    expectBytes(schema, create(schema), '');
  });

  it('of a marker annotation are its type URL and nothing else', () => {
    const marker = anyPack(GrantAlreadyExistsSchema, create(GrantAlreadyExistsSchema));
    expect(marker.value).toHaveLength(0);
    const url = 'type.googleapis.com/c1.connector.v2.GrantAlreadyExists';
    expectBytes(AnySchema, marker, `0a 36 ${Buffer.from(url).toString('hex')}`);
  });
});
