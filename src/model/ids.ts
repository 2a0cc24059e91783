import { ConnectorError } from '../errors.ts';

/** The protocol's limit for every id, in UTF-8 bytes. */
export const maxIdBytes = 1024;

/** Names a resource, be it a principal, a parent or the one that is asked for: its type, and its id within the type. */
export interface ResourceRef {
  readonly typeId: string;
  readonly id: string;
}

/** A tenant as somebody's parent; undefined for '', the whole project. */
export function tenantRef(tenantId: string): ResourceRef | undefined {
  return tenantId === '' ? undefined : { typeId: 'tenant', id: tenantId };
}

/** The types that every sync has. A file is ours when it has them all; `registry.ts` lists all types that there are. */
export const foundingTypeIds = ['user', 'tenant', 'role', 'permission', 'role_binding'] as const;
export type FoundingTypeId = (typeof foundingTypeIds)[number];

/** The slug of the one entitlement that a resource of each founding type offers. A user offers none. */
const entitlementSlugs = {
  tenant: 'member',
  role: 'assigned',
  permission: 'granted',
  role_binding: 'assigned',
} as const;
export type EntitledTypeId = keyof typeof entitlementSlugs;

export function isFoundingType(value: string): value is FoundingTypeId {
  return (foundingTypeIds as readonly string[]).includes(value);
}

/** Escapes only "%" and "/", so that ids stay readable and can be taken apart again. */
export function encodePart(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('/', '%2F');
}

/** Undoes `encodePart`; undefined for text that `encodePart` never makes. */
function decodePart(part: string): string | undefined {
  return /%(?!25|2F)/.test(part) || part.includes('/') ? undefined : part.replaceAll('%2F', '/').replaceAll('%25', '%');
}

/** A role as Descope addresses it: by name, project-wide (tenantId '') or within a tenant. */
export interface RoleAddress {
  readonly tenantId: string;
  readonly roleName: string;
}

/**
 * Resource id of a role: the encoded name for a project role, the encoded tenant id, "/" and the encoded name for a
 * tenant's own.
 */
export function roleResourceId({ tenantId, roleName }: RoleAddress): string {
  return checkId(tenantId === '' ? encodePart(roleName) : `${encodePart(tenantId)}/${encodePart(roleName)}`);
}

/** Resource id of a role binding, "the project role, inside the tenant". */
export function bindingResourceId(tenantId: string, roleName: string): string {
  return checkId(`${encodePart(tenantId)}/${encodePart(roleName)}`);
}

/** What a role's resource id says, or undefined when it is no such id. */
export function parseRoleResourceId(id: string): RoleAddress | undefined {
  const parts = id.split('/').map(decodePart);
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

/**
 * A role in effect in a tenant that inherits it, where no role binding says that: a role that an ancestor defines
 * (`roleTenantId`), or, for '', the project's role of a name that the tenant defines itself.
 */
export interface DerivedBinding {
  readonly tenantId: string;
  readonly roleTenantId: string;
  readonly roleName: string;
}

/** Resource id of a derived binding, in three parts: the middle one is empty for a role of the project. */
export function derivedBindingResourceId({ tenantId, roleTenantId, roleName }: DerivedBinding): string {
  return checkId(`${encodePart(tenantId)}/${encodePart(roleTenantId)}/${encodePart(roleName)}`);
}

/** What the id of a derived binding says, or undefined when it is no such id. */
export function parseDerivedBindingId(id: string): DerivedBinding | undefined {
  const parts = id.split('/').map(decodePart);
  const [tenantId, roleTenantId, roleName] = parts;
  const isWhole = parts.length === 3 && roleTenantId !== undefined;
  return isWhole && tenantId !== undefined && tenantId !== '' && roleName !== undefined && roleName !== ''
    ? { tenantId, roleTenantId, roleName }
    : undefined;
}

/** Resource id of an SSO configuration of a tenant. */
export function ssoConfigurationId(tenantId: string, ssoId: string): string {
  return joinParts(tenantId, ssoId);
}

/** Resource id of a group of an identity provider, by its id within a configuration. */
export function idpGroupId(tenantId: string, ssoId: string, groupId: string): string {
  return joinParts(tenantId, ssoId, groupId);
}

/** Stands before the name of a group that only a mapping names, where an id would stand. */
export const nameOnly = 'name:';

/** The parts of an id of so many parts, decoded; undefined for any other text. */
export function partsOfId(id: string, count: number): readonly string[] | undefined {
  const parts = id.split('/').map(decodePart);
  const known = parts.filter((part) => part !== undefined).filter((part) => part !== '');
  return parts.length === count && known.length === count ? known : undefined;
}

function joinParts(...parts: readonly string[]): string {
  return checkId(parts.map(encodePart).join('/'));
}

/** An entitlement by its parts: the resource that offers it, and which of that resource's entitlements it is. */
export interface EntitlementRef {
  readonly typeId: string;
  readonly resourceId: string;
  readonly slug: string;
}

/** `<type>:<resource id>:<slug>`: a plain join. Never split it: requests carry the parts. */
export function entitlementIdOf({ typeId, resourceId, slug }: EntitlementRef): string {
  return checkId(`${typeId}:${resourceId}:${slug}`);
}

/** The id of the one entitlement of a resource of a founding type. */
export function entitlementId(typeId: EntitledTypeId, resourceId: string): string {
  return entitlementIdOf(entitlementRef(typeId, resourceId));
}

/** The one entitlement of a resource of a founding type. */
export function entitlementRef(typeId: EntitledTypeId, resourceId: string): EntitlementRef {
  return { typeId, resourceId, slug: entitlementSlugs[typeId] };
}

/** `<entitlement id>:<principal type>:<principal id>`. */
export function grantId(entitlement: string, { typeId, id }: ResourceRef): string {
  return checkId(`${entitlement}:${typeId}:${id}`);
}

/**
 * What a bare entitlement id says, for the command line, which is handed nothing else: a known type in front and its
 * slug behind are taken off, and what is left is the resource id, whatever it holds. Undefined for any other text.
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

/** Identities are never cut: one that the protocol cannot carry fails the sync. */
export function checkId(id: string): string {
  if (id.length > maxIdBytes / 3 && Buffer.byteLength(id, 'utf8') > maxIdBytes) {
    throw new ConnectorError(
      'upstream-contract',
      `an id of ${Buffer.byteLength(id, 'utf8')} bytes exceeds the ${maxIdBytes} that the protocol carries (it begins ` +
        `with "${id.slice(0, 40).toWellFormed()}"); shorten the tenant id or the role or permission name in Descope`,
    );
  }
  return id;
}
