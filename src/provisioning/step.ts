import { type Holding, isSameHolding } from '../access/holding.ts';

/** The kinds of things that an entitlement gives. */
export type HeldKind = 'membership' | 'role' | 'application' | 'consent';

/** One write of a plan: to give the principal one thing, or to take it away. */
export interface Step extends Holding {
  readonly operation: 'add' | 'remove';
  /** The consent that the step is about: then there is neither tenant ('') nor role. */
  readonly consentId?: string;
}

export function isSameStep(one: Step, other: Step): boolean {
  return one.operation === other.operation && one.consentId === other.consentId && isSameHolding(one, other);
}
