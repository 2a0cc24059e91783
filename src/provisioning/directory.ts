import type { CallOptions } from '../descope/http/call.ts';
import type { DescopeClient } from '../descope/client.ts';
import { nameOfTenant } from '../model/names.ts';
import { bindingResourceId, roleResourceId } from '../model/ids.ts';
import type { Role } from '../descope/roles.ts';
import type { Tenant } from '../descope/tenants.ts';
import type { Holding, Target } from './target.ts';

/** How old the lists may be when they say yes. Before they say no they are read again. */
const maxAgeMs = 60_000;

export type ListRead = Pick<DescopeClient, 'allTenants' | 'allRoles'>;

/** The tenants and roles of the project as one look at the two lists showed them. */
export class Directory {
  readonly tenants: readonly Tenant[];
  readonly roles: readonly Role[];
  readonly #tenants: ReadonlyMap<string, Tenant>;
  readonly #roles: ReadonlySet<string>;

  constructor(tenants: readonly Tenant[], roles: readonly Role[]) {
    this.tenants = tenants;
    this.roles = roles;
    this.#tenants = new Map(tenants.map((tenant) => [tenant.id, tenant]));
    this.#roles = new Set(roles.map((role) => roleResourceId({ tenantId: role.tenantId, roleName: role.name })));
  }

  hasTenant(tenantId: string): boolean {
    return this.#tenants.has(tenantId);
  }

  /** Whether the project (tenantId '') or the tenant defines a role of this name. */
  hasRole(tenantId: string, roleName: string): boolean {
    return this.#roles.has(roleResourceId({ tenantId, roleName }));
  }

  /** The roles that can be held in a scope: the project's, and in a tenant its own besides. Asked for errors and names only. */
  roleNamesIn(tenantId: string): readonly string[] {
    return [
      ...new Set(
        this.roles.filter((role) => role.tenantId === '' || role.tenantId === tenantId).map(({ name }) => name),
      ),
    ];
  }

  /** Ids of the tenants that define a role of this name themselves. */
  tenantsDefining(roleName: string): readonly string[] {
    return this.roles.filter((role) => role.tenantId !== '' && role.name === roleName).map(({ tenantId }) => tenantId);
  }

  tenantName(tenantId: string): string {
    return nameOfTenant(tenantId, this.#tenants.get(tenantId)?.name);
  }

  /** How people call it: "Acme", "Editor", "Editor in Acme". */
  nameOf({ tenantId, roleName }: Holding): string {
    if (roleName === undefined) {
      return this.tenantName(tenantId);
    }
    return tenantId === '' ? roleName : `${roleName} in ${this.tenantName(tenantId)}`;
  }

  /** The resource that a holding is listed under, by the access model's rule; undefined for one that leads nowhere. */
  targetOf({ tenantId, roleName }: Holding): Target | undefined {
    if (roleName === undefined) {
      return { typeId: 'tenant', resourceId: tenantId, tenantId, roleName };
    }
    if (this.hasRole(tenantId, roleName)) {
      return { typeId: 'role', resourceId: roleResourceId({ tenantId, roleName }), tenantId, roleName };
    }
    return this.hasRole('', roleName)
      ? { typeId: 'role_binding', resourceId: bindingResourceId(tenantId, roleName), tenantId, roleName }
      : undefined;
  }
}

/** Looks at the two lists, at most once a minute unless a fresh look is asked for. */
export type LookUp = (freshness: 'recent' | 'fresh', call: CallOptions) => Promise<Directory>;

export function createLookUp(lists: ListRead, now: () => number): LookUp {
  let last: { readonly directory: Directory; readonly at: number } | undefined;

  return async (freshness, call) => {
    if (freshness === 'recent' && last !== undefined && now() - last.at <= maxAgeMs) {
      return last.directory;
    }
    const at = now();
    const [tenants, roles] = await Promise.all([lists.allTenants(call), lists.allRoles(call)]);
    last = { directory: new Directory(tenants, roles), at };
    return last.directory;
  };
}
