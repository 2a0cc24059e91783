import {
  derivedBindingResourceId,
  entitlementId,
  entitlementIdOf,
  idpGroupId,
  nameOnly,
  parseDerivedBindingId,
  parseEntitlementId,
  parseRoleResourceId,
  partsOfId,
  roleResourceId,
  ssoConfigurationId,
} from '../model/ids.ts';
import { optInTypes } from '../sync-format/known-types.ts';
import type { Pseudonyms } from './pseudonyms.ts';

// Ids with their parts replaced, each as it is replaced where it stands alone: what refers to something still does.

/** Types whose ids are names that say how much access they give. */
const powerTypes: ReadonlySet<string> = new Set(['role', 'permission', 'role_binding']);
/** Descope's own word for the configuration that every tenant has. */
const defaultSsoId = 'default_ssoid';

export function resourceIdOf(typeId: string, id: string, pseudonyms: Pseudonyms): string {
  switch (typeId) {
    case 'role':
    case 'role_binding':
      return roleOf(typeId, id, pseudonyms);
    case 'sso_configuration': {
      const [tenantId, ssoId] = partsOfId(id, 2) ?? [];
      return tenantId === undefined || ssoId === undefined
        ? pseudonyms.text(id)
        : ssoConfigurationId(pseudonyms.text(tenantId), ssoIdOf(ssoId, pseudonyms));
    }
    case 'idp_group':
      return groupOf(id, pseudonyms);
    default:
      return powerTypes.has(typeId) ? pseudonyms.power(id) : pseudonyms.text(id);
  }
}

function roleOf(typeId: string, id: string, pseudonyms: Pseudonyms): string {
  const tenant = (tenantId: string): string => (tenantId === '' ? '' : pseudonyms.text(tenantId));
  const address = parseRoleResourceId(id);
  const derived = typeId === 'role_binding' ? parseDerivedBindingId(id) : undefined;
  if (derived !== undefined) {
    return derivedBindingResourceId({
      tenantId: tenant(derived.tenantId),
      roleTenantId: tenant(derived.roleTenantId),
      roleName: pseudonyms.power(derived.roleName),
    });
  }
  return address === undefined
    ? pseudonyms.power(id)
    : roleResourceId({ tenantId: tenant(address.tenantId), roleName: pseudonyms.power(address.roleName) });
}

/** The id of a group of an identity provider. */
export function groupOf(id: string, pseudonyms: Pseudonyms): string {
  const [tenantId, ssoId, groupId] = partsOfId(id, 3) ?? [];
  if (tenantId === undefined || ssoId === undefined || groupId === undefined) {
    return pseudonyms.text(id);
  }
  const isName = groupId.startsWith(nameOnly);
  const group = isName ? nameOnly + pseudonyms.text(groupId.slice(nameOnly.length)) : pseudonyms.text(groupId);
  return idpGroupId(pseudonyms.text(tenantId), ssoIdOf(ssoId, pseudonyms), group);
}

export function ssoIdOf(ssoId: string, pseudonyms: Pseudonyms): string {
  return ssoId === defaultSsoId ? ssoId : pseudonyms.text(ssoId);
}

/** What an edge comes from: a type, a colon and a resource id. */
export function referenceOf(text: string, pseudonyms: Pseudonyms): string {
  const at = text.indexOf(':');
  return at === -1
    ? pseudonyms.text(text)
    : `${text.slice(0, at)}:${resourceIdOf(text.slice(0, at), text.slice(at + 1), pseudonyms)}`;
}

/** An entitlement of a type whose slugs are words: type, resource id, slug. */
const anyEntitlement = /^([a-z_]+):(.*):([a-z_]+)$/s;
const groupEntitlement = /^idp_group:(.*):member$/s;

export function entitlementOf(id: unknown, pseudonyms: Pseudonyms): string {
  const text = typeof id === 'string' ? id : '';
  const groupId = groupEntitlement.exec(text)?.[1];
  if (groupId !== undefined) {
    return entitlementIdOf({ typeId: 'idp_group', resourceId: groupOf(groupId, pseudonyms), slug: 'member' });
  }
  const parts = parseEntitlementId(text);
  const [, typeId = '', resourceId = '', slug = ''] = anyEntitlement.exec(text) ?? [];
  if (parts === undefined && Object.hasOwn(optInTypes, typeId)) {
    return entitlementIdOf({ typeId, resourceId: resourceIdOf(typeId, resourceId, pseudonyms), slug });
  }
  return parts === undefined
    ? pseudonyms.text(text)
    : entitlementId(parts.typeId, resourceIdOf(parts.typeId, parts.resourceId, pseudonyms));
}
