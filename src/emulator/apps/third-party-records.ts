/** One thing that a third-party app may ask a user for. */
export interface AppScope {
  readonly name: string;
  readonly description: string;
  readonly optional: boolean;
  /** Names of roles or permissions, or of attributes. */
  readonly values: readonly string[];
}

/** An application of others, inbound to Descope, as stored. */
export interface ThirdPartyApp {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly logo: string;
  readonly loginPageUrl: string;
  readonly clientId: string;
  readonly approvedCallbackUrls: readonly string[];
  readonly permissionsScopes: readonly AppScope[];
  readonly attributesScopes: readonly AppScope[];
  readonly connectionsScopes: readonly AppScope[];
  readonly audienceWhitelist: readonly string[];
  /** Whether the app registered itself. */
  readonly dynamic: boolean;
  readonly status: string;
  /** A public client, which has no secret. */
  readonly nonConfidentialClient: boolean;
  readonly skipConsentScreen: boolean;
  readonly useResources: boolean;
  readonly forceAddAllAuthorizationInfo: boolean;
  /** Empty for any tenant. */
  readonly allowedTenants: readonly string[];
  readonly sessionSettings: Readonly<Record<string, unknown>>;
  readonly customAttributes: Readonly<Record<string, unknown>>;
  /** Shown by the secret endpoint, and in the app itself when the switch `appSecrets` says so. */
  readonly clientSecret: string;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about an app; the rest is filled in. Scopes need a name only. */
export interface ThirdPartyAppSeed extends Partial<Omit<ThirdPartyApp, ScopeList>> {
  readonly permissionsScopes?: readonly ScopeSeed[];
  readonly attributesScopes?: readonly ScopeSeed[];
  readonly connectionsScopes?: readonly ScopeSeed[];
}

type ScopeList = 'permissionsScopes' | 'attributesScopes' | 'connectionsScopes';
type ScopeSeed = Partial<AppScope> & Pick<AppScope, 'name'>;

export function toThirdPartyApp(seed: ThirdPartyAppSeed, newId: string): ThirdPartyApp {
  const id = seed.id ?? newId;
  const { permissionsScopes, attributesScopes, connectionsScopes, ...fields } = seed;
  return {
    name: id,
    description: '',
    logo: '',
    loginPageUrl: '',
    clientId: `client-${id}`,
    approvedCallbackUrls: [],
    audienceWhitelist: [],
    dynamic: false,
    status: 'active',
    nonConfidentialClient: false,
    skipConsentScreen: false,
    useResources: false,
    forceAddAllAuthorizationInfo: false,
    allowedTenants: [],
    sessionSettings: {},
    customAttributes: {},
    clientSecret: '',
    extra: {},
    ...fields,
    permissionsScopes: scopes(permissionsScopes),
    attributesScopes: scopes(attributesScopes),
    connectionsScopes: scopes(connectionsScopes),
    id,
  };
}

const scopes = (seeds: readonly ScopeSeed[] = []): readonly AppScope[] =>
  seeds.map((seed) => ({ description: '', optional: false, values: [], ...seed }));

export function toWireThirdPartyApp(app: ThirdPartyApp, withSecret: boolean): Record<string, unknown> {
  const { clientSecret, extra, ...fields } = app;
  return { ...fields, ...(withSecret && { clientSecret }), ...extra };
}
