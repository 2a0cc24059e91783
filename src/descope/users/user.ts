import { decodeAnswerPart } from '../answer-shape.ts';
import { flag, identities, identity, integer, type JsonObject, object, text, texts } from '../decode.ts';
import { type Membership, memberships } from '../memberships.ts';
import type { Endpoint, ReadEndpoint } from '../http/endpoint.ts';
import { named } from '../record-names.ts';
import { quoted } from '../../printable.ts';

/** The calls that read users. For those that change users, see user-writes.ts. */
export const userReadEndpoints = {
  searchUsers: { method: 'POST', path: '/v2/mgmt/user/search', effect: 'read', answers: 'list', bucket: 'search' },
  loadUser: { method: 'GET', path: '/v1/mgmt/user', effect: 'read', answers: 'one', bucket: 'user' },
} as const satisfies Record<string, ReadEndpoint>;

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
  readonly userTenants: readonly Membership[];
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
    userTenants: memberships(user, 'userTenants'),
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

/**
 * The name in an error of a user whom we cannot decode: the id and a login, as far as they are there, and nothing else.
 */
export function nameOfRawUser(user: JsonObject): string {
  const logins: readonly unknown[] = Array.isArray(user['loginIds']) ? user['loginIds'] : [];
  const login = logins.find((candidate) => typeof candidate === 'string' && candidate !== '');
  return `${named('user', user['userId'])}${typeof login === 'string' ? ` (login ${quoted(login)})` : ''}`;
}

/** A loaded user: `{user: {...}}`. */
export function decodeLoadedUser(endpoint: Endpoint, json: unknown): User {
  return decodeAnswerPart(endpoint, json, 'user', decodeUser);
}
