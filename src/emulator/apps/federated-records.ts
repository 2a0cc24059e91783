/** One group of an app and the roles whose holders are put into it: which roles mean something behind the door. */
export interface AppGroupMapping {
  readonly name: string;
  readonly type: string;
  readonly filterType: string;
  readonly value: string;
  readonly roles: readonly { readonly id: string; readonly name: string }[];
}

/** An application that users sign in to through Descope, as stored. Settings of other kinds are sent empty. */
export interface FederatedApp {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly logo: string;
  /** `saml`, `oidc`, `wsfed` or `custom`. */
  readonly appType: string;
  readonly groupsMapping: readonly AppGroupMapping[];
  readonly samlSettings: Readonly<Record<string, unknown>>;
  readonly oidcSettings: Readonly<Record<string, unknown>>;
  readonly customSettings: Readonly<Record<string, unknown>>;
  readonly wsfedSettings: Readonly<Record<string, unknown>>;
  /** Shown by the secret endpoint, and in the app itself when the switch `appSecrets` says so. */
  readonly clientSecret: string;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about an app; the rest is filled in. Apps without an id get one from their place in the list. */
export type FederatedAppSeed = Partial<FederatedApp>;

/** The app that every project has from its first day. */
export const defaultAppId = 'descope-default-oidc';

export function toFederatedApp(seed: FederatedAppSeed, newId: string): FederatedApp {
  const id = seed.id ?? newId;
  return {
    name: id,
    description: '',
    enabled: true,
    logo: '',
    appType: 'oidc',
    groupsMapping: [],
    samlSettings: {},
    oidcSettings: {},
    customSettings: {},
    wsfedSettings: {},
    clientSecret: '',
    extra: {},
    ...seed,
    id,
  };
}

const noSaml = {
  loginPageUrl: '',
  idpCert: '',
  useMetadataInfo: false,
  metadataUrl: '',
  entityId: '',
  acsUrl: '',
  certificate: '',
  attributeMapping: [],
  groupsMapping: [],
  idpMetadataUrl: '',
  idpEntityId: '',
  idpSsoUrl: '',
  acsAllowedCallbacks: [],
  subjectNameIdType: '',
  subjectNameIdFormat: '',
  defaultRelayState: '',
  forceAuthentication: false,
  idpLogoutUrl: '',
  logoutRedirectUrl: '',
  defaultSignatureAlgorithm: '',
};

const noOidc = {
  loginPageUrl: '',
  issuer: '',
  discoveryUrl: '',
  forceAuthentication: false,
  claims: [],
  backChannelLogoutUrl: '',
  jwtBearerSettings: { issuers: {} },
};

const noWsFed = {
  loginPageUrl: '',
  realm: '',
  replyUrl: '',
  attributeMapping: [],
  groupsMapping: [],
  forceAuthentication: false,
  logoutRedirectUrl: '',
  errorRedirectUrl: '',
};

export interface FederatedWireOptions {
  /** SDKs spell it in two ways. */
  readonly wsFedSettings: 'wsfedSettings' | 'wsFedSettings';
  readonly withSecret: boolean;
}

/** Every block of settings is sent, whatever kind of app it is. */
export function toWireFederatedApp(app: FederatedApp, options: FederatedWireOptions): Record<string, unknown> {
  const { groupsMapping, samlSettings, oidcSettings, wsfedSettings, clientSecret, extra, ...fields } = app;
  const mappings = app.appType === 'saml' ? { groupsMapping } : {};
  const wsFedMappings = app.appType === 'wsfed' ? { groupsMapping } : {};
  return {
    ...fields,
    samlSettings: { ...noSaml, ...mappings, ...samlSettings },
    oidcSettings: { ...noOidc, ...oidcSettings, ...(options.withSecret && { clientSecret }) },
    [options.wsFedSettings]: { ...noWsFed, ...wsFedMappings, ...wsfedSettings },
    ...(options.withSecret && {
      secrets: [{ id: 'secret-1', name: 'first', status: 'active', cleartext: clientSecret }],
    }),
    ...extra,
  };
}
