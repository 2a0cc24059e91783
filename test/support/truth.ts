import { pairsIn, type TenantRow } from './inherited-truth.ts';

/**
 * What a project's records mean, computed once more and straight from the access model's tables, without a line of src:
 * the oracle that the connector is held against. It is slow and plain on purpose. Change it only when the model
 * changes.
 */
interface UserRow {
  readonly userId: string;
  readonly roleNames: readonly string[];
  readonly userTenants: readonly MembershipRow[];
}

interface MembershipRow {
  readonly tenantId: string;
  readonly roleNames: readonly string[];
}

interface KeyRow {
  readonly id: string;
  readonly boundUserId: string;
  readonly roleNames: readonly string[];
  readonly keyTenants: readonly MembershipRow[];
}

export interface TruthRows {
  readonly users: readonly UserRow[];
  readonly tenants: readonly TenantRow[];
  readonly roles: readonly {
    readonly name: string;
    readonly tenantId: string;
    readonly permissionNames: readonly string[];
  }[];
  readonly permissions: readonly { readonly name: string }[];
  /** Where access keys are asked for. */
  readonly keys?: readonly KeyRow[];
}

/** `source` is the entitlement that GrantExpandable names, `tenantId` the one in GrantMetadata; null for neither. */
export interface GrantTruth {
  readonly source: string | null;
  readonly tenantId: string | null;
  /** On a grant by inheritance alone: what its annotations say besides. */
  readonly inherited?: {
    readonly sourceId: string;
    readonly types: readonly string[];
    readonly metadata: Readonly<Record<string, unknown>>;
  };
}

export interface Truth {
  /** Types of those to whom a permission is passed on. */
  readonly holderTypes: readonly string[];
  /** `<type>:<resource id>` of every resource, and the tenant that is its parent ('' for none). */
  readonly resources: Map<string, string>;
  readonly entitlements: Set<string>;
  readonly grants: Map<string, GrantTruth>;
  /** References that lead nowhere, one line each, sorted; those of roles to permissions are not users' references. */
  readonly dangling: readonly string[];
  readonly danglingPermissions: readonly string[];
  readonly ambiguous: number;
  readonly references: number;
}

function escaped(part: string): string {
  return part.replace(/[%/]/g, (character) => (character === '%' ? '%25' : '%2F'));
}

export function truthOf(rows: TruthRows, tenantRoles: 'all' | 'observed', inheritance = 'auto'): Truth {
  const resources = new Map<string, string>();
  const entitlements = new Set<string>();
  const grants = new Map<string, GrantTruth>();
  const dangling: string[] = [];
  const danglingPermissions: string[] = [];
  let ambiguous = 0;
  let references = 0;

  const isTenant = (id: string): boolean => rows.tenants.some((tenant) => tenant.id === id);
  const isRole = (tenantId: string, name: string): boolean =>
    rows.roles.some((role) => role.tenantId === tenantId && role.name === name);
  const isPermission = (name: string): boolean => rows.permissions.some((permission) => permission.name === name);
  const roleId = (tenantId: string, name: string): string =>
    tenantId === '' ? escaped(name) : `${escaped(tenantId)}/${escaped(name)}`;
  const held: { readonly tenantId: string; readonly name: string }[] = [];

  const plain = { source: null, tenantId: null };
  const grant = (entitlement: string, principalType: string, principalId: string, truth: GrantTruth = plain): void => {
    grants.set(`${entitlement}:${principalType}:${principalId}`, truth);
  };

  for (const { id } of rows.keys ?? []) {
    resources.set(`access_key_secret:${id}`, '');
  }
  const keys = (rows.keys ?? []).filter(({ boundUserId }) => boundUserId === '');
  const holders = [
    ...rows.users.map(({ userId, ...held }) => ({ type: 'user', id: userId, ...held })),
    ...keys.map(({ id, roleNames, keyTenants }) => ({ type: 'access_key', id, roleNames, userTenants: keyTenants })),
  ];
  for (const holder of holders) {
    resources.set(`${holder.type}:${holder.id}`, '');
    for (const name of holder.roleNames) {
      references += 1;
      if (isRole('', name)) {
        grant(`role:${roleId('', name)}:assigned`, holder.type, holder.id);
      } else {
        dangling.push(`${holder.id} project role ${name}`);
      }
    }
    for (const { tenantId, roleNames } of holder.userTenants) {
      references += 1;
      if (isTenant(tenantId)) {
        grant(`tenant:${tenantId}:member`, holder.type, holder.id);
      } else {
        dangling.push(`${holder.id} tenant ${tenantId}`);
      }
      for (const name of roleNames) {
        references += 1;
        if (isTenant(tenantId) && isRole(tenantId, name)) {
          grant(`role:${roleId(tenantId, name)}:assigned`, holder.type, holder.id);
          ambiguous += isRole('', name) ? 1 : 0;
        } else if (isTenant(tenantId) && isRole('', name)) {
          grant(`role_binding:${escaped(tenantId)}/${escaped(name)}:assigned`, holder.type, holder.id);
          held.push({ tenantId, name });
        } else {
          dangling.push(`${holder.id} role ${name} in ${tenantId}`);
        }
      }
    }
  }

  for (const tenant of rows.tenants) {
    resources.set(`tenant:${tenant.id}`, tenant.parent);
    entitlements.add(`tenant:${tenant.id}:member`);
  }
  for (const { name } of rows.permissions) {
    resources.set(`permission:${name}`, '');
    entitlements.add(`permission:${name}:granted`);
  }
  for (const role of rows.roles) {
    const id = roleId(role.tenantId, role.name);
    resources.set(`role:${id}`, role.tenantId);
    entitlements.add(`role:${id}:assigned`);
    for (const name of role.permissionNames) {
      if (isPermission(name)) {
        grant(`permission:${name}:granted`, 'role', id, {
          source: `role:${id}:assigned`,
          tenantId: role.tenantId === '' ? null : role.tenantId,
        });
      } else {
        danglingPermissions.push(`${id} permission ${name}`);
      }
    }
  }
  const pairs =
    tenantRoles === 'observed'
      ? held
      : rows.tenants.flatMap((tenant) =>
          rows.roles
            .filter((role) => role.tenantId === '' && !isRole(tenant.id, role.name))
            .map(({ name }) => ({ tenantId: tenant.id, name })),
        );
  for (const { tenantId, name } of pairs) {
    resources.set(`role_binding:${escaped(tenantId)}/${escaped(name)}`, tenantId);
    entitlements.add(`role_binding:${escaped(tenantId)}/${escaped(name)}:assigned`);
  }
  for (const { tenantId, name } of held) {
    const id = `${escaped(tenantId)}/${escaped(name)}`;
    for (const allowed of rows.roles.find((role) => role.tenantId === '' && role.name === name)?.permissionNames ??
      []) {
      if (isPermission(allowed)) {
        grant(`permission:${allowed}:granted`, 'role_binding', id, { source: `role_binding:${id}:assigned`, tenantId });
      }
    }
  }

  const confer = (
    tenantId: string,
    id: string,
    allowedBy: { readonly tenantId: string; readonly name: string },
  ): void => {
    const role = rows.roles.find((one) => one.tenantId === allowedBy.tenantId && one.name === allowedBy.name);
    for (const allowed of (role?.permissionNames ?? []).filter(isPermission)) {
      grant(`permission:${allowed}:granted`, 'role_binding', id, { source: `role_binding:${id}:assigned`, tenantId });
    }
  };
  const holderTypes = rows.keys === undefined ? ['user'] : ['user', 'access_key'];
  for (const { tenantId, ancestor, membership, roles, keys: forKeys } of pairsIn(rows.tenants, inheritance)) {
    const edge = (entitlement: string, type: string, id: string, reason: string): void => {
      const isForKeys = forKeys && rows.keys !== undefined;
      grant(entitlement, type, id, {
        source: `${type}:${id}:${type === 'tenant' ? 'member' : 'assigned'}`,
        tenantId: null,
        inherited: {
          sourceId: `tenant:${ancestor}`,
          types: isForKeys ? holderTypes : ['user'],
          metadata: {
            inherited_from: ancestor,
            certainty: reason === '' ? 'derived' : 'uncertain',
            ...(isForKeys && { certainty_keys: 'uncertain' }),
            ...(reason !== '' && { reason }),
          },
        },
      });
    };
    const above = holders
      .filter(({ type }) => type === 'user' || forKeys)
      .flatMap(({ userTenants }) => userTenants.filter((one) => one.tenantId === ancestor));
    if (above.length > 0) {
      edge(`tenant:${tenantId}:member`, 'tenant', ancestor, membership);
    }
    for (const name of new Set(above.flatMap(({ roleNames }) => roleNames))) {
      if (isRole(ancestor, name)) {
        const id = `${escaped(tenantId)}/${escaped(ancestor)}/${escaped(name)}`;
        resources.set(`role_binding:${id}`, tenantId);
        entitlements.add(`role_binding:${id}:assigned`);
        edge(`role_binding:${id}:assigned`, 'role', roleId(ancestor, name), roles);
        confer(tenantId, id, { tenantId: ancestor, name });
      } else if (isRole('', name)) {
        const id = `${escaped(tenantId)}/${isRole(tenantId, name) ? '/' : ''}${escaped(name)}`;
        resources.set(`role_binding:${id}`, tenantId);
        entitlements.add(`role_binding:${id}:assigned`);
        edge(`role_binding:${id}:assigned`, 'role_binding', `${escaped(ancestor)}/${escaped(name)}`, roles);
        confer(tenantId, id, { tenantId: '', name });
      }
    }
  }

  return {
    holderTypes,
    resources,
    entitlements,
    grants,
    dangling: dangling.toSorted(),
    danglingPermissions: danglingPermissions.toSorted(),
    ambiguous,
    references,
  };
}
