import type { Tenant } from '../../descope/tenants.ts';
import type { ResourceRef } from '../../model/ids.ts';
import { firstPlace } from '../../model/order.ts';
import { type TokenFields, tokenText } from '../../model/page-token.ts';
import type { Row } from '../../model/row.ts';
import { createGauge, type Page, type PageRequest } from './paging.ts';
import type { SyncSession } from './sync-session.ts';
import type { TenantFamily } from './tenant-family.ts';

/** Tenants whose answers are asked for at the same time: as many requests as may be in flight, and some in reserve. */
const tenantsAhead = 6;
/**
 * A page waits for at most so many tenants, and may be empty then: where few tenants have any rows, a call must not
 * last as long as the reading of all of them.
 */
export const tenantsPerPage = 25;

/** Rows that are made of what is read of tenants. */
export interface TenantRows<R> {
  /** In the order of their ids. */
  readonly tenants: readonly Tenant[];
  /** What is read of each tenant to make them. */
  readonly families: readonly TenantFamily<unknown>[];
  /**
   * The rows of a tenant, in the order of their keys, by which another process, to which the tenant shows other rows by
   * then, finds its place among them.
   */
  readonly rowsOf: (tenant: Tenant, signal?: AbortSignal) => Promise<Iterable<readonly [key: string, R]>>;
}

/**
 * One page of rows that are made tenant by tenant. The cursor names the tenant it stands at (`t`), and the key of its
 * row that was told last (`a`): another process reads that tenant and goes on from there.
 */
export async function tenantPage<R extends Row<unknown>>(
  session: SyncSession,
  { cursor, limit, signal }: PageRequest,
  { tenants, families, rowsOf }: TenantRows<R>,
): Promise<Page<R>> {
  const [atTenant, afterRow] = cursor === undefined ? ['', ''] : [tokenText(cursor, 't'), tokenText(cursor, 'a')];
  const rows: R[] = [];
  const isFull = createGauge();
  const { tenantReads, completedNow, types } = session;
  // Whoever has read the users will be asked for the other families, too.
  const wanted =
    completedNow === undefined
      ? families
      : types.tenantFamilies.filter(({ tenantsNamed }) => tenantsNamed === undefined);
  /** Those that were not read when this page came to them: what was asked for ahead of them counts, too. */
  const unread = new Set<string>();
  let waitedFor = 0;
  let askedTo = placeOf(tenants, atTenant);
  for (let place = askedTo; place < tenants.length; place += 1) {
    const tenant = tenants[place];
    if (tenant === undefined) {
      break;
    }
    for (; askedTo < Math.min(place + tenantsAhead, tenants.length); askedTo += 1) {
      const id = tenants[askedTo]?.id ?? '';
      if (!tenantReads.areRead(wanted, id)) {
        unread.add(id);
        tenantReads.ahead(wanted, id);
      }
    }
    if (unread.has(tenant.id)) {
      if (waitedFor === tenantsPerPage) {
        return { rows, next: { t: tenant.id } };
      }
      waitedFor += 1;
    }
    let after: TokenFields = { t: tenant.id };
    for (const [key, row] of await rowsOf(tenant, signal)) {
      if (tenant.id === atTenant && key <= afterRow) {
        continue;
      }
      if (rows.length === limit || isFull(rows, row)) {
        return { rows, next: after };
      }
      rows.push(row);
      after = { t: tenant.id, a: key };
    }
  }
  return { rows };
}

/** The tenants of a list that a request is about: all, or the one that is named as the parent. */
export function tenantsBeneath(tenants: readonly Tenant[], parent: ResourceRef | undefined): readonly Tenant[] {
  return parent === undefined ? tenants : tenants.filter(({ id }) => id === parent.id);
}

function placeOf(tenants: readonly Tenant[], tenantId: string): number {
  return firstPlace(tenants.length, (place) => (tenants[place]?.id ?? '') < tenantId);
}
