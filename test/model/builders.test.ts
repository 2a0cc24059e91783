import { create } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { EntitlementImmutableSchema } from '../../src/gen/c1/connector/v2/annotation_entitlement_pb.ts';
import { GrantExpandableSchema, GrantMetadataSchema } from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { hasAnnotation } from '../../src/model/annotations.ts';
import {
  entitlementOf,
  entitlementTemplate,
  toConferringGrant,
  toGrant,
  toPermissionResource,
  toRoleResource,
  toTenantResource,
} from '../../src/model/builders.ts';
import type { CutCounter } from '../../src/model/text.ts';

function counter(): CutCounter & { readonly cut: number } {
  const counts = { cut: 0 };
  return Object.assign(counts, { textCut: () => void (counts.cut += 1), attributesDropped: () => undefined });
}

const parts = { id: 'x', displayName: 'X', profile: {} };

describe('a resource', () => {
  it('has its texts fitted to the limits of the protocol, and each cut counted', () => {
    const cuts = counter();

    const resource = toRoleResource(
      {
        ...parts,
        displayName: 'd'.repeat(1025),
        description: 'e'.repeat(2049),
        status: 'enabled',
        statusDetail: 's'.repeat(1025),
      },
      cuts,
    );

    expect(resource.displayName).toHaveLength(1024);
    expect(resource.description).toHaveLength(2048);
    expect(resource.status?.details).toHaveLength(1024);
    expect(cuts.cut).toBe(3);
  });

  it('never has its id cut, nor that of its parent', () => {
    expect(() => toTenantResource({ ...parts, id: 'x'.repeat(1025) }, counter())).toThrow(
      expect.objectContaining({ kind: 'upstream-contract' }),
    );
    expect(() => toTenantResource({ ...parts, parentTenantId: 'x'.repeat(1025) }, counter())).toThrow(
      expect.objectContaining({ kind: 'upstream-contract' }),
    );
  });

  it('without a parent, a time or a status says nothing of them', () => {
    const resource = toPermissionResource(parts, counter());

    expect(resource.parentResourceId).toBeUndefined();
    expect(resource.createdAt).toBeUndefined();
    expect(resource.status).toBeUndefined();
    expect(resource.annotations).toEqual([]);
  });
});

describe('an entitlement', () => {
  const resource = { typeId: 'role', id: 'acme/Editor', displayName: 'Editor', parentTenantId: 'acme' } as const;

  it('is its template, applied to a resource', () => {
    const entitlement = entitlementOf(resource);

    expect(entitlement).toMatchObject({
      id: 'role:acme/Editor:assigned',
      slug: 'assigned',
      displayName: 'Assigned',
      resource: {
        id: { resourceType: 'role', resource: 'acme/Editor' },
        displayName: 'Editor',
        parentResourceId: { resourceType: 'tenant', resource: 'acme' },
      },
    });
  });

  it('takes the name of the resource where the template has none, as the Go syncer does', () => {
    expect(entitlementOf(resource, create(EntitlementSchema, { slug: 'assigned' })).displayName).toBe('Editor');
  });

  it.each([
    ['tenant', false],
    ['role', false],
    ['role_binding', false],
    ['permission', true],
  ] as const)('on a %s is immutable: %s', (typeId, isImmutable) => {
    expect(hasAnnotation(entitlementTemplate(typeId).annotations, EntitlementImmutableSchema)).toBe(isImmutable);
  });
});

describe('a grant', () => {
  it('carries identities and nothing else', () => {
    const grant = toGrant('tenant', 'acme', 'user', 'ann');

    expect(grant).toMatchObject({
      id: 'tenant:acme:member:user:ann',
      entitlement: {
        id: 'tenant:acme:member',
        resource: { id: { resourceType: 'tenant', resource: 'acme' }, displayName: '' },
        displayName: '',
        slug: '',
      },
      principal: { id: { resourceType: 'user', resource: 'ann' }, displayName: '' },
      annotations: [],
    });
  });

  it.each([
    { type: 'role', id: 'Editor', tenantId: '', metadata: undefined },
    { type: 'role', id: 'acme/Editor', tenantId: 'acme', metadata: { tenant_id: 'acme' } },
    { type: 'role_binding', id: 'acme/Editor', tenantId: 'acme', metadata: { tenant_id: 'acme' } },
  ] as const)(
    'of a permission to $type $id is passed on to the users who hold that, and says where',
    ({ type, id, tenantId, metadata }) => {
      const grant = toConferringGrant('read', type, id, tenantId);

      const expandable = grant.annotations
        .map((annotation) => anyUnpack(annotation, GrantExpandableSchema))
        .find((unpacked) => unpacked !== undefined);
      const told = grant.annotations
        .map((annotation) => anyUnpack(annotation, GrantMetadataSchema))
        .find((unpacked) => unpacked !== undefined);
      expect(grant.id).toBe(`permission:read:granted:${type}:${id}`);
      expect(expandable).toMatchObject({
        entitlementIds: [`${type}:${id}:assigned`],
        shallow: true,
        resourceTypeIds: ['user'],
      });
      expect(told?.metadata).toEqual(metadata);
    },
  );
});
