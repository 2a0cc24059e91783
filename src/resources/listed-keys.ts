import type { CatalogList } from '../access/catalog-list.ts';
import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import type { ResourceParts, ResourceStatus } from '../model/resource-message.ts';
import { isValidTimestamp, rfc3339OfMsAt } from '../model/time.ts';

export const listedKeys: CatalogList<AccessKey> = {
  typeId: 'access_key',
  whole: accessKeyList,
  idOf: ({ id }) => id,
  bytesOf: ({ roleNames, keyTenants }) => 900 + (roleNames.length + keyTenants.length) * 120,
};

type NamedKey = Pick<AccessKey, 'id' | 'name'>;

/** Names that several keys of a list share: looked for once, since each page of a long list asks. */
const sharedNames = new WeakMap<readonly NamedKey[], ReadonlySet<string>>();

/** What a key is called. Names are not unique: where several keys share one, the end of the id tells them apart. */
export function namesOf(keys: readonly NamedKey[]): (key: NamedKey) => string {
  const shared = sharedNames.get(keys) ?? sharedAmong(keys);
  sharedNames.set(keys, shared);
  return ({ id, name }) => {
    if (name.trim() === '') {
      return id;
    }
    return shared.has(name) ? `${name} (${id.slice(-6)})` : name;
  };
}

function sharedAmong(keys: readonly NamedKey[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { name } of keys) {
    (seen.has(name) ? shared : seen).add(name);
  }
  return shared;
}

/** When a key expires, in epoch seconds. A time that is no date, such as -1 or the year 9999, means never. */
export function expireTimeOf({ expireTime }: Pick<AccessKey, 'expireTime'>): number | undefined {
  return expireTime !== undefined && isValidTimestamp(expireTime) ? expireTime : undefined;
}

/** Whether a key may be used, and the word for it: `expired` as soon as its time is over, which Descope need not say. */
export function stateOfKey(
  key: Pick<AccessKey, 'status' | 'expireTime'>,
  nowMs: number,
): { readonly word: string; readonly status: ResourceStatus; readonly statusDetail: string } {
  const expireTime = expireTimeOf(key);
  const isExpired = expireTime !== undefined && expireTime * 1000 <= nowMs;
  const word = isExpired ? 'expired' : key.status.toWellFormed();
  return {
    word,
    status: word === 'active' ? 'enabled' : ['inactive', 'expired'].includes(word) ? 'disabled' : 'unspecified',
    statusDetail: word === 'active' ? '' : word,
  };
}

/**
 * What the two resources of a key have in common. `nowMs` decides whether it has expired; `scim` are the SSO
 * configurations for which it was made.
 */
export function partsOfKey(
  key: AccessKey,
  displayName: string,
  nowMs: number,
  scim: readonly string[] | 'unknown',
): ResourceParts {
  const { id, description, createdTime, boundUserId } = key;
  const expireTime = expireTimeOf(key);
  const { word, ...state } = stateOfKey(key, nowMs);
  return {
    id,
    displayName,
    description,
    createdTime,
    ...state,
    profile: {
      key_id: id,
      name: key.name.toWellFormed(),
      description: description.toWellFormed(),
      status: word,
      expires_at: expireTime === undefined ? '' : rfc3339OfMsAt(expireTime),
      created_by: key.createdBy.toWellFormed(),
      permitted_ips: key.permittedIps.map((address) => address.toWellFormed()),
      bound_user_id: boundUserId.toWellFormed(),
      custom_claims_present: key.hasCustomClaims,
      ignored_roles: ignoredRolesOf(key),
      editable: key.isEditable ?? null,
      scim: scim === 'unknown' ? null : scim.length > 0,
      scim_configurations: scim === 'unknown' ? [] : [...scim],
    },
  };
}

/** Roles that a bound key holds itself, and that Descope ignores: "Editor", "acme: Editor". */
function ignoredRolesOf({ boundUserId, roleNames, keyTenants }: AccessKey): string[] {
  return boundUserId === ''
    ? []
    : [
        ...roleNames,
        ...keyTenants.flatMap((entry) => entry.roleNames.map((roleName) => `${entry.tenantId}: ${roleName}`)),
      ].map((text) => text.toWellFormed());
}
