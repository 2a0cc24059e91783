import { type Holding, isSameHolding } from '../access/holding.ts';

/** The kinds of things that an entitlement gives. */
export type HeldKind = 'membership' | 'role' | 'application';

/** One write of a plan: to give the principal one thing, or to take it away. */
export interface Step extends Holding {
  readonly operation: 'add' | 'remove';
}

export function isSameStep(one: Step, other: Step): boolean {
  return one.operation === other.operation && isSameHolding(one, other);
}
