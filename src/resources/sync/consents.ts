import { listedThirdPartyApps } from '../../access/app-lists.ts';
import type { Catalog } from '../../access/catalog.ts';
import type { CatalogList } from '../../access/catalog-list.ts';
import { type Consent, consentList } from '../../descope/consents.ts';
import { endpointLabel } from '../../descope/http/endpoint.ts';
import { ConnectorError } from '../../errors.ts';
import { edgeRow } from '../../model/edge-row.ts';
import { encodePart, type ResourceRef } from '../../model/ids.ts';
import { compare, firstPlace } from '../../model/order.ts';
import type { GrantRow } from '../../model/row.ts';
import { isValidTimestamp, rfc3339OfSeconds } from '../../model/time.ts';
import { afterKey, createGauge, emptyPage, type Page, type PageRequest } from './paging.ts';
import type { SyncSession } from './sync-session.ts';

/** So many holders are looked up at once where this process does not know the users: what one search may name. */
const holdersAtOnce = 100;
/** A page looks at so many holders at most, and may be empty then. */
const holdersPerPage = 1_000;

/** Sorted by app, then by who consented: those of one holder to one app stand together. */
export const listedConsents: CatalogList<Consent> = {
  typeId: 'third_party_app',
  whole: consentList,
  idOf: (consent) => `${holderKeyOf(consent)}${encodePart(consent.id)}`,
  bytesOf: ({ scopes }) => 500 + scopes.length * 50,
};

/** What one user, or one tenant, allowed an app to do. */
interface Held {
  readonly key: string;
  readonly principal: ResourceRef;
  readonly consents: readonly Consent[];
}

/**
 * One page of the grants of an app, in the order of the holders' keys; `a` in the cursor is the one looked at last. A
 * consent that is over gives nothing, nor does one of a user or tenant that the project does not have.
 */
export async function consentPage(
  session: SyncSession,
  appId: string,
  { cursor, limit, signal }: PageRequest,
): Promise<Page<GrantRow>> {
  const catalog = await session.catalog(signal);
  if (catalog.row(listedThirdPartyApps, appId) === undefined) {
    return emptyPage();
  }
  checkOffered(session);
  const rows: GrantRow[] = [];
  const isFull = createGauge();
  let last = afterKey(cursor);
  let looked = 0;
  for (const some of inBatches(heldAfter(catalog, appId, last, session.beganAtMs), holdersAtOnce)) {
    if (looked >= holdersPerPage) {
      return { rows, next: { a: last } };
    }
    const isThere = await whoIsThere(session, catalog, some, signal);
    for (const held of some) {
      if (isThere(held.principal)) {
        const row = toGrantRow(appId, held);
        if (rows.length === limit || isFull(rows, row)) {
          return { rows, next: { a: last } };
        }
        rows.push(row);
      }
      last = held.key;
    }
    looked += some.length;
  }
  return { rows };
}

/** Whether a consent had ended when a sync began. */
export function isOver({ expireTime }: Consent, beganAtMs: number): boolean {
  return expireTime > 0 && expireTime * 1000 <= beganAtMs;
}

/** Apps whose consents cannot be read: to answer that nobody consented would take away what is known. */
function checkOffered({ notOffered }: SyncSession): void {
  if (notOffered.has(consentList.what)) {
    const endpoint = endpointLabel(consentList.endpoint);
    throw new ConnectorError(
      'upstream-contract',
      `this deployment of Descope lists third-party apps, and not who consented to them (${endpoint} answers 404)`,
      { endpoint, status: 404 },
    );
  }
}

async function whoIsThere(
  session: SyncSession,
  catalog: Catalog,
  held: readonly Held[],
  signal?: AbortSignal,
): Promise<(principal: ResourceRef) => boolean> {
  const userIds = held.flatMap(({ principal: { typeId, id } }) => (typeId === 'user' ? [id] : []));
  const users = userIds.length === 0 ? new Set<string>() : await session.usersAmong(userIds, signal);
  return ({ typeId, id }) => (typeId === 'user' ? users.has(id) : catalog.tenant(id) !== undefined);
}

/** Who consented to an app, behind the holder whose key is given, with those of their consents that are not over. */
function* heldAfter(catalog: Catalog, appId: string, after: string, beganAtMs: number): Generator<Held> {
  const consents = catalog.rows(listedConsents);
  const ofApp = `${encodePart(appId)}/`;
  const keyAt = (place: number): string => holderKeyOf(consents[place] as Consent); // asked for places of the list alone
  let place = firstPlace(consents.length, (at) => keyAt(at) < ofApp || keyAt(at) <= after);
  while (place < consents.length && keyAt(place).startsWith(ofApp)) {
    const key = keyAt(place);
    const together: Consent[] = [];
    for (; place < consents.length && keyAt(place) === key; place += 1) {
      together.push(consents[place] as Consent); // within the list
    }
    const living = together.filter((consent) => !isOver(consent, beganAtMs));
    const [first] = living;
    if (first !== undefined) {
      yield { key, principal: holderOf(first), consents: living };
    }
  }
}

/** Several consents of one holder are one grant, of all that they allow together. */
function toGrantRow(appId: string, { principal, consents }: Held): GrantRow {
  const created = consents.flatMap(({ createdTime }) => createdTime ?? []).filter(isValidTimestamp);
  const ends = consents.map(({ expireTime }) => expireTime);
  const until = ends.every((end) => end > 0 && isValidTimestamp(end)) ? Math.max(...ends) : undefined;
  const tenants = sorted(consents.map(({ tenantId }) => tenantId));
  return edgeRow({
    entitlement: { typeId: 'third_party_app', resourceId: appId, slug: 'consent' },
    principal,
    metadata: {
      scopes: sorted(consents.flatMap(({ scopes }) => scopes)),
      granted_by: sorted(consents.map(({ grantedBy }) => grantedBy)),
      ...(principal.typeId === 'user' && tenants.length > 0 && { tenants }),
      ...(created.length > 0 && { created: rfc3339OfSeconds(Math.min(...created)) }),
      ...(until !== undefined && { expires: rfc3339OfSeconds(until) }),
    },
  });
}

function sorted(words: readonly string[]): string[] {
  return [...new Set(words.map((word) => word.toWellFormed()))].filter((word) => word !== '').toSorted(compare);
}

function holderOf({ userId, tenantId }: Consent): ResourceRef {
  return userId === '' ? { typeId: 'tenant', id: tenantId } : { typeId: 'user', id: userId };
}

/** Ends with `/`, as no part of it does: none begins with another. */
function holderKeyOf(consent: Consent): string {
  const { typeId, id } = holderOf(consent);
  return `${encodePart(consent.appId)}/${typeId}/${encodePart(id)}/`;
}

function* inBatches<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) {
    yield batch;
  }
}
