/**
 * A project's records as Descope sends them, field by field and with only the fields that count: what an independent
 * server answers with, and what an independent computation starts from. Numbers may be decimal texts, as 64-bit numbers
 * are.
 */
export type Seconds = number | string;

export interface MembershipRecord {
  readonly tenantId: string;
  readonly roleNames: readonly string[];
}

export interface UserRecord {
  readonly userId: string;
  readonly createdTime: number;
  readonly roleNames: readonly string[];
  readonly userTenants: readonly MembershipRecord[];
  readonly ssoAppIds: readonly string[];
}

export interface TenantRecord {
  readonly id: string;
  readonly parent?: string;
  readonly roleInheritance?: string;
  readonly disabled?: boolean;
}

export interface RoleRecord {
  readonly name: string;
  readonly tenantId?: string;
  readonly permissionNames: readonly string[];
}

export interface AccessKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly status: string;
  readonly createdTime: Seconds;
  readonly expireTime: Seconds;
  readonly createdBy: string;
  readonly boundUserId: string;
  readonly roleNames: readonly string[];
  readonly keyTenants: readonly MembershipRecord[];
  readonly permittedIps: readonly string[];
  readonly customClaims: Readonly<Record<string, unknown>>;
  readonly editable: boolean;
}

export interface ApplicationRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly appType: string;
  readonly samlSettings: { readonly groupsMapping?: readonly object[] };
}

export interface ThirdPartyAppRecord {
  readonly id: string;
  readonly clientId: string;
  readonly name: string;
  readonly description: string;
  readonly status: string;
  readonly dynamic: boolean;
  readonly skipConsentScreen: boolean;
  readonly allowedTenants: readonly string[];
  readonly permissionsScopes: readonly {
    readonly name: string;
    readonly values: readonly string[];
    readonly optional: boolean;
  }[];
}

export interface ConsentRecord {
  readonly id: string;
  readonly appId: string;
  readonly userId: string;
  readonly tenantId: string;
  readonly scopes: readonly string[];
  readonly grantedBy: string;
  readonly createdTime: Seconds;
  readonly ExpireTime: Seconds;
}

export interface ProjectRecord {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly tags: readonly string[];
}

export interface DescoperRecord {
  readonly id: string;
  readonly attributes: { readonly displayName?: string; readonly email?: string };
  readonly status: string;
  readonly loginIDs?: readonly string[];
  readonly loginIds?: readonly string[];
  readonly rbac: {
    readonly isCompanyAdmin: boolean;
    readonly projects: readonly { readonly projectIds: readonly string[]; readonly role: string }[];
    readonly tags: readonly { readonly tags: readonly string[]; readonly role: string }[];
  };
}

export interface ManagementKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly status: string;
  readonly createdTime: Seconds;
  readonly expireTime: Seconds;
  readonly permittedIps: readonly string[];
  readonly reBac: {
    readonly companyRoles: readonly string[];
    readonly projectRoles: readonly { readonly projectIds: readonly string[]; readonly roles: readonly string[] }[];
    readonly tagRoles: readonly { readonly tags: readonly string[]; readonly roles: readonly string[] }[];
  };
}

export interface CompanyRecords {
  readonly users: readonly UserRecord[];
  readonly tenants: readonly TenantRecord[];
  readonly roles: readonly RoleRecord[];
  readonly permissions: readonly { readonly name: string }[];
  readonly keys: readonly AccessKeyRecord[];
  readonly apps: readonly ApplicationRecord[];
  readonly thirdPartyApps: readonly ThirdPartyAppRecord[];
  readonly consents: readonly ConsentRecord[];
  readonly projects: readonly ProjectRecord[];
  readonly descopers: readonly DescoperRecord[];
  readonly managementKeys: readonly ManagementKeyRecord[];
}

/** The lists that are not users, by their call and the key of the answer: whole ones, and those that come in pages. */
export const listCalls = {
  tenants: ['GET', '/v1/mgmt/tenant/all', 'tenants'],
  roles: ['GET', '/v1/mgmt/role/all', 'roles'],
  permissions: ['GET', '/v1/mgmt/permission/all', 'permissions'],
  keys: ['POST', '/v1/mgmt/accesskey/search', 'keys'],
  apps: ['GET', '/v1/mgmt/sso/idp/apps/load', 'apps'],
  projects: ['POST', '/v1/mgmt/projects/list', 'projects'],
  descopers: ['POST', '/v1/mgmt/descoper/list', 'descopers'],
  managementKeys: ['GET', '/v1/mgmt/managementkey/search', 'keys'],
} as const satisfies Partial<Record<keyof CompanyRecords, readonly [method: string, path: string, key: string]>>;

export const pagedCalls = {
  thirdPartyApps: ['GET', '/v1/mgmt/thirdparty/apps/load', 'apps'],
  consents: ['POST', '/v1/mgmt/thirdparty/consents/search', 'consents'],
} as const satisfies Partial<Record<keyof CompanyRecords, readonly [method: string, path: string, key: string]>>;
