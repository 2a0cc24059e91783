import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import { scimKeysCall } from '../descope/scim-keys.ts';
import type { ResourceRef } from '../model/ids.ts';
import { secretRow } from '../model/key-row.ts';
import type { ResourceRow } from '../model/row.ts';
import { noCuts } from '../model/text.ts';
import { keyPage } from './key-listing.ts';
import { expireTimeOf, listedKeys, namesOf, partsOfKey } from './listed-keys.ts';
import type { ResourceType } from './resource-type.ts';
import { scimKeys, type ScimOf, scimOf } from './sync/scim-reads.ts';
import type { SyncSession } from './sync/sync-session.ts';

/**
 * A key as what somebody signs in with: the user it is bound to, or itself as a service account. A user who is gone is
 * named in the profile only: nothing may point at what the sync does not list.
 */
function toSecret(
  key: AccessKey,
  displayName: string,
  { isUser, scim }: { readonly isUser: (id: string) => boolean; readonly scim: ScimOf },
  { beganAtMs, cuts }: Pick<SyncSession, 'beganAtMs' | 'cuts'>,
): ResourceRow {
  const { id, boundUserId, createdBy } = key;
  const userRef = (userId: string): ResourceRef | undefined =>
    userId !== '' && isUser(userId) ? { typeId: 'user', id: userId } : undefined;
  const parts = {
    ...partsOfKey(key, displayName, beganAtMs, scim),
    detail: 'descope.access_key',
    expireTime: expireTimeOf(key),
    creator: userRef(createdBy),
    identity: boundUserId === '' ? { typeId: 'access_key', id } : userRef(boundUserId),
  };
  return secretRow('access_key_secret', parts, cuts);
}

/** The secret of a key that was just issued to a user: as a sync lists it, but for what a sync looks up besides. */
export function issuedSecret(key: AccessKey, nowMs: number): ResourceRow {
  const isUser = (id: string): boolean => id === key.boundUserId;
  return toSecret(key, namesOf([key])(key), { isUser, scim: [] }, { beganAtMs: nowMs, cuts: noCuts });
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
  reads: [accessKeyList.endpoint, scimKeysCall.endpoint],
  lists: [listedKeys],
  tenantFamilies: [scimKeys],
  actsAs: { list: listedKeys, userIdOf: ({ boundUserId }: AccessKey) => boundUserId },
  parentTypeIds: [],
  entitlements: [],
  list: async (session, request) => {
    const catalog = await session.beginListing('access_key_secret', request.signal);
    const keys = catalog.rows(listedKeys);
    const nameOf = namesOf(keys);
    const { users } = await session.complete(request.signal);
    const isUser = (id: string): boolean => users.has(id);
    return await keyPage(session, catalog, keys, request, (key, scim) =>
      toSecret(key, nameOf(key), { isUser, scim }, session),
    );
  },
  get: async (session, id, signal) => {
    const catalog = await session.catalog(signal);
    const key = catalog.row(listedKeys, id);
    if (key === undefined) {
      return undefined;
    }
    const named = [key.boundUserId, key.createdBy].filter((userId) => userId !== '');
    const [scim, ...found] = await Promise.all([
      scimOf(session, catalog, key, signal),
      ...named.map((userId) => session.project.loadUser(userId, session.call(signal))),
    ]);
    const users = new Set(found.map((user) => user?.userId));
    const isUser = (userId: string): boolean => users.has(userId);
    return toSecret(key, namesOf(catalog.rows(listedKeys))(key), { isUser, scim }, session);
  },
};
