import { create } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { EntitlementImmutableSchema } from '../../src/gen/c1/connector/v2/annotation_entitlement_pb.ts';
import { GrantExpandableSchema, GrantMetadataSchema } from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { hasAnnotation } from '../../src/model/annotations.ts';
import { entitlementOf } from '../../src/model/entitlement-message.ts';
import { conferringGrantRow } from '../../src/model/conferring-row.ts';
import { toGrant } from '../../src/model/grant-message.ts';
import { entitlementRef } from '../../src/model/ids.ts';
import type { Entitlement } from '../../src/model/messages.ts';
import { toResource } from '../../src/model/resource-message.ts';
import type { CutCounter } from '../../src/model/text.ts';
import { listedTypes } from '../../src/registry.ts';

function counter(): CutCounter & { readonly cut: number } {
  const counts = { cut: 0 };
  return Object.assign(counts, { textCut: () => void (counts.cut += 1), attributesDropped: () => undefined });
}

function templateOf(typeId: string): Entitlement {
  const types = listedTypes();
  const [entitlement] = types.of(typeId).entitlements;
  if (entitlement === undefined) {
    throw new Error(`${typeId} offers nothing`);
  }
  return types.template(entitlement);
}

const parts = { id: 'x', displayName: 'X', profile: {} };

describe('a resource', () => {
  it('has its texts fitted to the limits of the protocol, and each cut counted', () => {
    const cuts = counter();

    const resource = toResource(
      'role',
      {
        ...parts,
        displayName: 'd'.repeat(1025),
        description: 'e'.repeat(2049),
        status: 'enabled',
        statusDetail: 's'.repeat(1025),
      },
      [],
      cuts,
    );

    expect(resource.displayName).toHaveLength(1024);
    expect(resource.description).toHaveLength(2048);
    expect(resource.status?.details).toHaveLength(1024);
    expect(cuts.cut).toBe(3);
  });

  it('never has its id cut, nor that of its parent', () => {
    expect(() => toResource('tenant', { ...parts, id: 'x'.repeat(1025) }, [], counter())).toThrow(
      expect.objectContaining({ kind: 'upstream-contract' }),
    );
    expect(() =>
      toResource('tenant', { ...parts, parent: { typeId: 'tenant', id: 'x'.repeat(1025) } }, [], counter()),
    ).toThrow(expect.objectContaining({ kind: 'upstream-contract' }));
  });

  it('without a parent, a time or a status says nothing of them', () => {
    const resource = toResource('permission', parts, [], counter());

    expect(resource.parentResourceId).toBeUndefined();
    expect(resource.createdAt).toBeUndefined();
    expect(resource.status).toBeUndefined();
    expect(resource.annotations).toEqual([]);
  });
});

describe('an entitlement', () => {
  const resource = {
    typeId: 'role',
    id: 'acme/Editor',
    displayName: 'Editor',
    parent: { typeId: 'tenant', id: 'acme' },
  } as const;

  it('is its template, applied to a resource', () => {
    const entitlement = entitlementOf(resource, templateOf('role'));

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
    expect(hasAnnotation(templateOf(typeId).annotations, EntitlementImmutableSchema)).toBe(isImmutable);
  });
});

describe('a grant', () => {
  it('carries identities and nothing else', () => {
    const grant = toGrant(entitlementRef('tenant', 'acme'), { typeId: 'user', id: 'ann' });

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
      const grant = conferringGrantRow('read', { typeId: type, id, tenantId }, ['user']).message;

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
