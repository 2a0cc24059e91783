import type { Catalog } from '../access/catalog.ts';
import type { AccessKey } from '../descope/access-keys.ts';
import type { TokenFields } from '../model/page-token.ts';
import type { ResourceRow } from '../model/row.ts';
import { listedKeys } from './listed-keys.ts';
import { createGauge, type Page, type PageRequest, rowsAfter } from './sync/paging.ts';
import { lookUpScim, scimKeys, type ScimOf, scimOf } from './sync/scim-reads.ts';
import type { SyncSession } from './sync/sync-session.ts';

/** A page waits for at most so many tenants: a call must not last as long as the reading of all of them. */
const tenantsPerPage = 25;

/**
 * One page of rows of keys. For each key the tenants that it names are asked for their SCIM keys, once in a sync, some
 * ahead of the key that stands next.
 */
export async function keyPage(
  session: SyncSession,
  catalog: Catalog,
  keys: readonly AccessKey[],
  request: PageRequest,
  toRow: (key: AccessKey, scim: ScimOf) => ResourceRow,
): Promise<Page<ResourceRow>> {
  const { cursor, limit, signal } = request;
  const rows: ResourceRow[] = [];
  const isFull = createGauge();
  const waitedFor = askAhead(session, catalog, keys, request);
  let after: TokenFields | undefined;
  for (const [key, behind] of rowsAfter(keys, cursor, listedKeys.idOf, (each) => each)) {
    const { scim, unread } = lookUpScim(session, catalog, key);
    if (after !== undefined && unread.some((tenantId) => !waitedFor.has(tenantId))) {
      return { rows, next: after };
    }
    const row = toRow(key, unread.length === 0 ? scim : await scimOf(session, catalog, key, signal));
    if (rows.length === limit || isFull(rows, row)) {
      return after === undefined ? { rows } : { rows, next: after };
    }
    rows.push(row);
    after = behind;
  }
  return { rows };
}

/** Asks for the tenants that the keys of a page name, and answers which these are. */
function askAhead(
  session: SyncSession,
  catalog: Catalog,
  keys: readonly AccessKey[],
  { cursor, limit }: PageRequest,
): ReadonlySet<string> {
  const asked = new Set<string>();
  for (const [key] of rowsAfter(keys, cursor, listedKeys.idOf, (each) => each).take(limit)) {
    for (const tenantId of lookUpScim(session, catalog, key).unread) {
      if (!asked.has(tenantId)) {
        asked.add(tenantId);
        session.tenantReads.ahead([scimKeys], tenantId);
      }
    }
    if (asked.size >= tenantsPerPage) {
      break;
    }
  }
  return asked;
}
