import { ConnectorError } from '../errors.ts';

/** The protocol's limit for every id, in UTF-8 bytes. */
export const maxIdBytes = 1024;

export const resourceTypeIds = ['user', 'tenant', 'role', 'permission', 'role_binding'] as const;
export type ResourceTypeId = (typeof resourceTypeIds)[number];

/** The slug of the one entitlement that a resource of each type offers. A user offers none. */
export const entitlementSlugs = {
  tenant: 'member',
  role: 'assigned',
  permission: 'granted',
  role_binding: 'assigned',
} as const;
export type EntitledTypeId = keyof typeof entitlementSlugs;

export function isResourceTypeId(value: string): value is ResourceTypeId {
  return (resourceTypeIds as readonly string[]).includes(value);
}

/** Escapes only "%" and "/", so that ids stay readable and can be taken apart again. */
function esc(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('/', '%2F');
}

/** Undoes `esc`; undefined for text that `esc` never makes. */
function unesc(part: string): string | undefined {
  return /%(?!25|2F)/.test(part) || part.includes('/') ? undefined : part.replaceAll('%2F', '/').replaceAll('%25', '%');
}

/** A role as Descope addresses it: by name, project-wide (tenantId '') or within a tenant. */
export interface RoleAddress {
  readonly tenantId: string;
  readonly roleName: string;
}

/** Resource id of a role: `esc(name)` for a project role, `esc(tenantId)/esc(name)` for a tenant's own. */
export function roleResourceId({ tenantId, roleName }: RoleAddress): string {
  return checkId(tenantId === '' ? esc(roleName) : `${esc(tenantId)}/${esc(roleName)}`);
}

/** Resource id of a role binding, "the project role, inside the tenant". */
export function bindingResourceId(tenantId: string, roleName: string): string {
  return checkId(`${esc(tenantId)}/${esc(roleName)}`);
}

/** What a role's resource id says, or undefined when it is no such id. */
export function parseRoleResourceId(id: string): RoleAddress | undefined {
  const parts = id.split('/').map(unesc);
  const [first, second] = parts;
  if (first === undefined || first === '' || second === '' || parts.length > 2) {
    return undefined;
  }
  if (parts.length === 1) {
    return { tenantId: '', roleName: first };
  }
  return second === undefined ? undefined : { tenantId: first, roleName: second };
}

/** What a role binding's resource id says, or undefined when it is no such id. */
export function parseBindingResourceId(id: string): RoleAddress | undefined {
  const address = parseRoleResourceId(id);
  return address?.tenantId === '' ? undefined : address;
}

/** `<type>:<resource id>:<slug>`: a plain join. Never split it: requests carry the parts. */
export function entitlementId(typeId: EntitledTypeId, resourceId: string): string {
  return checkId(`${typeId}:${resourceId}:${entitlementSlugs[typeId]}`);
}

/** `<entitlement id>:<principal type>:<principal id>`. */
export function grantId(entitlement: string, principalTypeId: ResourceTypeId, principalId: string): string {
  return checkId(`${entitlement}:${principalTypeId}:${principalId}`);
}

/**
 * What a bare entitlement id says, for the command line, which is handed nothing else: a known type in front and its slug
 * behind are taken off, and what is left is the resource id, whatever it holds. Undefined for any other text.
 */
export function parseEntitlementId(
  id: string,
): { readonly typeId: EntitledTypeId; readonly resourceId: string } | undefined {
  for (const [typeId, slug] of Object.entries(entitlementSlugs) as [EntitledTypeId, string][]) {
    if (id.startsWith(`${typeId}:`) && id.endsWith(`:${slug}`) && id.length > typeId.length + slug.length + 2) {
      return { typeId, resourceId: id.slice(typeId.length + 1, -(slug.length + 1)) };
    }
  }
  return undefined;
}

/**
 * What a bare grant id says: the entitlement id, and the principal behind the last `:user:` that follows a slug. Undefined
 * for a grant that no user holds.
 */
export function parseGrantId(id: string): { readonly entitlementId: string; readonly userId: string } | undefined {
  for (const slug of new Set(Object.values(entitlementSlugs))) {
    const end = id.lastIndexOf(`:${slug}:user:`);
    const entitlement = end === -1 ? '' : id.slice(0, end + slug.length + 1);
    if (parseEntitlementId(entitlement) !== undefined) {
      return { entitlementId: entitlement, userId: id.slice(end + slug.length + ':user:'.length + 1) };
    }
  }
  return undefined;
}

/** Identities are never cut: one that the protocol cannot carry fails the sync. */
export function checkId(id: string): string {
  if (id.length > maxIdBytes / 3 && Buffer.byteLength(id, 'utf8') > maxIdBytes) {
    throw new ConnectorError(
      'upstream-contract',
      `an id of ${Buffer.byteLength(id, 'utf8')} bytes exceeds the ${maxIdBytes} that the protocol carries (it begins with "${id.slice(0, 40).toWellFormed()}"); shorten the tenant id or the role or permission name in Descope`,
    );
  }
  return id;
}
