import type { CatalogList } from '../access/catalog-list.ts';
import type { HolderList } from '../access/holder-list.ts';
import type { ReadEndpoint } from '../descope/http/endpoint.ts';
import type { EntitlementWords } from '../model/entitlement-message.ts';
import type { ResourceTypeWords } from '../model/resource-type.ts';
import type { ResourceRef } from '../model/ids.ts';
import type { GrantRow, ResourceRow } from '../model/row.ts';
import type { UserReferences } from './sync/holders.ts';
import type { ActingAs } from './sync/findings.ts';
import type { TenantFamily } from './sync/tenant-family.ts';
import type { GrantPage, Page, PageRequest } from './sync/paging.ts';
import type { LateResources, SyncSession } from './sync/sync-session.ts';

/**
 * A resource type, whole: what it is called, what it is made of, how its resources are listed and what they offer. Each
 * type is one such object in a file of its own, and one line of `registry.ts`; nothing else names it.
 */
export interface ResourceType {
  readonly words: ResourceTypeWords;
  /** Listed only where it is asked for (`--include`); absent on the founding types. */
  readonly isOptIn?: true;
  /** The word by which `--include` asks for it, where that is not its id. */
  readonly includedWith?: string;
  /** The calls that the management key must be allowed to make. */
  readonly reads: readonly ReadEndpoint[];
  /** The whole lists that it is made of. */
  readonly lists: readonly CatalogList<unknown>[];
  /** What it is made of that Descope tells tenant by tenant only: requests for each tenant. */
  readonly tenantFamilies?: readonly TenantFamily<unknown>[];
  /**
   * How its resources hold memberships and roles, for a type whose resources do. `users`: as the read of all users
   * finds it; else as the rows of a whole list show it.
   */
  readonly holders?: 'users' | HolderList<unknown>;
  /**
   * How users' records name its resources, for a type other than tenants and roles of which users hold something. It
   * needs `late`. The grants are those of `grantsOfHolders`, with `named` and the id as what is held.
   */
  readonly namedByUsers?: UserReferences;
  /** As which users its resources act: one that names a user who is gone dangles. */
  readonly actsAs?: ActingAs<unknown>;
  readonly entitlements: readonly EntitlementType[];
  /** Direct grants of all entitlements of all its resources, for a type whose grants are listed in one walk. */
  readonly allGrants?: (session: SyncSession, request: PageRequest) => Promise<GrantPage>;
  /** True where which resources there are depends on the policy of the sync. */
  readonly isListedByPolicy?: true;
  /** Types of the resources that can be the parent of one; none where there are no parents. */
  readonly parentTypeIds: readonly string[];
  /** Resources in a stable order; only those of a parent, of one of these types, where one is given. */
  readonly list: (session: SyncSession, request: ListRequest) => Promise<Page<ResourceRow>>;
  /** One resource, loaded for itself; undefined when there is no such thing. */
  readonly get: (session: SyncSession, id: string, signal?: AbortSignal) => Promise<ResourceRow | undefined>;
  /**
   * Resources that a second look at a list showed, after that list had been given out: mostly `lateRows`. Absent where
   * there can be none.
   */
  readonly late?: LateResources;
}

export interface ListRequest extends PageRequest {
  readonly parent?: ResourceRef | undefined;
}

/** One entitlement that every resource of a type offers. */
export interface EntitlementType {
  readonly words: EntitlementWords;
  /**
   * Types of those who can be granted it; `holders`: of all who hold memberships and roles, and not only to be read.
   */
  readonly grantableTo: 'holders' | readonly string[];
  /** Direct grants of one resource. An id that no such resource has is an empty page: never NOT_FOUND from a list. */
  readonly grants: (session: SyncSession, resourceId: string, request: PageRequest) => Promise<Page<GrantRow>>;
}
