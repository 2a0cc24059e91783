import { DatabaseSync } from 'node:sqlite';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { create, fromBinary, type JsonObject, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdentitySizes } from '../../src/answers/identity-size.ts';
import { leanResource } from '../../src/answers/lean-resource.ts';
import { openSource } from '../../src/answers/open.ts';
import type { FileRow } from '../../src/answers/rows.ts';
import { profileKeys, rowOfJsonResource, rowOfResource } from '../../src/answers/to-row.ts';
import { GrantMetadataSchema } from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import { GrantSchema, GrantSourcesSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { annotate } from '../../src/model/annotations.ts';
import { toBindingRow } from '../../src/model/binding-row.ts';
import { toGrant } from '../../src/model/grant-message.ts';
import { entitlementRef } from '../../src/model/ids.ts';
import type { Grant } from '../../src/model/messages.ts';
import { toAttributes } from '../../src/model/profile.ts';
import type { ResourceRow } from '../../src/model/row.ts';
import { noCuts } from '../../src/model/text.ts';
import { toUserRow } from '../../src/model/user-row.ts';
import { encode } from '../../src/model/wire-writer.ts';
import { nameArbitrary } from '../support/arbitraries.ts';
import { inTenant, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

const text = fc.oneof(nameArbitrary, fc.constant(''));
/** A profile in which what is looked up may be of any kind, among other keys. */
function profileOf(keys: readonly string[]): fc.Arbitrary<JsonObject> {
  return fc
    .dictionary(fc.oneof(fc.constantFrom(...keys), nameArbitrary), fc.jsonValue({ stringUnit: 'binary' }), {
      maxKeys: 12,
    })
    .map((value) => toAttributes(value as JsonObject));
}

function expectSame(row: ResourceRow): void {
  const bytes = encode((out) => row.write(out));
  const lean = leanResource(bytes);
  expect(lean).toBeDefined();
  expect(lean && rowOfJsonResource(lean)).toEqual(rowOfResource(fromBinary(ResourceSchema, bytes)));
}

describe('a resource that is read as far as its row needs it', () => {
  it('tells of a user what the protobuf library tells, whoever the user is', () => {
    const parts = fc.record({
      id: nameArbitrary,
      displayName: text,
      profile: profileOf(profileKeys.user),
      status: fc.constantFrom('enabled', 'disabled', 'unspecified'),
      createdTime: fc.option(fc.integer({ min: 1, max: 253_370_764_799 }), { nil: undefined }),
      emails: fc.array(nameArbitrary, { maxLength: 2 }),
      login: text,
      loginAliases: fc.array(text, { maxLength: 2 }),
      givenName: text,
      middleName: text,
      familyName: text,
      mfaEnabled: fc.boolean(),
      ssoEnabled: fc.boolean(),
    });

    fc.assert(fc.property(parts, (given) => expectSame(toUserRow(given, noCuts))));
  });

  it('tells of a role in a tenant what the protobuf library tells', () => {
    const parts = fc.record({
      id: nameArbitrary,
      displayName: text,
      description: text,
      profile: profileOf(profileKeys.role_binding),
      roleResourceId: nameArbitrary,
      tenantId: nameArbitrary,
    });

    fc.assert(fc.property(parts, (given) => expectSame(toBindingRow(given, noCuts))));
  });

  it('is left to the protobuf library when it is of another type, or its bytes end or begin otherwise', () => {
    const id = { resourceType: 'user', resource: 'U1' };
    const whole = toBinary(ResourceSchema, create(ResourceSchema, { id, displayName: 'Ann' }));
    const split = (message: object): Uint8Array => toBinary(ResourceSchema, create(ResourceSchema, message));

    expect(leanResource(whole)).toMatchObject({ displayName: 'Ann' });
    expect(leanResource(split({ id: { ...id, resourceType: 'tenant' } }))).toBeUndefined();
    expect(leanResource(whole.subarray(0, -1))).toBeUndefined();
    expect(leanResource(Buffer.concat([split({ displayName: 'Ann' }), split({ id })]))).toBeUndefined();
    expect(leanResource(Buffer.concat([whole, split({ displayName: 'Bob' })]))).toBeUndefined();
    expect(leanResource(split({ id, createdAt: { seconds: -1n } }))).toBeUndefined();
    expect(leanResource(split({ id, createdAt: { seconds: 1n, nanos: 5 } }))).toBeUndefined();
  });
});

describe('the size of a grant', () => {
  it('tells whether there is more to it than its identity', () => {
    const sizes = new IdentitySizes();
    fc.assert(
      fc.property(
        fc.constantFrom('tenant', 'role', 'role_binding'),
        nameArbitrary,
        fc.constantFrom('user', 'access_key'),
        nameArbitrary,
        (typeId, resourceId, principalTypeId, principalId) => {
          const grant = toGrant(entitlementRef(typeId, resourceId), { typeId: principalTypeId, id: principalId });
          const identity = {
            id: grant.id,
            entitlementId: grant.entitlement?.id ?? '',
            typeId,
            resourceId,
            principalTypeId,
            principalId,
          };
          const sizeOf = (message: Grant): number => toBinary(GrantSchema, message).length;
          const withMore = { ...grant, annotations: [annotate(GrantMetadataSchema, create(GrantMetadataSchema))] };

          expect(sizes.isOf(sizeOf(grant), identity)).toBe(true);
          expect(sizes.isOf(sizeOf(create(GrantSchema, { id: grant.id })), identity)).toBe(true);
          expect(sizes.isOf(sizeOf(withMore), identity)).toBe(false);
        },
      ),
    );
  });
});

describe('the grants of a .c1z', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lean-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const direct = toGrant(entitlementRef('tenant', 'acme'), { typeId: 'user', id: 'ann' });

  /** The grants that are read once ann's membership of acme has other content. */
  async function readWith(grant: Grant): Promise<readonly FileRow[]> {
    const path = join(folder, 'sync.c1z');
    await writeSync(path, {
      ...smallProject(),
      users: [user('ann', { userTenants: [inTenant('acme')] })],
      tenants: [tenant('acme')],
      roles: [role('Editor')],
    });
    const unpacked = join(folder, 'sync.db');
    const file = await readFile(path);
    await writeFile(unpacked, zstdDecompressSync(file.subarray(5)));
    const database = new DatabaseSync(unpacked);
    const { changes } = database
      .prepare('update v1_grants set data = ? where external_id = ?')
      .run(toBinary(GrantSchema, grant), direct.id);
    database.close();
    await writeFile(path, Buffer.concat([file.subarray(0, 5), zstdCompressSync(await readFile(unpacked))]));
    expect(changes).toBe(1);

    await using source = await openSource(path);
    const rows: FileRow[] = [];
    for await (const batch of source.rows()) {
      rows.push(...batch);
    }
    return rows.filter(({ kind }) => kind === 'grant');
  }

  const held = {
    kind: 'grant',
    id: direct.id,
    on: { kind: 'tenant', id: 'acme' },
    to: { kind: 'user', id: 'ann' },
  };

  it('are known by their columns where the message has the id alone', async () => {
    expect(await readWith(create(GrantSchema, { id: direct.id }))).toEqual([held]);
  });

  it('are held by nobody where a tool worked them out from others, and held where they are also direct', async () => {
    const from = (...sources: readonly string[]): Grant => ({
      ...direct,
      sources: create(GrantSourcesSchema, { sources: Object.fromEntries(sources.map((source) => [source, {}])) }),
    });

    expect(await readWith(from('tenant:top:member'))).toEqual([]);
    expect(await readWith(from('tenant:top:member', 'tenant:acme:member'))).toEqual([held]);
    // The last source reads as the grant's own id does, at the end of the message.
    expect(await readWith(from(direct.id))).toEqual([]);
  });
});
