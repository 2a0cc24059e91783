import type { User } from '../descope/users/user.ts';
import type { UserChange } from '../descope/users/user-writes.ts';
import type { Catalog } from '../access/catalog.ts';

/** One write of a plan. */
export type Step = Omit<UserChange, 'userId'>;

/** What is known before a write: the lists, and the user as Descope showed them just now (undefined: there is none). */
export interface Seen {
  readonly catalog: Catalog;
  readonly user: User | undefined;
}

/**
 * What a change comes to, judged by one look: the record is as it was asked for, or these writes are due, in this order.
 * `needsFreshLists`: lists that are a minute old may not settle it. `isOurs`: this attempt brought it about.
 */
export type Plan =
  | { readonly kind: 'settled'; readonly isOurs: boolean; readonly needsFreshLists?: boolean }
  | { readonly kind: 'due'; readonly steps: readonly [Step, ...Step[]] };

/**
 * What an attempt has seen and done so far. It is read when the attempt fails, too: for the audit line, and for what the
 * caller is told.
 */
export interface Progress {
  /** Every record of the user that Descope showed, in order. */
  readonly seen: (User | undefined)[];
  /** Every write that left this process. */
  readonly sent: Step[];
  /** Steps that Descope has shown to be done. */
  readonly effected: Step[];
  /** A write was sent whose outcome is not known, so that what is seen now may be its effect. */
  mayBeOurs: boolean;
  /** The lists that were looked at last. */
  catalog: Catalog | undefined;
}

/** Looks at what is seen and says what is due; refuses by throwing. It sends nothing. */
export type Planner = (seen: Seen, progress: Progress) => Plan;

export function newProgress(): Progress {
  return { seen: [], sent: [], effected: [], mayBeOurs: false, catalog: undefined };
}

export function isSameStep(one: Step, other: Step): boolean {
  return one.operation === other.operation && one.tenantId === other.tenantId && one.roleName === other.roleName;
}

/** The record as it will be when the steps are done and nothing comes along with them. */
export function afterSteps(user: User, steps: readonly Step[]): User {
  return steps.reduce(afterStep, user);
}

function afterStep(user: User, { operation, tenantId, roleName }: Step): User {
  const changed = (names: readonly string[]): readonly string[] => {
    const others = names.filter((name) => name !== roleName);
    return operation === 'add' && roleName !== undefined ? [...others, roleName] : others;
  };
  if (tenantId === '') {
    return { ...user, roleNames: changed(user.roleNames) };
  }
  const others = user.userTenants.filter((entry) => entry.tenantId !== tenantId);
  if (operation === 'remove' && roleName === undefined) {
    return { ...user, userTenants: others };
  }
  const entry = user.userTenants.find((one) => one.tenantId === tenantId);
  return { ...user, userTenants: [...others, { ...entry, tenantId, roleNames: changed(entry?.roleNames ?? []) }] };
}
