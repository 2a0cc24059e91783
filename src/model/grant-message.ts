import { create } from '@bufbuild/protobuf';
import { type Grant, GrantSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import { entitlementIdOf, type EntitlementRef, grantId, type ResourceRef } from './ids.ts';
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
