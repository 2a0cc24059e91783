import { ok } from 'node:assert/strict';
import type { HolderTruth } from '../support/holder-truth.ts';
import { type GrantRow, type Id, isDirect, type SyncRows } from './rows.ts';

const metadataType = 'type.googleapis.com/c1.connector.v2.GrantMetadata';

/**
 * Who can do what, where, and by which way, as rows tell it once they are expanded: the place of a role is that of its
 * resource, and what it allows are the permissions that are granted to it.
 */
export function holdersIn({ resources, grants }: SyncRows): HolderTruth[] {
  const places = new Map(resources.map(({ id, parentResourceId }) => [keyOf(id), parentResourceId?.resource ?? '']));
  const byId = new Map(grants.map((grant) => [grant.id, grant]));
  const allowedBy = Map.groupBy(
    grants.filter(({ entitlement, principal }) => isOf(entitlement.resource.id, 'permission') && !isHolder(principal)),
    ({ principal }) => keyOf(principal.id),
  );
  return grants
    .filter(({ entitlement, principal }) => isHeld(entitlement.resource.id) && isHolder(principal))
    .flatMap((grant) => {
      const { resource } = grant.entitlement;
      const isMembership = isOf(resource.id, 'tenant');
      const held = {
        who: keyOf(grant.principal.id),
        tenant: isMembership ? resource.id.resource : (places.get(keyOf(resource.id)) ?? 'nowhere'),
        role: isMembership ? '' : roleNameOf(resource.id),
      };
      const permissions = isMembership
        ? ['']
        : (allowedBy.get(keyOf(resource.id)) ?? []).map(({ entitlement }) => entitlement.resource.id.resource);
      return waysOf(grant, byId, places).flatMap((way) =>
        permissions.map((permission) => Object.assign({ permission }, held, way)),
      );
    });
}

/** Who has a permission by the grants of permissions alone: pairs of a holder and a permission. */
export function permissionHoldersIn({ grants }: SyncRows): string[] {
  return grants
    .filter(({ entitlement, principal }) => isOf(entitlement.resource.id, 'permission') && isHolder(principal))
    .map(({ entitlement, principal }) => JSON.stringify([keyOf(principal.id), entitlement.resource.id.resource]));
}

/** A row of `who-can --json`. */
export interface AnswerRow {
  readonly principal: { readonly type: string; readonly id: string };
  readonly way: string;
  readonly tenantId: string;
  readonly role: string;
  readonly permission: string;
  readonly from: string;
  readonly certainty: string;
  readonly reason: string;
  /** The tenants by which it comes, from `from` to the tenant where it is. */
  readonly through: readonly string[];
}

/** What rows of answers say of holders. Whoever will gain something is none. */
export function holdersAnswered(rows: readonly AnswerRow[]): HolderTruth[] {
  return rows
    .filter(({ way }) => way !== 'will_gain')
    .map(({ principal, way, tenantId, role, permission, from, certainty, reason }) => {
      ok(way === 'direct' || way === 'inherited' || way === 'key', `a way that nobody knows: ${way}`);
      return {
        who: `${principal.type}:${principal.id}`,
        permission,
        tenant: tenantId,
        role,
        way,
        from,
        reason,
        certainty,
      };
    });
}

/** Holders as lines that can be compared. */
export function linesOf(holders: readonly HolderTruth[]): string[] {
  return holders
    .map(({ who, permission, tenant, role, way, from, reason, certainty }) =>
      JSON.stringify([who, permission, tenant, role, way, from, reason, certainty]),
    )
    .toSorted();
}

type Way = Pick<HolderTruth, 'way' | 'from' | 'reason' | 'certainty'>;

/** Given by the connector, and derived from each source: by the edge between the source and what is granted. */
function waysOf(grant: GrantRow, byId: ReadonlyMap<string, GrantRow>, places: ReadonlyMap<string, string>): Way[] {
  const { entitlement, principal, sources } = grant;
  const isUser = isOf(principal.id, 'user');
  const given: Way[] = isDirect(grant) ? [{ way: isUser ? 'direct' : 'key', from: '', reason: '', certainty: '' }] : [];
  const derived = Object.keys(sources?.sources ?? {}).filter((source) => source !== entitlement.id);
  return given.concat(
    derived.map((source) => {
      const from = source.slice(0, source.lastIndexOf(':'));
      const edge = byId.get(`${entitlement.id}:${from}`);
      ok(edge !== undefined, `${grant.id} comes from ${source}, and no edge says so`);
      const told = edge.annotations?.find((annotation) => annotation['@type'] === metadataType);
      const metadata = (told?.['metadata'] ?? {}) as Readonly<Record<string, string>>;
      const isMembership = from.startsWith('tenant:');
      const place = isMembership ? from.slice('tenant:'.length) : (places.get(from) ?? 'nowhere');
      ok(metadata['inherited_from'] === place, `${edge.id} names ${metadata['inherited_from']}, not ${place}`);
      return {
        way: 'inherited',
        from: place,
        reason: metadata['reason'] ?? '',
        certainty: (isUser ? undefined : metadata['certainty_keys']) ?? metadata['certainty'] ?? '',
      };
    }),
  );
}

/** The last part of its id. */
function roleNameOf({ resource }: Id): string {
  return decoded(resource.slice(resource.lastIndexOf('/') + 1));
}

function decoded(part: string): string {
  return part.replaceAll('%2F', '/').replaceAll('%25', '%');
}

/** Of what somebody holds: access follows from no other type, not from a group either. */
function isHeld({ resourceType }: Id): boolean {
  return ['tenant', 'role', 'role_binding'].includes(resourceType);
}

function isHolder({ id }: { readonly id: Id }): boolean {
  return isOf(id, 'user') || isOf(id, 'access_key');
}

function isOf({ resourceType }: Id, type: string): boolean {
  return resourceType === type;
}

function keyOf({ resourceType, resource }: Id): string {
  return `${resourceType}:${resource}`;
}
