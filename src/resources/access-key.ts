import { accessKeyEndpoints } from '../descope/access-key-calls.ts';
import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import { scimKeysCall } from '../descope/scim-keys.ts';
import { serviceAccountRow } from '../model/key-row.ts';
import type { ResourceRow } from '../model/row.ts';
import { keyPage } from './key-listing.ts';
import { listedKeys, namesOf, partsOfKey } from './listed-keys.ts';
import type { ResourceType } from './resource-type.ts';
import { scimKeys, type ScimOf, scimOf } from './sync/scim-reads.ts';
import type { SyncSession } from './sync/sync-session.ts';

/** A key as a service account. */
function toAccessKey(key: AccessKey, displayName: string, scim: ScimOf, { beganAtMs, cuts }: SyncSession): ResourceRow {
  const parts = { ...partsOfKey(key, displayName, beganAtMs, scim), detail: 'descope.access_key' };
  return serviceAccountRow('access_key', parts, cuts);
}

/**
 * Keys that act for themselves. One that is bound to a user acts as that user, and its own roles are ignored: no
 * principal.
 */
function unbound(keys: readonly AccessKey[]): readonly AccessKey[] {
  const known = unboundKeys.get(keys) ?? keys.filter(({ boundUserId }) => boundUserId === '');
  unboundKeys.set(keys, known);
  return known;
}

/** Looked for once in a list, since each page of a long one asks. */
const unboundKeys = new WeakMap<readonly AccessKey[], readonly AccessKey[]>();

export const accessKeyType: ResourceType = {
  words: {
    id: 'access_key',
    displayName: 'Access key',
    plural: 'Access keys',
    description: 'A program that holds roles and tenants by a key of its own.',
    traits: ['user'],
    skips: 'entitlements and grants',
  },
  isOptIn: true,
  reads: [accessKeyList.endpoint, accessKeyEndpoints.loadKey, scimKeysCall.endpoint],
  lists: [listedKeys],
  tenantFamilies: [scimKeys],
  parentTypeIds: [],
  holders: {
    list: listedKeys,
    holderOf: ({ boundUserId, roleNames, keyTenants }: AccessKey) =>
      boundUserId === '' ? { roleNames, userTenants: keyTenants } : { roleNames: [], userTenants: [] },
  },
  entitlements: [],
  list: async (session, request) => {
    const catalog = await session.beginListing('access_key', request.signal);
    const keys = unbound(catalog.rows(listedKeys));
    const nameOf = namesOf(catalog.rows(listedKeys));
    return await keyPage(session, catalog, keys, request, (key, scim) => toAccessKey(key, nameOf(key), scim, session));
  },
  get: async (session, id, signal) => {
    const catalog = await session.catalog(signal);
    const key = catalog.row(listedKeys, id);
    if (key === undefined || key.boundUserId !== '') {
      return undefined;
    }
    const displayName = namesOf(catalog.rows(listedKeys))(key);
    return toAccessKey(key, displayName, await scimOf(session, catalog, key, signal), session);
  },
};
