import { create } from '@bufbuild/protobuf';
import { GrantExpandableSchema, GrantMetadataSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { type Grant, GrantSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import { annotate } from './annotations.ts';
import {
  type EntitledTypeId,
  entitlementId,
  entitlementIdOf,
  type EntitlementRef,
  entitlementRef,
  grantId,
  type ResourceRef,
} from './ids.ts';
import type { Any } from './messages.ts';

/** A grant, by identities only: the entitlement's id and its resource's id, and the principal's id. */
export function toGrant(ref: EntitlementRef, principal: ResourceRef, annotations: Any[] = []): Grant {
  const entitlement = entitlementIdOf(ref);
  return create(GrantSchema, {
    id: grantId(entitlement, principal),
    entitlement: {
      id: entitlement,
      resource: { id: { resourceType: ref.typeId, resource: ref.resourceId } },
    },
    principal: { id: { resourceType: principal.typeId, resource: principal.id } },
    annotations,
  });
}

/** A role, or a role inside a tenant: what confers a permission. */
export interface ConferringRef extends ResourceRef {
  readonly typeId: Extract<EntitledTypeId, 'role' | 'role_binding'>;
  /** Where it counts; '' for the whole project. */
  readonly tenantId: string;
}

/**
 * A permission granted to a role or a binding, passed on to those of the named types who hold that directly. Where it
 * holds in one tenant only, the tenant is said in GrantMetadata: an expanded grant tells that somebody can, not where.
 */
export function toConferringGrant(permissionName: string, by: ConferringRef, holderTypeIds: readonly string[]): Grant {
  const expandable = create(GrantExpandableSchema, {
    entitlementIds: [entitlementId(by.typeId, by.id)],
    shallow: true,
    resourceTypeIds: [...holderTypeIds],
  });
  return toGrant(entitlementRef('permission', permissionName), by, [
    annotate(GrantExpandableSchema, expandable),
    ...(by.tenantId === ''
      ? []
      : [annotate(GrantMetadataSchema, create(GrantMetadataSchema, { metadata: { tenant_id: by.tenantId } }))]),
  ]);
}
