import type { Catalog } from '../access/catalog.ts';
import type { ManagementKey } from '../descope/management-keys.ts';
import { secretRow, serviceAccountRow } from '../model/key-row.ts';
import type { ResourceParts } from '../model/resource-message.ts';
import type { ResourceRow } from '../model/row.ts';
import { rfc3339OfMsAt } from '../model/time.ts';
import { consoleCatalog, listedManagementKeys, listedProjects, unlistedIn } from './console.ts';
import { expireTimeOf, namesOf, stateOfKey } from './listed-keys.ts';
import type { ResourceType } from './resource-type.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';

const detail = 'descope.management_key';

type ToRow = (key: ManagementKey, parts: ResourceParts, session: SyncSession) => ResourceRow;

function toKey(_key: ManagementKey, parts: ResourceParts, { cuts }: SyncSession): ResourceRow {
  return serviceAccountRow('management_key', { ...parts, detail }, cuts);
}

/** Who made a key is not told, nor when it was last used. */
function toSecret(key: ManagementKey, parts: ResourceParts, { cuts }: SyncSession): ResourceRow {
  const identity = { typeId: 'management_key', id: key.id };
  const secret = { ...parts, detail, expireTime: expireTimeOf(key), creator: undefined, identity };
  return secretRow('management_key_secret', secret, cuts);
}

/** Makes what the two resources of a key have in common. */
function partsMaker(catalog: Catalog, nowMs: number): (key: ManagementKey) => ResourceParts {
  const nameOf = namesOf(catalog.rows(listedManagementKeys));
  const projects = catalog.rows(listedProjects);
  return (key) => {
    const { id, description, createdTime } = key;
    const expireTime = expireTimeOf(key);
    const { word, ...state } = stateOfKey(key, nowMs);
    return {
      id,
      displayName: nameOf(key),
      description,
      createdTime,
      ...state,
      profile: {
        key_id: id,
        name: key.name.toWellFormed(),
        description: description.toWellFormed(),
        status: word,
        expires_at: expireTime === undefined ? '' : rfc3339OfMsAt(expireTime),
        permitted_ips: key.permittedIps.map((address) => address.toWellFormed()),
        company_roles: [...key.companyRoles],
        ...unlistedIn(key.roles, projects),
      },
    };
  };
}

/** How either type is listed. */
function listing(typeId: string, toRow: ToRow): Pick<ResourceType, 'list' | 'get'> {
  return {
    list: async (session, { cursor, limit, signal }) => {
      const catalog = await consoleCatalog(session, typeId, signal);
      const partsOf = partsMaker(catalog, session.beganAtMs);
      const keys = catalog.rows(listedManagementKeys);
      return fillPage(
        rowsAfter(keys, cursor, listedManagementKeys.idOf, (key) => toRow(key, partsOf(key), session)),
        limit,
      );
    },
    get: async (session, id, signal) => {
      const catalog = await consoleCatalog(session, undefined, signal);
      const key = catalog.row(listedManagementKeys, id);
      return key && toRow(key, partsMaker(catalog, session.beganAtMs)(key), session);
    },
  };
}

const shared = {
  isOptIn: true,
  includedWith: 'console',
  reads: [listedManagementKeys, listedProjects].map(({ whole }) => whole.endpoint),
  lists: [listedManagementKeys, listedProjects],
  parentTypeIds: [],
  entitlements: [],
} as const satisfies Partial<ResourceType>;

export const managementKeyType: ResourceType = {
  words: {
    id: 'management_key',
    displayName: 'Management key',
    plural: 'Management keys',
    description: 'A program that may call the Management API of projects by a key of the company.',
    traits: ['user'],
    skips: 'entitlements and grants',
  },
  ...shared,
  ...listing('management_key', toKey),
};

export const managementKeySecretType: ResourceType = {
  words: {
    id: 'management_key_secret',
    displayName: 'Management key secret',
    plural: 'Management key secrets',
    description: 'The secret of a management key: which key it opens, and until when.',
    traits: ['secret'],
    skips: 'entitlements and grants',
  },
  ...shared,
  ...listing('management_key_secret', toSecret),
};
