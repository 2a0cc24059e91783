import type { ChangeFlag } from './report-format.ts';
import type { TypedThing } from './unknown.ts';

/**
 * One difference between two files, in the terms of a reviewer. `tenantId` is where it stands: '' for the whole project
 * and for people. What both files tell alike is no change.
 */
export interface Change {
  readonly area: 'access' | 'people' | 'model';
  readonly change: 'gained' | 'lost' | 'appeared' | 'gone' | 'changed';
  readonly tenantId: string;
  /** What it is called; '' for the whole project. */
  readonly tenant: string;
  readonly userId: string;
  readonly user: string;
  readonly login: string;
  /** What was gained or lost, or what appeared or is gone; `other` for what is of another type. */
  readonly kind: KnownKind | 'other';
  /** Its resource id; '' for a user. */
  readonly heldId: string;
  readonly role: string;
  readonly permission: string;
  /**
   * Why access is lost or gained, where more than itself has changed: `user`, `role` or `tenant` appeared or is gone.
   */
  readonly because: '' | 'user' | 'role' | 'tenant';
  /** For a user whose status changed: before and now. */
  readonly before: string;
  readonly after: string;
  /**
   * For a role and its permission: how many users hold the role, project-wide and inside tenants, in the file that has
   * both.
   */
  readonly holders: number;
  /** Why it is to be looked at first; mostly empty. */
  readonly flags: readonly ChangeFlag[];
  /** Who gained or lost it, where that is no user: `userId` is '' then, and `user` says it in words. */
  readonly principal?: TypedThing | undefined;
  /** What it is about, where the kind is `other`. */
  readonly held?: TypedThing | undefined;
}

type KnownKind = 'tenant' | 'role' | 'binding' | 'permission' | 'user' | 'role-permission';

/** A change that concerns users, tenants, roles and permissions alone. */
export type KnownChange = Change & { readonly kind: KnownKind };

export function isKnown(change: Change): change is KnownChange {
  return change.kind !== 'other' && change.principal === undefined;
}
