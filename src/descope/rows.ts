import {
  flag,
  identities,
  identity,
  integer,
  type JsonObject,
  object,
  objects,
  optionalIdentity,
  text,
  texts,
} from './decode.ts';

/** A membership as Descope reports it: `roleNames` mixes the tenant's own roles and project roles held in that tenant. */
export interface UserTenant {
  readonly tenantId: string;
  readonly roleNames: readonly string[];
}

/** A user, in Descope's words, with only the fields we use. `createdTime` is in epoch seconds. */
export interface User {
  readonly userId: string;
  readonly loginIds: readonly string[];
  readonly name: string;
  readonly givenName: string;
  readonly middleName: string;
  readonly familyName: string;
  readonly email: string;
  readonly phone: string;
  readonly verifiedEmail: boolean;
  readonly verifiedPhone: boolean;
  readonly status: string;
  readonly test: boolean;
  readonly roleNames: readonly string[];
  readonly userTenants: readonly UserTenant[];
  readonly ssoAppIds: readonly string[];
  readonly customAttributes: JsonObject;
  readonly createdTime: number | undefined;
  readonly usesTotp: boolean;
  readonly usesWebauthn: boolean;
  readonly usesPush: boolean;
  readonly usesSaml: boolean;
  readonly usesOidc: boolean;
  readonly isScim: boolean;
}

export function decodeUser(user: JsonObject): User {
  return {
    userId: identity(user, 'userId'),
    loginIds: texts(user, 'loginIds'),
    name: text(user, 'name'),
    givenName: text(user, 'givenName'),
    middleName: text(user, 'middleName'),
    familyName: text(user, 'familyName'),
    email: text(user, 'email'),
    phone: text(user, 'phone'),
    verifiedEmail: flag(user, 'verifiedEmail'),
    verifiedPhone: flag(user, 'verifiedPhone'),
    status: text(user, 'status'),
    test: flag(user, 'test'),
    roleNames: identities(user, 'roleNames'),
    userTenants: mergeTenants(objects(user, 'userTenants', decodeUserTenant)),
    ssoAppIds: texts(user, 'ssoAppIds'),
    customAttributes: object(user, 'customAttributes'),
    createdTime: integer(user, 'createdTime'),
    usesTotp: flag(user, 'TOTP'),
    usesWebauthn: flag(user, 'webauthn'),
    usesPush: flag(user, 'push'),
    usesSaml: flag(user, 'SAML'),
    usesOidc: flag(user, 'OIDC'),
    isScim: flag(user, 'SCIM'),
  };
}

function decodeUserTenant(entry: JsonObject): UserTenant {
  return { tenantId: identity(entry, 'tenantId'), roleNames: identities(entry, 'roleNames') };
}

/** One entry per tenant, should Descope ever send two for the same one. */
function mergeTenants(entries: readonly UserTenant[]): readonly UserTenant[] {
  if (new Set(entries.map((entry) => entry.tenantId)).size === entries.length) {
    return entries;
  }
  const roles = new Map<string, Set<string>>();
  for (const { tenantId, roleNames } of entries) {
    const held = roles.get(tenantId) ?? new Set();
    roles.set(tenantId, held);
    for (const name of roleNames) {
      held.add(name);
    }
  }
  return [...roles].map(([tenantId, held]) => ({ tenantId, roleNames: [...held] }));
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly domains: readonly string[];
  readonly selfProvisioningDomains: readonly string[];
  readonly authType: string;
  readonly enforceSso: boolean;
  readonly disabled: boolean;
  readonly parent: string;
  readonly roleInheritance: string;
  readonly defaultRoles: readonly string[];
  readonly customAttributes: JsonObject;
  readonly createdTime: number | undefined;
}

export function decodeTenant(tenant: JsonObject): Tenant {
  return {
    id: identity(tenant, 'id'),
    name: text(tenant, 'name'),
    domains: texts(tenant, 'domains'),
    selfProvisioningDomains: texts(tenant, 'selfProvisioningDomains'),
    authType: text(tenant, 'authType'),
    enforceSso: flag(tenant, 'enforceSSO'),
    disabled: flag(tenant, 'disabled'),
    parent: optionalIdentity(tenant, 'parent'),
    roleInheritance: text(tenant, 'roleInheritance'),
    defaultRoles: texts(tenant, 'defaultRoles'),
    customAttributes: object(tenant, 'customAttributes'),
    createdTime: integer(tenant, 'createdTime'),
  };
}

/** A role's identity is (tenantId, name); an empty tenantId is the project. `id` is '' on older backends. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissionNames: readonly string[];
  readonly tenantId: string;
  readonly isDefault: boolean;
  readonly isPrivate: boolean;
  readonly createdTime: number | undefined;
}

export function decodeRole(role: JsonObject): Role {
  return {
    id: text(role, 'id'),
    name: identity(role, 'name'),
    description: text(role, 'description'),
    permissionNames: identities(role, 'permissionNames'),
    tenantId: optionalIdentity(role, 'tenantId'),
    isDefault: flag(role, 'default'),
    isPrivate: flag(role, 'private'),
    createdTime: integer(role, 'createdTime'),
  };
}

export interface Permission {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly systemDefault: boolean;
}

export function decodePermission(permission: JsonObject): Permission {
  return {
    id: text(permission, 'id'),
    name: identity(permission, 'name'),
    description: text(permission, 'description'),
    systemDefault: flag(permission, 'systemDefault'),
  };
}
