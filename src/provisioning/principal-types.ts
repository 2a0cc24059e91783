import type { Principal } from '../access/principal.ts';
import { accessKeyPrincipal } from './access-key.ts';
import type { PrincipalType, Subject } from './principal.ts';
import type { HeldKind } from './step.ts';
import { applicationUser } from './application-user.ts';
import { consentingTenant, consentingUser } from './consent-holder.ts';
import { userPrincipal } from './user.ts';

/**
 * The types of principals that something can be granted to, one line each. A type has a second line for what is read and
 * written in another way.
 */
const principalTypes: readonly PrincipalType[] = [
  userPrincipal,
  accessKeyPrincipal,
  applicationUser,
  consentingUser,
  consentingTenant,
];

/** What messages call a type; undefined for one that nothing is granted to. */
export function principalTypeOf(typeId: string): PrincipalType | undefined {
  return principalTypes.find((type) => type.typeId === typeId);
}

/** The types of principals to which something of this kind can be granted. */
export function principalTypesHolding(kind: HeldKind): readonly PrincipalType[] {
  return principalTypes.filter(({ canHold }) => canHold.includes(kind));
}

/** Who a change is about that gives, or takes, something of this kind: of this resource. */
export function subjectOf({ typeId, id }: Principal, kind: HeldKind, resourceId: string): Subject {
  const type = principalTypesHolding(kind).find((one) => one.typeId === typeId);
  if (type === undefined) {
    throw new Error(`no ${kind} can be granted to a ${typeId}`);
  }
  return { id, type: type.about?.(resourceId) ?? type };
}
