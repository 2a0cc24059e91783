import { flag, identities, identity, integer, type JsonObject, object, text, texts } from './decode.ts';
import { type Membership, memberships } from './memberships.ts';
import { named } from './record-names.ts';
import { sharedText, sharedTexts } from './shared-texts.ts';
import type { ListInOne } from './whole-list.ts';

/**
 * An access key, in Descope's words, with only the fields we use: never its secret, which no answer of this call holds.
 */
export interface AccessKey {
  readonly id: string;
  /** Not unique. */
  readonly name: string;
  readonly description: string;
  /** `active` or `inactive`; an expired key may keep its word. */
  readonly status: string;
  /** Epoch seconds. */
  readonly createdTime: number | undefined;
  /** Epoch seconds; undefined for a key that never expires. */
  readonly expireTime: number | undefined;
  /** The id of a user or of a management key. */
  readonly createdBy: string;
  /** The user with whose roles it acts, its own being ignored; '' for none. */
  readonly boundUserId: string;
  readonly roleNames: readonly string[];
  readonly keyTenants: readonly Membership[];
  readonly permittedIps: readonly string[];
  readonly hasCustomClaims: boolean;
  /** Undefined where Descope does not say so. */
  readonly isEditable: boolean | undefined;
}

export function decodeAccessKey(key: JsonObject): AccessKey {
  const expireTime = integer(key, 'expireTime') ?? 0;
  return {
    id: identity(key, 'id'),
    name: text(key, 'name'),
    description: text(key, 'description'),
    status: sharedText(text(key, 'status')),
    createdTime: integer(key, 'createdTime'),
    expireTime: expireTime === 0 ? undefined : expireTime,
    createdBy: sharedText(text(key, 'createdBy')),
    boundUserId: text(key, 'boundUserId'),
    roleNames: sharedTexts(identities(key, 'roleNames')),
    keyTenants: memberships(key, 'keyTenants').map(kept),
    permittedIps: sharedTexts(texts(key, 'permittedIps')),
    hasCustomClaims: Object.keys(object(key, 'customClaims')).length > 0,
    isEditable: key['editable'] === undefined || key['editable'] === null ? undefined : flag(key, 'editable'),
  };
}

/** All keys are kept for as long as a sync lasts, and many name the same tenants and roles. */
function kept({ tenantId, roleNames }: Membership): Membership {
  return { tenantId: sharedText(tenantId), roleNames: sharedTexts(roleNames) };
}

/** Every key of the project: a search without a filter, which has no pages and tells no total. */
export const accessKeyList: ListInOne<AccessKey> = {
  what: 'access keys',
  endpoint: {
    method: 'POST',
    path: '/v1/mgmt/accesskey/search',
    includedBy: 'access_key',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },
  body: {},
  key: 'keys',
  decode: decodeAccessKey,
  nameOf: (row) => named('access key', row['id']),
  identityOf: ({ id }) => id,
};
