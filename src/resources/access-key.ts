import type { CatalogList } from '../access/catalog-list.ts';
import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import { isValidTimestamp, rfc3339OfMs } from '../model/time.ts';
import { serviceAccountTraits } from '../model/traits.ts';
import type { ResourceType } from './resource-type.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';

const listedKeys: CatalogList<AccessKey> = {
  typeId: 'access_key',
  whole: accessKeyList,
  idOf: ({ id }) => id,
  bytesOf: ({ roleNames, keyTenants }) => 900 + (roleNames.length + keyTenants.length) * 120,
};

/** What a key is called. Names are not unique: where several keys share one, the end of the id tells them apart. */
function namesOf(keys: readonly AccessKey[]): (key: AccessKey) => string {
  const counts = Map.groupBy(keys, ({ name }) => name);
  return ({ id, name }) => {
    if (name.trim() === '') {
      return id;
    }
    return (counts.get(name)?.length ?? 0) > 1 ? `${name} (${id.slice(-6)})` : name;
  };
}

/**
 * A key as a service account. `nowMs` decides whether it has expired, which Descope's own word need not say. A time of
 * expiry that is no date, such as -1 or the year 9999, means never.
 */
function toAccessKey(key: AccessKey, displayName: string, nowMs: number, cuts: CutCounter): ResourceRow {
  const { id, description, createdTime } = key;
  const expireTime = key.expireTime !== undefined && isValidTimestamp(key.expireTime) ? key.expireTime : undefined;
  const isExpired = expireTime !== undefined && expireTime * 1000 <= nowMs;
  const status = isExpired ? 'expired' : key.status.toWellFormed();
  const parts = {
    id,
    displayName,
    description,
    createdTime,
    status: status === 'active' ? 'enabled' : ['inactive', 'expired'].includes(status) ? 'disabled' : 'unspecified',
    statusDetail: status === 'active' ? '' : status,
    profile: {
      key_id: id,
      name: key.name.toWellFormed(),
      status,
      expires_at: expireTime === undefined ? '' : rfc3339OfMs(expireTime * 1000),
      created_by: key.createdBy.toWellFormed(),
      permitted_ips: key.permittedIps.map((address) => address.toWellFormed()),
      custom_claims_present: key.hasCustomClaims,
      editable: key.isEditable,
    },
  } as const;
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
  return (key) => toAccessKey(key, nameOf(key), session.beganAtMs, session.cuts);
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
  reads: [accessKeyList.endpoint],
  lists: [listedKeys],
  parentTypeIds: [],
  holders: {
    list: listedKeys,
    isReadOnly: true,
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
