import type { Principal } from '../access/principal.ts';
import { accessKeyPrincipal } from './access-key.ts';
import type { PrincipalType, Subject } from './principal.ts';
import type { HeldKind } from './step.ts';
import { userPrincipal } from './user.ts';

/** The types of principals that something can be granted to, one line each. */
const principalTypes: readonly PrincipalType[] = [userPrincipal, accessKeyPrincipal];

/** Undefined for a type that nothing is granted to. */
export function principalTypeOf(typeId: string): PrincipalType | undefined {
  return principalTypes.find((type) => type.typeId === typeId);
}

/** The types of principals to which something of this kind can be granted. */
export function principalTypesHolding(kind: HeldKind): readonly PrincipalType[] {
  return principalTypes.filter(({ canHold }) => canHold.includes(kind));
}

export function subjectOf({ typeId, id }: Principal): Subject {
  const type = principalTypeOf(typeId);
  if (type === undefined) {
    throw new Error(`${typeId} is no type of principals`);
  }
  return { id, type };
}
