/** The reserved id of the configuration that every tenant has, set up or not. */
export const defaultSsoId = 'default_ssoid';

/** Members of any of these groups get the role in the tenant when they sign in. */
export interface GroupMapping {
  /** Stored by id, so that it outlives a new name of the role; the role may be gone. */
  readonly roleId: string;
  /** Names as the identity provider sends them. */
  readonly groups: readonly string[];
}

export interface FgaRelation {
  readonly resource: string;
  readonly relationDefinition: string;
  readonly namespace: string;
}

/** What goes over the wire as `saml`, save for what all protocols of a configuration share. */
export interface SamlSettings {
  readonly idpEntityId: string;
  readonly idpSSOUrl: string;
  /** As it was typed in: PEM, bare base64, or anything else. */
  readonly idpCertificate: string;
  readonly idpAdditionalCertificates: readonly string[];
  readonly idpMetadataUrl: string;
  readonly spEntityId: string;
  readonly spACSUrl: string;
  readonly spCertificate: string;
  readonly spSignCertificate: string;
  readonly subjectNameIdFormat: string;
  readonly attributeMapping: Readonly<Record<string, unknown>>;
  readonly redirectUrl: string;
  readonly providerID: string;
  readonly scimProviderID: string;
  readonly configFGATenantIDResourcePrefix: string;
  readonly configFGATenantIDResourceSuffix: string;
  /** Epoch seconds; 0 for never. */
  readonly lastSuccessTestTime: number;
  /** Secret: written, and not shown unless the switch `ssoSecrets` says so. */
  readonly spEncryptionKey: string;
  /** Secret, as above. */
  readonly spSignKey: string;
}

/** What goes over the wire as `oidc`, save for what all protocols of a configuration share. */
export interface OidcSettings {
  readonly name: string;
  readonly clientId: string;
  /** Secret: comes back empty unless the switch `ssoSecrets` says so. */
  readonly clientSecret: string;
  readonly redirectUrl: string;
  readonly authUrl: string;
  readonly tokenUrl: string;
  readonly userDataUrl: string;
  readonly scope: readonly string[];
  readonly JWKsUrl: string;
  readonly issuer: string;
  readonly userAttrMapping: Readonly<Record<string, unknown>>;
  readonly manageProviderTokens: boolean;
  readonly callbackDomain: string;
  readonly prompt: readonly string[];
  readonly grantType: string;
  readonly providerID: string;
  readonly scimProviderID: string;
  /** Epoch seconds; 0 for never. */
  readonly lastSuccessTestTime: number;
}

/** Cross-app access: whose tokens the project takes for its users. */
export interface XaaSettings {
  readonly enabled: boolean;
  /** By the URL of the issuer. */
  readonly issuers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly providerID: string;
}

/** One way to sign in to a tenant. Its mappings are shared by SAML, OIDC, SCIM and cross-app access. */
export interface SsoConfiguration {
  readonly tenantId: string;
  readonly ssoId: string;
  /** Written, never shown. */
  readonly displayName: string;
  readonly saml: SamlSettings;
  readonly oidc: OidcSettings;
  readonly xaa: XaaSettings;
  readonly groupMappings: readonly GroupMapping[];
  /** Names of groups, the highest first. */
  readonly groupsPriority: readonly string[];
  /** Names of roles, as they were written: a role that is renamed or goes leaves its name behind. */
  readonly defaultSSORoles: readonly string[];
  /** By the name of a group. */
  readonly fgaMappings: Readonly<Record<string, { readonly relations: readonly FgaRelation[] }>>;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about a configuration; the rest is filled in. A mapping names its role as people call it. */
export interface SsoConfigurationSeed extends Partial<
  Omit<SsoConfiguration, 'tenantId' | 'saml' | 'oidc' | 'xaa' | 'groupMappings'>
> {
  readonly tenantId: string;
  readonly saml?: Partial<SamlSettings>;
  readonly oidc?: Partial<OidcSettings>;
  readonly xaa?: Partial<XaaSettings>;
  /** A name that no role has in the tenant stands for a role that is gone. */
  readonly groupMappings?: readonly { readonly role: string; readonly groups: readonly string[] }[];
}

/** What a change of a configuration states; the rest stays. */
export type SsoChange = Partial<Omit<SsoConfiguration, 'tenantId' | 'ssoId' | 'saml' | 'oidc' | 'xaa'>> & {
  readonly saml?: Partial<SamlSettings>;
  readonly oidc?: Partial<OidcSettings>;
  readonly xaa?: Partial<XaaSettings>;
};

/** Which protocol is set up, as far as a reader can tell: by the address of an identity provider. */
export function kindOf({ saml, oidc }: SsoConfiguration): 'saml' | 'oidc' | 'none' {
  if (saml.idpSSOUrl !== '' || saml.idpMetadataUrl !== '') return 'saml';
  return oidc.issuer !== '' || oidc.authUrl !== '' ? 'oidc' : 'none';
}
