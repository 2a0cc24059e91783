import type { ChangeFlag } from './report-format.ts';
import type { Certainty } from './rows.ts';
import type { TypedThing } from './unknown.ts';
import type { PathStep } from './ways.ts';

/**
 * One difference between two files, in the terms of a reviewer. `tenantId` is where it stands: '' for the whole project
 * and for people. What both files tell alike is no change.
 */
export interface Change {
  readonly area: 'access' | 'people' | 'model' | 'inheritance' | 'next-login';
  readonly change: 'gained' | 'lost' | 'appeared' | 'gone' | 'changed';
  readonly tenantId: string;
  /** What it is called; '' for the whole project. */
  readonly tenant: string;
  readonly userId: string;
  readonly user: string;
  readonly login: string;
  /**
   * What was gained or lost, or what appeared or is gone; `other` for what is of another type. In the area `next-login`
   * also the configurations and groups of single sign-on, and the membership of such a group.
   */
  readonly kind: KnownKind | 'sso_configuration' | 'idp_group' | 'group-member' | 'other';
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
  /** Which entitlement of it was gained or lost, or says something else of itself: `before` and `after` are in words. */
  readonly entitlement?: string | undefined;
  /** How much is inherited from it in tenants below, which came or went with it; undefined for nothing. */
  readonly follows?: number | undefined;
  /** Where it is held, for what is inherited, and how sure that is. */
  readonly inherited?: ChangedInheritance | undefined;
  /** Who gives something at the next login, and by what: for the area `next-login`. */
  readonly giver?: TypedThing | undefined;
  readonly via?: string | undefined;
}

export interface ChangedInheritance {
  /** The tenant above. */
  readonly from: string;
  readonly certainty: Certainty;
  readonly reason: string;
  /** The tenants from there down, both included. */
  readonly through: readonly PathStep[];
  /** The resource id of what is held there. */
  readonly heldId: string;
}

type KnownKind = 'tenant' | 'role' | 'binding' | 'permission' | 'user' | 'role-permission';

/** A change that concerns users, tenants, roles and permissions alone, and what is held as it stands. */
export type KnownChange = Change & { readonly area: 'access' | 'people' | 'model'; readonly kind: KnownKind };

export function isKnown(change: Change): change is KnownChange {
  const { area, kind, principal, inherited } = change;
  const isOfEdges = area === 'inheritance' || area === 'next-login' || inherited !== undefined;
  return !isOfEdges && kind !== 'other' && principal === undefined;
}
