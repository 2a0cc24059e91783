import { accessKeyEndpoints } from '../descope/access-key-calls.ts';
import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import { serviceAccountTraits } from '../model/traits.ts';
import { listedKeys, namesOf, partsOfKey } from './listed-keys.ts';
import type { ResourceType } from './resource-type.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';

/** A key as a service account. */
function toAccessKey(key: AccessKey, displayName: string, { beganAtMs, cuts }: SyncSession): ResourceRow {
  const parts = partsOfKey(key, displayName, beganAtMs);
  return resourceRow(toResource('access_key', parts, serviceAccountTraits(parts, 'descope.access_key'), cuts));
}

/**
 * Keys that act for themselves. One that is bound to a user acts as that user, and its own roles are ignored: no
 * principal.
 */
function unbound(keys: readonly AccessKey[]): readonly AccessKey[] {
  return keys.filter(({ boundUserId }) => boundUserId === '');
}

async function rowMaker(session: SyncSession, signal?: AbortSignal): Promise<(key: AccessKey) => ResourceRow> {
  const nameOf = namesOf((await session.catalog(signal)).rows(listedKeys));
  return (key) => toAccessKey(key, nameOf(key), session);
}

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
  reads: [accessKeyList.endpoint, accessKeyEndpoints.loadKey],
  lists: [listedKeys],
  parentTypeIds: [],
  holders: {
    list: listedKeys,
    holderOf: ({ boundUserId, roleNames, keyTenants }: AccessKey) =>
      boundUserId === '' ? { roleNames, userTenants: keyTenants } : { roleNames: [], userTenants: [] },
  },
  entitlements: [],
  list: async (session, { cursor, limit, signal }) => {
    const keys = unbound((await session.beginListing('access_key', signal)).rows(listedKeys));
    return fillPage(rowsAfter(keys, cursor, listedKeys.idOf, await rowMaker(session, signal)), limit);
  },
  get: async (session, id, signal) => {
    const key = (await session.catalog(signal)).row(listedKeys, id);
    return key === undefined || key.boundUserId !== '' ? undefined : (await rowMaker(session, signal))(key);
  },
};
