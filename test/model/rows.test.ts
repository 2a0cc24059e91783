import { type JsonObject, toBinary, toJson } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from '../../src/descope/users/id-table.ts';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { GrantSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { annotationRegistry } from '../../src/model/annotations.ts';
import { toBindingRow } from '../../src/model/binding-row.ts';
import { conferringGrantRow } from '../../src/model/conferring-row.ts';
import { edgeRow } from '../../src/model/edge-row.ts';
import { entitlementRowsOf } from '../../src/model/entitlement-row.ts';
import { grantRowsOf } from '../../src/model/grant-row.ts';
import { entitlementRef, tenantRef } from '../../src/model/ids.ts';
import { secretRow, serviceAccountRow } from '../../src/model/key-row.ts';
import type { Entitlement } from '../../src/model/messages.ts';
import { listedTypes } from '../../src/registry.ts';
import { toAttributes } from '../../src/model/profile.ts';
import { entitlementRow, grantRow, type GrantRow, type Row, wireSize } from '../../src/model/row.ts';
import { type CutCounter, noCuts } from '../../src/model/text.ts';
import { writtenText } from '../../src/model/text-writer.ts';
import { toUserRow } from '../../src/model/user-row.ts';
import { encode } from '../../src/model/wire-writer.ts';
import { toUser } from '../../src/resources/user.ts';
import { nameArbitrary } from '../support/arbitraries.ts';
import { user } from '../support/project-fixture.ts';

/** A row's two encodings, and those of the message that it stands for, made by the protobuf library. */
function encodings(
  row: Row<never>,
  schema: typeof ResourceSchema | typeof GrantSchema | typeof EntitlementSchema,
): { readonly own: object; readonly library: object } {
  const { message } = row;
  return {
    own: { bytes: encode((out) => row.write(out)).toString('hex'), json: writtenText((out) => row.writeJson(out)) },
    library: {
      bytes: Buffer.from(toBinary(schema, message)).toString('hex'),
      json: JSON.stringify(toJson(schema, message, { registry: annotationRegistry })),
    },
  };
}

function expectFaithful(row: Row<unknown>, schema: Parameters<typeof encodings>[1]): void {
  const { own, library } = encodings(row as Row<never>, schema); // each kind of row is given with the schema of its message
  expect(own).toEqual(library);
  expect(row.maxSize).toBeGreaterThanOrEqual(wireSize(row));
}

/** The same, and that the columns of a table that a grant goes into are those that its message has. */
function expectFaithfulGrant(row: GrantRow): void {
  const columnsOf = (one: GrantRow): object => ({
    typeId: one.typeId,
    resourceId: one.resourceId,
    entitlementId: one.entitlementId,
    principalTypeId: one.principalTypeId,
    principalId: one.principalId,
    id: one.id,
    expansion: one.expansion && Buffer.from(one.expansion).toString('hex'),
    unexpanded: encode((out) => one.writeUnexpanded(out)).toString('hex'),
  });
  expectFaithful(row, GrantSchema);
  expect(columnsOf(row)).toEqual(columnsOf(grantRow(row.message)));
}

function idsOf(...ids: readonly string[]): IdTable {
  const table = new IdTable();
  ids.forEach((id) => table.add(id));
  return table;
}

const text = fc.oneof(nameArbitrary, fc.constant(''), fc.string({ unit: 'binary', maxLength: 300 }));
const json: fc.Arbitrary<JsonObject> = fc
  .dictionary(text, fc.jsonValue({ stringUnit: 'binary' }), { maxKeys: 6 })
  .map((value) => toAttributes(value as JsonObject));
const time = fc.option(
  fc.oneof(
    fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
    fc.constantFrom(0, 127, 128, 1_641_196_800, -1, 253_402_300_800, 9e15),
  ),
  { nil: undefined },
);

describe('the rows of a key and of its secret', () => {
  const ref = fc.option(fc.record({ typeId: fc.constantFrom('user', 'access_key'), id: nameArbitrary }), {
    nil: undefined,
  });
  const parts = fc.record({
    id: nameArbitrary,
    displayName: text,
    description: text,
    profile: json,
    status: fc.constantFrom('enabled', 'disabled', 'unspecified'),
    statusDetail: text,
    createdTime: time,
    detail: nameArbitrary,
    expireTime: fc.option(fc.integer({ min: 1, max: 253_370_764_799 }), { nil: undefined }),
    creator: ref,
    identity: ref,
  });

  it('are encoded as the protobuf library encodes their messages, whatever the key is', () => {
    fc.assert(
      fc.property(parts, (given) => {
        expectFaithful(serviceAccountRow('access_key', given, noCuts), ResourceSchema);
        expectFaithful(secretRow('access_key_secret', given, noCuts), ResourceSchema);
      }),
      { numRuns: 200 },
    );
  });

  it('count each text once that is too long', () => {
    let cut = 0;
    const cuts: CutCounter = { textCut: () => void (cut += 1), attributesDropped: () => undefined };
    const row = serviceAccountRow(
      'access_key',
      {
        id: 'K',
        displayName: 'n'.repeat(2_000),
        description: 'd'.repeat(3_000),
        profile: {},
        status: 'enabled',
        detail: 'kind',
      },
      cuts,
    );

    expectFaithful(row, ResourceSchema);
    expect(cut).toBe(2);
  });
});

describe('the row of a user', () => {
  it('is encoded as the protobuf library encodes its message, whoever the user is', () => {
    const parts = fc.record({
      id: nameArbitrary,
      displayName: text,
      profile: json,
      status: fc.constantFrom('enabled', 'disabled', 'unspecified'),
      statusDetail: text,
      createdTime: time,
      emails: fc.array(nameArbitrary, { maxLength: 3 }),
      login: text,
      loginAliases: fc.array(text, { maxLength: 3 }),
      givenName: text,
      middleName: text,
      familyName: text,
      mfaEnabled: fc.boolean(),
      ssoEnabled: fc.boolean(),
      lastLogin: time,
    });

    fc.assert(
      fc.property(parts, (given) => expectFaithful(toUserRow(given, noCuts), ResourceSchema)),
      { numRuns: 400 },
    );
  });

  it('is encoded so with attributes of a megabyte and with texts that are too long, each cut counted once', () => {
    let cut = 0;
    const cuts: CutCounter = { textCut: () => void (cut += 1), attributesDropped: () => undefined };
    const row = toUser(
      user('U1', {
        name: 'n'.repeat(2_000),
        customAttributes: { text: '\u4E2D'.repeat(60_000), deep: { a: [1, { b: null }] } },
      }),
      cuts,
    );

    expectFaithful(row, ResourceSchema);
    expectFaithful(row, ResourceSchema);

    expect(cut).toBe(1);
    expect(wireSize(row)).toBeGreaterThan(100_000);
  });

  it('says nothing of a creation time that no protocol can carry, instead of failing the sync', () => {
    const { message } = toUser(user('U1', { createdTime: 9e15 }), noCuts);

    expect(message.createdAt).toBeUndefined();
  });
});

describe('the row of a role in a tenant', () => {
  it('is encoded as the protobuf library encodes its message', () => {
    const parts = fc
      .record({
        id: nameArbitrary,
        displayName: text,
        description: text,
        tenantId: nameArbitrary,
        roleResourceId: nameArbitrary,
        profile: json,
      })
      .map((given) => Object.assign(given, { parent: { typeId: 'tenant', id: given.tenantId } }));

    fc.assert(fc.property(parts, (given) => expectFaithful(toBindingRow(given, noCuts), ResourceSchema)));
  });
});

describe('the row of a grant', () => {
  it('is encoded as the protobuf library encodes its message', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('tenant', 'role', 'role_binding'),
        nameArbitrary,
        fc.constantFrom('user', 'access_key'),
        nameArbitrary,
        (typeId, resourceId, principalTypeId, principalId) =>
          expectFaithfulGrant(
            grantRowsOf(entitlementRef(typeId, resourceId), principalTypeId, idsOf('first', principalId))(1),
          ),
      ),
    );
  });

  it('of a permission that a role confers is encoded as the protobuf library encodes its message', () => {
    fc.assert(
      fc.property(
        nameArbitrary,
        fc.constantFrom('role', 'role_binding'),
        nameArbitrary,
        fc.oneof(nameArbitrary, fc.constant('')),
        fc.constantFrom(['user'], ['user', 'access_key']),
        (permissionName, typeId, id, tenantId, holderTypeIds) =>
          expectFaithfulGrant(conferringGrantRow(permissionName, { typeId, id, tenantId }, holderTypeIds)),
      ),
    );
  });

  it('that leads on, or is managed elsewhere, is encoded as the protobuf library encodes its message', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('tenant', 'role', 'role_binding'),
        nameArbitrary,
        fc.constantFrom('tenant', 'role', 'role_binding', 'idp_group'),
        nameArbitrary,
        fc.option(
          fc.record({
            entitlementId: nameArbitrary.map((name) => `role:${name}:assigned`),
            typeIds: fc.constantFrom(['user'], ['user', 'access_key']),
          }),
        ),
        fc.option(nameArbitrary),
        fc.option(
          fc.dictionary(
            nameArbitrary,
            fc.oneof(nameArbitrary, fc.array(nameArbitrary), fc.double({ noNaN: true, noDefaultInfinity: true })),
          ),
        ),
        (typeId, resourceId, principalTypeId, principalId, passedOn, sourceId, metadata) =>
          expectFaithfulGrant(
            edgeRow({
              entitlement: entitlementRef(typeId, resourceId),
              principal: { typeId: principalTypeId, id: principalId },
              ...(passedOn !== null && { passedOn }),
              ...(sourceId !== null && { sourceId }),
              ...(metadata !== null && { metadata }),
            }),
          ),
      ),
    );
  });

  it('never carries an id that the protocol could not', () => {
    expect(() =>
      conferringGrantRow('p'.repeat(1_000), { typeId: 'role', id: 'r'.repeat(100), tenantId: '' }, ['user']),
    ).toThrow(expect.objectContaining({ kind: 'upstream-contract' }));
    expect(() => grantRowsOf(entitlementRef('tenant', 'a'), 'user', idsOf('u'.repeat(1_020)))(0)).toThrow(
      expect.objectContaining({ kind: 'upstream-contract' }),
    );
    expect(() => grantRowsOf(entitlementRef('tenant', 'a'.repeat(1_020)), 'user', idsOf())).toThrow(
      expect.objectContaining({ kind: 'upstream-contract' }),
    );
  });
});

/** The template of each entitlement, with the type that offers it. */
function templates(): readonly (readonly [string, Entitlement])[] {
  const types = listedTypes();
  return types.all.flatMap(({ words, entitlements }) =>
    entitlements.map((one) => [words.id, types.template(one)] as const),
  );
}

describe('the row of an entitlement', () => {
  it('is encoded as the protobuf library encodes its message', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...templates()),
        nameArbitrary,
        text,
        fc.oneof(nameArbitrary, fc.constant('')),
        ([typeId, template], id, displayName, parentTenantId) => {
          const row = entitlementRowsOf(template)({ typeId, id, displayName, parent: tenantRef(parentTenantId) });
          const { resourceId, id: entitlementId } = entitlementRow(row.message);
          expectFaithful(row, EntitlementSchema);
          expect({ resourceId: row.resourceId, entitlementId: row.id }).toEqual({ resourceId, entitlementId });
        },
      ),
    );
  });
});
