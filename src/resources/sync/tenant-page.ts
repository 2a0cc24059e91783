import type { Tenant } from '../../descope/tenants.ts';
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
const tenantsPerPage = 25;

/** Rows that are made of what is read of tenants. */
export interface TenantRows<R> {
  /** In the order of their ids. */
  readonly tenants: readonly Tenant[];
  /** What is read of each tenant to make them. */
  readonly families: readonly TenantFamily<unknown>[];
  /** The rows of a tenant, in the order of their keys. */
  readonly rowsOf: (tenant: Tenant, signal?: AbortSignal) => Promise<readonly R[]>;
  /** By which another process, to which the tenant shows other rows by then, finds its place among them. */
  readonly keyOf: (row: R) => string;
}

/**
 * One page of rows that are made tenant by tenant. The cursor names the tenant it stands at (`t`), and the key of its
 * row that was told last (`a`): another process reads that tenant and goes on from there.
 */
export async function tenantPage<R extends Row<unknown>>(
  session: SyncSession,
  { cursor, limit, signal }: PageRequest,
  { tenants, families, rowsOf, keyOf }: TenantRows<R>,
): Promise<Page<R>> {
  const [atTenant, afterRow] = cursor === undefined ? ['', ''] : [tokenText(cursor, 't'), tokenText(cursor, 'a')];
  const rows: R[] = [];
  const isFull = createGauge();
  const { tenantReads, completedNow, types } = session;
  // Whoever has read the users will be asked for the other families, too.
  const wanted = completedNow === undefined ? families : types.tenantFamilies;
  let waitedFor = 0;
  for (let place = placeOf(tenants, atTenant); place < tenants.length; place += 1) {
    const tenant = tenants[place];
    if (tenant === undefined) {
      break;
    }
    if (!tenantReads.areRead(families, tenant.id)) {
      if (waitedFor === tenantsPerPage) {
        return { rows, next: { t: tenant.id } };
      }
      waitedFor += 1;
    }
    tenants.slice(place, place + tenantsAhead).forEach(({ id }) => tenantReads.ahead(wanted, id));
    let after: TokenFields = { t: tenant.id };
    for (const row of await rowsOf(tenant, signal)) {
      if (tenant.id === atTenant && keyOf(row) <= afterRow) {
        continue;
      }
      if (rows.length === limit || isFull(rows, row)) {
        return { rows, next: after };
      }
      rows.push(row);
      after = { t: tenant.id, a: keyOf(row) };
    }
  }
  return { rows };
}

function placeOf(tenants: readonly Tenant[], tenantId: string): number {
  return firstPlace(tenants.length, (place) => (tenants[place]?.id ?? '') < tenantId);
}
