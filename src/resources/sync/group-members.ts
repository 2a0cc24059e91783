import type { Catalog } from '../../access/catalog.ts';
import type { Tenant } from '../../descope/tenants.ts';
import type { IdTable } from '../../descope/users/id-table.ts';
import { grantRowsOf } from '../../model/grant-row.ts';
import { firstPlace } from '../../model/order.ts';
import type { GrantRow } from '../../model/row.ts';
import { afterKey, createGauge, emptyPage, type Page, type PageRequest } from './paging.ts';
import { idpGroups, ssoOf } from './sso-reads.ts';
import type { SyncSession } from './sync-session.ts';

/** So many members are looked up at once where this process does not know the users: what one search may name. */
const membersAtOnce = 100;
/** A page looks at so many members at most, and may be empty then. */
const membersPerPage = 1_000;

/**
 * One page of the members of a group, in the order of their ids; `a` in the cursor is the one told last. A member who is
 * no user of the project is left out: there is nobody to grant it to.
 */
export async function memberPage(
  session: SyncSession,
  catalog: Catalog,
  tenant: Tenant,
  id: string,
  { cursor, limit, signal }: PageRequest,
): Promise<Page<GrantRow>> {
  const listed = (await ssoOf(session, catalog, tenant, signal)).groups.find((group) => group.id === id)?.listed;
  const ids = (await session.tenantReads.read(idpGroups, tenant.id, signal))?.ids;
  if (listed === undefined || ids === undefined) {
    return emptyPage();
  }
  const { members } = listed;
  const after = Buffer.from(afterKey(cursor), 'utf8');
  const toGrant = grantRowsOf({ typeId: 'idp_group', resourceId: id, slug: 'member' }, 'user', ids);
  const rows: GrantRow[] = [];
  const isFull = createGauge();
  const from = firstPlace(members.length, (at) => ids.compareWith(members[at] ?? 0, after) <= 0);
  for (let place = from; place < members.length;) {
    if (place - from >= membersPerPage) {
      return { rows, next: { a: ids.at(members[place - 1] ?? 0) } };
    }
    const some = members.subarray(place, place + membersAtOnce);
    const users = await usersAmong(session, some, ids, signal);
    for (const member of some) {
      if (users.has(member)) {
        const row = toGrant(member);
        if (rows.length === limit || isFull(rows, row)) {
          return { rows, next: { a: ids.at(members[place - 1] ?? 0) } };
        }
        rows.push(row);
      }
      place += 1;
    }
  }
  return { rows };
}

/** Those of some members who are users of the project. */
async function usersAmong(
  session: SyncSession,
  members: Uint32Array,
  ids: IdTable,
  signal?: AbortSignal,
): Promise<ReadonlySet<number>> {
  const known = await session.usersAmong(
    Array.from(members, (member) => ids.at(member)),
    signal,
  );
  return new Set(members.filter((member) => known.has(ids.at(member))));
}
