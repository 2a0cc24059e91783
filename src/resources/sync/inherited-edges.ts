import type { Catalog } from '../../access/catalog.ts';
import type { Flow, Inheritance, InheritedPair } from '../../access/inheritance.ts';
import { Inheritance as Tree, type InheritanceMode } from '../../access/inheritance.ts';
import { edgeRow } from '../../model/edge-row.ts';
import {
  bindingResourceId,
  derivedBindingResourceId,
  entitlementIdOf,
  type EntitlementRef,
  entitlementRef,
  type RoleAddress,
  roleResourceId,
} from '../../model/ids.ts';
import type { GrantRow } from '../../model/row.ts';

const trees = new WeakMap<Catalog, Map<InheritanceMode, Inheritance>>();

/** What flows down the tenants of a catalog; made once for a catalog. */
export function inheritanceIn(catalog: Catalog, mode: InheritanceMode = 'auto'): Inheritance {
  const known = trees.get(catalog) ?? new Map<InheritanceMode, Inheritance>();
  trees.set(catalog, known);
  const tree = known.get(mode) ?? new Tree(catalog.tenants, mode);
  known.set(mode, tree);
  return tree;
}

/** Id of the resource that stands for a role in effect in a tenant: a role binding, or a derived one in three parts. */
export function idOfInherited(
  catalog: Catalog,
  tenantId: string,
  { tenantId: roleTenantId, roleName }: RoleAddress,
): string {
  return roleTenantId === '' && catalog.isBinding({ tenantId, roleName })
    ? bindingResourceId(tenantId, roleName)
    : derivedBindingResourceId({ tenantId, roleTenantId, roleName });
}

/**
 * Where a role name that is held inside a tenant is defined: there ('the tenant'), or in the project (''). Undefined
 * for a name that leads nowhere.
 */
export function scopeOfHeld(catalog: Catalog, { tenantId, roleName }: RoleAddress): string | undefined {
  if (catalog.tenant(tenantId) === undefined) {
    return undefined;
  }
  if (catalog.role(tenantId, roleName) !== undefined) {
    return tenantId;
  }
  return catalog.role('', roleName) === undefined ? undefined : '';
}

/** Members of the ancestor are members of the tenant. */
export function membershipEdge(tenantId: string, pair: InheritedPair, holderTypeIds: readonly string[]): GrantRow {
  const { ancestor, membership } = pair;
  return edgeOf(
    entitlementRef('tenant', tenantId),
    { source: entitlementRef('tenant', ancestor), pair, flow: membership },
    holderTypeIds,
  );
}

/** Whoever holds a role inside the ancestor holds it in the tenant. `role` says where it is defined. */
export function roleEdge(
  catalog: Catalog,
  tenantId: string,
  pair: InheritedPair,
  role: RoleAddress,
  holderTypeIds: readonly string[],
): GrantRow {
  const { ancestor, roles } = pair;
  const source =
    role.tenantId === ''
      ? entitlementRef('role_binding', bindingResourceId(ancestor, role.roleName))
      : entitlementRef('role', roleResourceId(role));
  const entitlement = entitlementRef('role_binding', idOfInherited(catalog, tenantId, role));
  return edgeOf(entitlement, { source, pair, flow: roles }, holderTypeIds);
}

interface EdgeSource {
  readonly source: EntitlementRef;
  readonly pair: InheritedPair;
  readonly flow: Flow;
}

/** Keys inherit where users do, as far as is known; nothing that we know of says it (contract W13). */
function edgeOf(
  entitlement: EntitlementRef,
  { source, pair, flow }: EdgeSource,
  holderTypeIds: readonly string[],
): GrantRow {
  const isForOthers = pair.flowsToKeys && holderTypeIds.length > 1;
  return edgeRow({
    entitlement,
    principal: { typeId: source.typeId, id: source.resourceId },
    passedOn: { entitlementId: entitlementIdOf(source), typeIds: isForOthers ? holderTypeIds : ['user'] },
    sourceId: `tenant:${pair.ancestor}`,
    metadata: {
      inherited_from: pair.ancestor,
      certainty: flow.certainty,
      ...(isForOthers && { certainty_keys: 'uncertain' }),
      ...(flow.reason !== '' && { reason: flow.reason }),
    },
  });
}
