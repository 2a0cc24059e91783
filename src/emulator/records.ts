/** One membership as stored: names and permissions of the wire form are derived when it is sent. */
export interface Membership {
  readonly tenantId: string;
  readonly roleNames: readonly string[];
}

/** A user as stored. Every field is present, so that readers need no guards; empty text stands for "not set". */
export interface UserRecord {
  readonly userId: string;
  readonly loginIds: readonly string[];
  readonly name: string;
  readonly givenName: string;
  readonly middleName: string;
  readonly familyName: string;
  readonly picture: string;
  readonly email: string;
  readonly phone: string;
  readonly verifiedEmail: boolean;
  readonly verifiedPhone: boolean;
  /** Roles held project-wide. */
  readonly roleNames: readonly string[];
  readonly tenants: readonly Membership[];
  readonly status: string;
  readonly test: boolean;
  readonly customAttributes: Readonly<Record<string, unknown>>;
  /** Epoch seconds. */
  readonly createdTime: number;
  readonly modifiedTime: number;
  readonly ssoAppIds: readonly string[];
  readonly TOTP: boolean;
  readonly SAML: boolean;
  readonly OIDC: boolean;
  readonly SCIM: boolean;
  readonly webauthn: boolean;
  readonly password: boolean;
  readonly push: boolean;
  readonly OAuth: Readonly<Record<string, boolean>>;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about a user; the rest is filled in by `toUserRecord`. */
export type UserSeed = Partial<UserRecord>;

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly selfProvisioningDomains: readonly string[];
  readonly domains: readonly string[];
  readonly authType: string;
  readonly createdTime: number;
  readonly disabled: boolean;
  readonly enforceSSO: boolean;
  readonly enforceSSOExclusions: readonly string[];
  readonly federatedAppIds: readonly string[];
  readonly customAttributes: Readonly<Record<string, unknown>>;
  readonly parent: string;
  readonly defaultRoles: readonly string[];
  readonly roleInheritance: string;
}

export type TenantSeed = Partial<Tenant> & Pick<Tenant, 'id'>;

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissionNames: readonly string[];
  readonly createdTime: number;
  /** Empty for a project-level role. */
  readonly tenantId: string;
  readonly default: boolean;
  readonly private: boolean;
}

export type RoleSeed = Partial<Role> & Pick<Role, 'name'>;

export interface Permission {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly systemDefault: boolean;
}

export type PermissionSeed = Partial<Permission> & Pick<Permission, 'name'>;

/** An initial project given by a test. Lists left out are empty, save that `users` left out allows generated users. */
export interface ProjectSeed {
  readonly tenants?: readonly TenantSeed[];
  readonly roles?: readonly RoleSeed[];
  readonly permissions?: readonly PermissionSeed[];
  readonly users?: readonly UserSeed[];
}

/** Fills in a user. Users without login ids get their email, phone or user id as one, since the API knows no user without. */
export function toUserRecord(seed: UserSeed, userId: string, createdTime: number): UserRecord {
  const id = seed.userId ?? userId;
  return {
    userId: id,
    loginIds: [seed.email || seed.phone || `login-${id}`],
    name: '',
    givenName: '',
    middleName: '',
    familyName: '',
    picture: '',
    email: '',
    phone: '',
    verifiedEmail: false,
    verifiedPhone: false,
    roleNames: [],
    tenants: [],
    status: 'enabled',
    test: false,
    customAttributes: {},
    createdTime,
    modifiedTime: seed.createdTime ?? createdTime,
    ssoAppIds: [],
    TOTP: false,
    SAML: false,
    OIDC: false,
    SCIM: false,
    webauthn: false,
    password: false,
    push: false,
    OAuth: {},
    extra: {},
    ...seed,
  };
}

export function toTenant(seed: TenantSeed, createdTime: number): Tenant {
  return {
    name: seed.id,
    selfProvisioningDomains: [],
    domains: [],
    authType: 'none',
    createdTime,
    disabled: false,
    enforceSSO: false,
    enforceSSOExclusions: [],
    federatedAppIds: [],
    customAttributes: {},
    parent: '',
    defaultRoles: [],
    roleInheritance: '',
    ...seed,
  };
}

export function toRole(seed: RoleSeed, id: string, createdTime: number): Role {
  return {
    id,
    description: '',
    permissionNames: [],
    createdTime,
    tenantId: '',
    default: false,
    private: false,
    ...seed,
  };
}

export function toPermission(seed: PermissionSeed, id: string): Permission {
  return { id, description: '', systemDefault: false, ...seed };
}
