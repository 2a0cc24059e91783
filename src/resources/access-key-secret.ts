import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import type { ResourceRef } from '../model/ids.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import { secretTrait } from '../model/traits.ts';
import { expireTimeOf, listedKeys, namesOf, partsOfKey } from './listed-keys.ts';
import type { ResourceType } from './resource-type.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';

/**
 * A key as what somebody signs in with: the user it is bound to, or itself as a service account. A user who is gone is
 * named in the profile only: nothing may point at what the sync does not list.
 */
function toSecret(
  key: AccessKey,
  displayName: string,
  isUser: (id: string) => boolean,
  { beganAtMs, cuts }: SyncSession,
): ResourceRow {
  const { id, boundUserId, createdBy } = key;
  const userRef = (userId: string): ResourceRef | undefined =>
    userId !== '' && isUser(userId) ? { typeId: 'user', id: userId } : undefined;
  const parts = {
    ...partsOfKey(key, displayName, beganAtMs),
    detail: 'descope.access_key',
    expireTime: expireTimeOf(key),
    creator: userRef(createdBy),
    identity: boundUserId === '' ? { typeId: 'access_key', id } : userRef(boundUserId),
  };
  return resourceRow(toResource('access_key_secret', parts, [secretTrait(parts)], cuts));
}

export const accessKeySecretType: ResourceType = {
  words: {
    id: 'access_key_secret',
    displayName: 'Access key secret',
    plural: 'Access key secrets',
    description: 'The secret of an access key: as whom it signs in, and until when.',
    traits: ['secret'],
    skips: 'entitlements and grants',
  },
  isOptIn: true,
  includedWith: 'access_key',
  reads: [accessKeyList.endpoint],
  lists: [listedKeys],
  parentTypeIds: [],
  entitlements: [],
  list: async (session, { cursor, limit, signal }) => {
    const keys = (await session.beginListing('access_key_secret', signal)).rows(listedKeys);
    const nameOf = namesOf(keys);
    const { users } = await session.complete(signal);
    const toRow = (key: AccessKey): ResourceRow => toSecret(key, nameOf(key), (id) => users.has(id), session);
    return fillPage(rowsAfter(keys, cursor, listedKeys.idOf, toRow), limit);
  },
  get: async (session, id, signal) => {
    const catalog = await session.catalog(signal);
    const key = catalog.row(listedKeys, id);
    if (key === undefined) {
      return undefined;
    }
    const named = [key.boundUserId, key.createdBy].filter((userId) => userId !== '');
    const found = await Promise.all(named.map((userId) => session.project.loadUser(userId, session.call(signal))));
    const users = new Set(found.map((user) => user?.userId));
    return toSecret(key, namesOf(catalog.rows(listedKeys))(key), (userId) => users.has(userId), session);
  },
};
