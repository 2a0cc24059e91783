import { answerObject, decodeAnswer, listIn, rowDecoder } from './answer-shape.ts';
import { type Certificate, certificatesIn } from './certificates.ts';
import {
  DecodeError,
  integer,
  type JsonObject,
  names,
  object,
  objects,
  optionalIdentity,
  text,
  texts,
} from './decode.ts';
import type { ReadEndpoint } from './http/endpoint.ts';
import { shapeError } from './http/errors.ts';
import { named } from './record-names.ts';
import { parsingJson, type TenantCall } from './tenant-call.ts';

/** What Descope calls the configuration of a tenant that has one only. */
export const defaultSsoId = 'default_ssoid';

/** Whoever is in one of the groups has the role, inside the tenant, from the next login on. */
export interface GroupMapping {
  /** Names of groups as the identity provider sends them. */
  readonly groups: readonly string[];
  /** '' where the answer names the role only. */
  readonly roleId: string;
  /** '' where the answer has an id only: the role may be gone. */
  readonly roleName: string;
}

/** Who gets what by signing in: SAML, OIDC, SCIM and XAA of one configuration share it. */
export interface SsoMappings {
  readonly groupMappings: readonly GroupMapping[];
  /** Names of groups, the one that counts most first; it decides only where the project has switched that on. */
  readonly groupsPriority: readonly string[];
  /** Names of the roles that everybody gets who signs in. */
  readonly defaultRoles: readonly string[];
  /** How many groups are given relations. */
  readonly fgaMappings: number;
}

/** One of the two blocks of a configuration, which are there whether or not they are in use. */
export interface SsoProtocol extends SsoMappings {
  /** Whether it names an identity provider at all. */
  readonly isSet: boolean;
  /** Epoch seconds of the last test that succeeded, not of a login. */
  readonly lastSuccessTestTime: number | undefined;
}

export interface SamlSettings extends SsoProtocol {
  readonly idpEntityId: string;
  readonly metadataUrl: string;
  readonly certificates: readonly Certificate[];
}

export interface OidcSettings extends SsoProtocol {
  readonly issuer: string;
}

/**
 * A configuration of a tenant, in Descope's words, with only the fields we use: never the client's secret or a key,
 * whatever an answer holds.
 */
export interface SsoConfiguration {
  readonly ssoId: string;
  readonly saml: SamlSettings;
  readonly oidc: OidcSettings;
}

function decodeConfiguration(configuration: JsonObject): SsoConfiguration {
  const ssoId = optionalIdentity(configuration, 'ssoId');
  return {
    ssoId: ssoId === '' ? defaultSsoId : ssoId,
    saml: decodeBlock(configuration, 'saml', decodeSaml),
    oidc: decodeBlock(configuration, 'oidc', decodeOidc),
  };
}

function decodeBlock<T>(configuration: JsonObject, key: string, decode: (block: JsonObject) => T): T {
  try {
    return decode(object(configuration, key));
  } catch (thrown) {
    throw thrown instanceof DecodeError ? new DecodeError(`${key}: ${thrown.message}`) : thrown;
  }
}

function decodeSaml(saml: JsonObject): SamlSettings {
  const idpEntityId = text(saml, 'idpEntityId');
  const metadataUrl = withoutCredentials(text(saml, 'idpMetadataUrl'));
  return {
    ...decodeMappings(saml),
    isSet: [idpEntityId, metadataUrl, text(saml, 'idpSSOUrl')].some((address) => address !== ''),
    lastSuccessTestTime: integer(saml, 'lastSuccessTestTime'),
    idpEntityId,
    metadataUrl,
    certificates: [text(saml, 'idpCertificate'), ...texts(saml, 'idpAdditionalCertificates')].flatMap(certificatesIn),
  };
}

function decodeOidc(oidc: JsonObject): OidcSettings {
  const issuer = withoutCredentials(text(oidc, 'issuer'));
  return {
    ...decodeMappings(oidc),
    isSet: [issuer, text(oidc, 'authUrl'), text(oidc, 'tokenUrl')].some((address) => address !== ''),
    lastSuccessTestTime: integer(oidc, 'lastSuccessTestTime'),
    issuer,
  };
}

/** An address as it is, but for a user and a password in it. */
function withoutCredentials(address: string): string {
  const url = URL.parse(address);
  if (url === null || (url.username === '' && url.password === '')) {
    return address;
  }
  url.username = '';
  url.password = '';
  return url.href;
}

/** The part of a block, or of a configuration of XAA, that hands out access. */
export function decodeMappings(block: JsonObject): SsoMappings {
  return {
    groupMappings: [
      ...objects(block, 'groupsMapping', decodeMapping),
      ...objects(block, 'roleMappings', decodeNamed).filter(({ roleName }) => roleName !== ''),
    ],
    groupsPriority: names(block, 'groupsPriority'),
    defaultRoles: names(block, 'defaultSSORoles'),
    fgaMappings: Object.keys(object(block, 'fgaMappings')).length,
  };
}

function decodeMapping(mapping: JsonObject): GroupMapping {
  const role = object(mapping, 'role');
  return {
    groups: names(mapping, 'groups'),
    roleId: optionalIdentity(role, 'id'),
    roleName: optionalIdentity(role, 'name'),
  };
}

/** The shape of writes, which an answer may have, too; there a role that is gone has nothing left. */
function decodeNamed(mapping: JsonObject): GroupMapping {
  return { groups: names(mapping, 'groups'), roleId: '', roleName: optionalIdentity(mapping, 'roleName') };
}

const read = { method: 'GET', effect: 'read', isWhole: true, bucket: 'general' } as const;

const allEndpoint: ReadEndpoint = { ...read, path: '/v2/mgmt/sso/settings/all', answers: 'list' };

/** Every configuration of a tenant. Older deployments lack this call. */
export const ssoSettingsCall: TenantCall<readonly SsoConfiguration[]> = {
  endpoint: allEndpoint,
  requestOf: (tenantId) => ({ query: { tenantId } }),
  parse: parsingJson((json) => {
    const decode = rowDecoder(allEndpoint, 'SSOSettings', decodeConfiguration, (row) =>
      named('SSO configuration', row['ssoId']),
    );
    const configurations = listIn(allEndpoint, answerObject(allEndpoint, json), 'SSOSettings').map(decode);
    const ids = configurations.map(({ ssoId }) => ssoId);
    const twice = ids.find((ssoId, place) => ids.indexOf(ssoId) !== place);
    if (twice !== undefined) {
      throw shapeError(allEndpoint, `${named('SSO configuration', twice)} is listed twice`);
    }
    return configurations;
  }),
};

const oneEndpoint: ReadEndpoint = { ...read, path: '/v2/mgmt/sso/settings', answers: 'one' };

/** The default configuration of a tenant alone: what there is where a deployment cannot list all of them. */
export const defaultSsoSettingsCall: TenantCall<readonly SsoConfiguration[]> = {
  endpoint: oneEndpoint,
  requestOf: (tenantId) => ({ query: { tenantId } }),
  parse: parsingJson((json) => [
    decodeAnswer(oneEndpoint, json, ['saml', 'oidc', 'tenant', 'ssoId'], decodeConfiguration),
  ]),
};
