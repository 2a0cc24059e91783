/** Roles of a key inside one tenant. The name of the tenant is added when the key is sent. */
export interface KeyTenant {
  readonly tenantId: string;
  readonly roleNames: readonly string[];
}

/** An access key as stored: a non-human identity with roles of its own, or the roles of the user it is bound to. */
export interface AccessKey {
  readonly id: string;
  /** Not unique. */
  readonly name: string;
  /** Roles held project-wide. */
  readonly roleNames: readonly string[];
  readonly keyTenants: readonly KeyTenant[];
  /** `active` or `inactive`; the switch `expiredKeyStatus` decides what an expired key shows. */
  readonly status: string;
  /** Epoch seconds. */
  readonly createdTime: number;
  /** Epoch seconds; 0 for never. */
  readonly expireTime: number;
  /** The id of a user or of a management key. */
  readonly createdBy: string;
  readonly clientId: string;
  /** Empty for a key that is bound to no user. */
  readonly boundUserId: string;
  readonly customClaims: Readonly<Record<string, unknown>>;
  /** False for a key that the service or the console manages. */
  readonly editable: boolean;
  readonly description: string;
  /** Empty for anywhere. */
  readonly permittedIps: readonly string[];
  readonly customAttributes: Readonly<Record<string, unknown>>;
  /** The SSO configuration that the key provisions, in the first of its tenants; empty for a key that is none of SCIM. */
  readonly scimSsoId: string;
  /** Shown once when it is made, and in every list when the switch `keySecrets` says so. */
  readonly cleartext: string;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about a key; the rest is filled in. Keys without an id get one from their place in the list. */
export interface AccessKeySeed extends Partial<AccessKey> {
  /** Instead of `expireTime`: whole days from the day on which the stand-in starts. */
  readonly expiresInDays?: number;
}

/** The management key that made the keys whose creator nobody states. */
export const usualCreator = 'K2EmulatorManagementKey00000';

const day = 86_400;

/** Midnight so many days after now. */
export const daysFrom = (nowSeconds: number, days: number): number => (Math.floor(nowSeconds / day) + days) * day;

export function toAccessKey({ expiresInDays, ...seed }: AccessKeySeed, newId: string, nowSeconds: number): AccessKey {
  const id = seed.id ?? newId;
  return {
    name: id,
    roleNames: [],
    keyTenants: [],
    status: 'active',
    createdTime: nowSeconds,
    expireTime: 0,
    createdBy: usualCreator,
    clientId: `client-${id}`,
    boundUserId: '',
    customClaims: {},
    editable: true,
    description: '',
    permittedIps: [],
    customAttributes: {},
    scimSsoId: '',
    cleartext: '',
    extra: {},
    ...seed,
    ...(expiresInDays !== undefined && { expireTime: daysFrom(nowSeconds, expiresInDays) }),
    id,
  };
}
