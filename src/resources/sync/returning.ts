import type { Catalog } from '../../access/catalog.ts';
import type { Tenant } from '../../descope/tenants.ts';
import type { IdpGroup } from '../../descope/groups.ts';
import type { IdTable } from '../../descope/users/id-table.ts';
import { edgeRow } from '../../model/edge-row.ts';
import { grantRowsOf } from '../../model/grant-row.ts';
import type { IdBytes } from '../../model/grant-template.ts';
import type { EntitlementRef } from '../../model/ids.ts';
import { firstPlace } from '../../model/order.ts';
import type { GrantRow } from '../../model/row.ts';
import { tellsGroups } from './mapped.ts';
import { familiesOfMappings, idpGroups, ssoOf } from './sso-reads.ts';
import type { SyncSession } from './sync-session.ts';

/** Ids of the groups by which a user gets a role again at the next login; none for most users. */
export type ReturningBy = (userId: string) => readonly string[];

/** Makes the rows of the grants of one entitlement to users; those that will return say by which groups. */
export function userGrantRows(
  entitlement: EntitlementRef,
  users: IdBytes,
  returning: ReturningBy | undefined,
): (user: number) => GrantRow {
  const toRow = grantRowsOf(entitlement, 'user', users);
  return returning === undefined
    ? toRow
    : (user) => {
        const id = users.at(user);
        const groupIds = returning(id);
        return groupIds.length === 0
          ? toRow(user)
          : edgeRow({
              entitlement,
              principal: { typeId: 'user', id },
              metadata: { also_mapped_by: [...groupIds] },
            });
      };
}

/** Whether what `returningIn` needs of a tenant is read. */
export function isReturningRead(session: SyncSession, tenantId: string): boolean {
  return !tellsGroups(session) || session.tenantReads.areRead(familiesOfMappings(session), tenantId);
}

/** Whose grant of a role inside a tenant returns after a revoke; undefined where no group with members is mapped to it. */
export async function returningIn(
  session: SyncSession,
  catalog: Catalog,
  entitlement: EntitlementRef,
  tenantId: string,
  signal?: AbortSignal,
): Promise<ReturningBy | undefined> {
  const tenant = tellsGroups(session) ? catalog.tenant(tenantId) : undefined;
  return tenant === undefined ? undefined : (await returningOf(session, catalog, tenant, signal))(entitlement);
}

/** The same of all roles in a tenant, for a caller who asks for one after the other. */
export async function returningOf(
  session: SyncSession,
  catalog: Catalog,
  tenant: Tenant,
  signal?: AbortSignal,
): Promise<(entitlement: EntitlementRef) => ReturningBy | undefined> {
  const { edges, groups } = await ssoOf(session, catalog, tenant, signal);
  const ids = (await session.tenantReads.read(idpGroups, tenant.id, signal))?.ids;
  return ({ typeId, resourceId }) => {
    const mapped = new Set(
      edges
        .filter(({ entitlement: of }) => of.typeId === typeId && of.resourceId === resourceId)
        .map(({ principal }) => principal.id),
    );
    const listed = groups.flatMap(({ id, listed: group }) =>
      mapped.has(id) && group !== undefined && group.members.length > 0 ? [{ id, group }] : [],
    );
    return ids === undefined || listed.length === 0
      ? undefined
      : (userId) => listed.filter(({ group }) => isMember(group, ids, userId)).map(({ id }) => id);
  };
}

function isMember({ members }: IdpGroup, ids: IdTable, userId: string): boolean {
  const ordinal = ids.ordinalOf(userId);
  if (ordinal === undefined) {
    return false;
  }
  const place = firstPlace(members.length, (at) => ids.compare(members[at] ?? 0, ordinal) < 0);
  return members[place] === ordinal;
}
