/** That an app may act for a user, or for everyone of a tenant. */
export interface Consent {
  readonly id: string;
  readonly appId: string;
  /** Empty for the consent of a tenant. */
  readonly userId: string;
  /** The tenant that consented, or the one in which the user did; may be empty. */
  readonly tenantId: string;
  readonly scopes: readonly string[];
  /** The id of the user who clicked, or of the administrator. */
  readonly grantedBy: string;
  /** Epoch seconds. */
  readonly createdTime: number;
  readonly modifiedTime: number;
  /** Epoch seconds; 0 for never. Spelt with a capital on the wire. */
  readonly expireTime: number;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about a consent; the rest is filled in. */
export interface ConsentSeed extends Partial<Omit<Consent, 'appId'>> {
  readonly appId: string;
  /** The user of the sample at this place, instead of `userId`; without one in so small a project there is no consent. */
  readonly sampleUser?: number;
}
