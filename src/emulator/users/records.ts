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

/**
 * Fills in a user. Users without login ids get their email, phone or user id as one, since the API knows no user
 * without.
 */
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

/** The role names in one scope: project-wide for an empty tenant id; undefined for a tenant without membership. */
export function rolesIn(record: UserRecord, tenantId: string): readonly string[] | undefined {
  if (tenantId === '') return record.roleNames;
  return record.tenants.find((membership) => membership.tenantId === tenantId)?.roleNames;
}

/** The same user with other roles in one scope; a membership is made when there is none. */
export function withRoles(record: UserRecord, tenantId: string, roleNames: readonly string[]): UserRecord {
  const unique = [...new Set(roleNames)];
  if (tenantId === '') return { ...record, roleNames: unique };
  const changed: Membership = { tenantId, roleNames: unique };
  const known = record.tenants.some((membership) => membership.tenantId === tenantId);
  const tenants = known
    ? record.tenants.map((membership) => (membership.tenantId === tenantId ? changed : membership))
    : [...record.tenants, changed];
  return { ...record, tenants };
}

export function withoutTenant(record: UserRecord, tenantId: string): UserRecord {
  return { ...record, tenants: record.tenants.filter((membership) => membership.tenantId !== tenantId) };
}
