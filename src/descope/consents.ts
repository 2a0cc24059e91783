import { identity, integer, type JsonObject, optionalIdentity, text, texts } from './decode.ts';
import { named } from './record-names.ts';
import type { ListInPages } from './whole-list.ts';

/** What a user, or a tenant for its users, allowed a third-party app to do. */
export interface Consent {
  readonly id: string;
  readonly appId: string;
  /** '' for the consent of a tenant. */
  readonly userId: string;
  /** The tenant that consented, or in which the user did; may be ''. */
  readonly tenantId: string;
  /** Names of scopes of the app. */
  readonly scopes: readonly string[];
  /** Id of the user or administrator who said yes. */
  readonly grantedBy: string;
  /** Epoch seconds. */
  readonly createdTime: number | undefined;
  /** Epoch seconds; 0 for never. */
  readonly expireTime: number;
}

function decodeConsent(consent: JsonObject): Consent {
  return {
    id: identity(consent, 'id'),
    appId: identity(consent, 'appId'),
    userId: optionalIdentity(consent, 'userId'),
    tenantId: optionalIdentity(consent, 'tenantId'),
    scopes: texts(consent, 'scopes'),
    grantedBy: text(consent, 'grantedBy'),
    createdTime: integer(consent, 'createdTime'),
    expireTime: integer(consent, 'ExpireTime') ?? integer(consent, 'expireTime') ?? 0, // as Descope spells it, and as it may
  };
}

/** Every consent of the project. */
export const consentList: ListInPages<Consent> = {
  what: 'consents',
  endpoint: {
    method: 'POST',
    path: '/v1/mgmt/thirdparty/consents/search',
    includedBy: 'third_party_app',
    effect: 'read',
    answers: 'list',
    bucket: 'general',
  },
  pages: { limit: 1_000, otherwise: [] },
  key: 'consents',
  decode: decodeConsent,
  nameOf: (row) => named('consent', row['id']),
  identityOf: ({ id }) => id,
  createdTimeOf: ({ createdTime }) => createdTime,
};
