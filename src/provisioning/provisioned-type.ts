import type { ApplicationDefault } from '../access/application-default.ts';
import type { CatalogList } from '../access/catalog-list.ts';
import type { Holding } from '../access/holding.ts';
import type { Target } from '../access/target.ts';
import type { Planner } from './plan.ts';
import type { Subject } from './principal.ts';
import type { HeldKind } from './step.ts';

/** One change as it was asked for: what, and for whom. */
export interface Asked {
  readonly target: Target;
  readonly subject: Subject;
  /** Make the subject a member of the tenant first, where a role inside it needs that. */
  readonly joinTenant: boolean;
  /** What users reach who were given no application by name. */
  readonly applicationDefault: ApplicationDefault;
}

/** An entitlement that can be granted and revoked. */
export interface ProvisionedEntitlement {
  readonly slug: string;
  /** What whoever is granted it holds. It can be granted to each type of principals that can hold this. */
  readonly gives: HeldKind;
  /** What of the project a change is judged by; tenants and roles when left out. */
  readonly lists?: readonly CatalogList<unknown>[];
  /** Why it cannot be granted, only revoked, and where it is given instead. */
  readonly refusedGrant?: string;
  readonly planGrant: (asked: Asked) => Planner;
  readonly planRevoke: (asked: Asked) => Planner;
}

/** A resource type whose entitlements can be changed: one file a type, listed in types.ts. */
export interface ProvisionedType {
  readonly typeId: string;
  /** The form of its resource ids, for people: "tenant-id/Editor". */
  readonly idExample: string;
  /** What a resource id says is held, by its form alone; undefined for an id that no resource of the type can have. */
  readonly parseId: (resourceId: string) => (Holding & Pick<Target, 'roleTenantId'>) | undefined;
  readonly entitlements: readonly ProvisionedEntitlement[];
}

/** A resource type whose entitlements cannot be changed, and the sentence that says where to change them instead. */
export interface RefusedType {
  readonly typeId: string;
  readonly slugs: readonly string[];
  readonly refusal: string;
}
