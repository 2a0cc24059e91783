import { toGrant } from '../model/grant-message.ts';
import type { Grant } from '../model/messages.ts';
import type { GrantRow } from '../model/row.ts';
import { messageToBytes } from '../sync-format/stored-rows.ts';

/** What tells a grant that says nothing else. */
export type GrantIdentity = Pick<
  GrantRow,
  'entitlementId' | 'typeId' | 'resourceId' | 'principalTypeId' | 'principalId'
>;

/** The message of a grant that says nothing but who holds what. */
export function identityGrant(identity: GrantIdentity): Grant {
  const { entitlementId, typeId, resourceId, principalTypeId, principalId } = identity;
  const made = toGrant({ typeId, resourceId, slug: '' }, { typeId: principalTypeId, id: principalId });
  return {
    ...made,
    id: `${entitlementId}:${principalTypeId}:${principalId}`,
    ...(made.entitlement !== undefined && { entitlement: { ...made.entitlement, id: entitlementId } }),
  };
}

export function identityBytes(identity: GrantIdentity): Uint8Array {
  return messageToBytes({ section: 'grants', message: identityGrant(identity) });
}
