import type { Catalog } from '../../access/catalog.ts';
import type { Flow } from '../../access/inheritance.ts';
import type { MappingEdge } from '../../access/sso-mappings.ts';
import { edgeRow } from '../../model/edge-row.ts';
import { entitlementIdOf, type EntitlementRef, entitlementRef, grantId, type RoleAddress } from '../../model/ids.ts';
import { compare } from '../../model/order.ts';
import type { GrantRow } from '../../model/row.ts';
import type { Tenant } from '../../descope/tenants.ts';
import { idOfInherited, inheritanceIn } from './inherited-edges.ts';
import { ssoOf } from './sso-reads.ts';
import type { SyncSession } from './sync-session.ts';

/** A role inside a tenant that somebody will get there. */
export interface MappedRole {
  /** Id of the grant that says it. */
  readonly key: string;
  readonly entitlement: EntitlementRef;
  readonly tenantId: string;
  /** Where the role is defined. */
  readonly role: RoleAddress;
  readonly row: () => GrantRow;
}

/** Whether a sync tells what mappings and default roles will give. */
export function tellsMappings({ types }: Pick<SyncSession, 'types'>): boolean {
  return types.typeIds.has('sso_configuration');
}

/** Whether it tells which groups roles are mapped to. No edge points at a group that is not listed. */
export function tellsGroups({ types }: Pick<SyncSession, 'types'>): boolean {
  return types.typeIds.has('sso_configuration') && types.typeIds.has('idp_group');
}

/**
 * What mappings and default roles will give inside a tenant, in the order of grants. Where mappings are expanded, what
 * groups of the tenants above have there is given in this one, too, as far as it inherits roles.
 */
export async function mappedIn(
  session: SyncSession,
  catalog: Catalog,
  tenant: Tenant,
  signal?: AbortSignal,
): Promise<readonly MappedRole[]> {
  if (!tellsMappings(session)) {
    return [];
  }
  const isTold = ({ via }: MappingEdge): boolean => via !== 'group_mapping' || tellsGroups(session);
  const { edges } = await ssoOf(session, catalog, tenant, signal);
  const own = edges.filter(isTold).map((edge) => toMapped(session, edge, tenant.id, edge.entitlement));
  const fromAbove = expandsMappings(session) ? await mappedAbove(session, catalog, tenant, signal) : [];
  return [...own, ...fromAbove].toSorted((left, right) => compare(left.key, right.key));
}

function expandsMappings(session: SyncSession): boolean {
  return session.policy.expandMappings === true && tellsGroups(session);
}

async function mappedAbove(
  session: SyncSession,
  catalog: Catalog,
  { id: tenantId }: Tenant,
  signal?: AbortSignal,
): Promise<readonly MappedRole[]> {
  const pairs = inheritanceIn(catalog, session.policy.inheritance).pairsOf(tenantId);
  const found = await Promise.all(
    pairs.map(async ({ ancestor, roles }) => {
      const above = catalog.tenant(ancestor);
      const { edges } = above === undefined ? { edges: [] } : await ssoOf(session, catalog, above, signal);
      return edges
        .filter(({ via }) => via === 'group_mapping')
        .map((edge) => {
          const entitlement = entitlementRef('role_binding', idOfInherited(catalog, tenantId, edge.role));
          return toMapped(session, edge, tenantId, entitlement, { ancestor, flow: roles });
        });
    }),
  );
  return found.flat();
}

function toMapped(
  session: SyncSession,
  edge: MappingEdge,
  tenantId: string,
  entitlement: EntitlementRef,
  from?: { readonly ancestor: string; readonly flow: Flow },
): MappedRole {
  const { principal, via, ssoId, priority, role } = edge;
  const isPassedOn = via === 'group_mapping' && expandsMappings(session);
  const memberId = entitlementIdOf({ typeId: principal.typeId, resourceId: principal.id, slug: 'member' });
  return {
    key: grantId(entitlementIdOf(entitlement), principal),
    entitlement,
    tenantId,
    role,
    row: () =>
      edgeRow({
        entitlement,
        principal,
        ...(isPassedOn && { passedOn: { entitlementId: memberId, typeIds: ['user'] } }),
        sourceId: `${principal.typeId}:${principal.id}`,
        metadata: {
          via,
          ...(ssoId !== undefined && { sso_id: ssoId }),
          ...(priority !== undefined && { priority }),
          ...(from !== undefined && { inherited_from: from.ancestor, certainty: from.flow.certainty }),
          ...(from !== undefined && from.flow.reason !== '' && { reason: from.flow.reason }),
        },
      }),
  };
}
