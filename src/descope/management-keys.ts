import { type ConsoleRoles, consoleRoles } from './console-roles.ts';
import { identities, identity, integer, type JsonObject, object, text, texts } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

/** A management key, with only the fields we use: never its secret, which is shown once when it is made. */
export interface ManagementKey {
  readonly id: string;
  /** Not unique. */
  readonly name: string;
  readonly description: string;
  /** `active` or `inactive`. */
  readonly status: string;
  /** Epoch seconds. */
  readonly createdTime: number | undefined;
  /** Epoch seconds; undefined for a key that never expires. */
  readonly expireTime: number | undefined;
  readonly permittedIps: readonly string[];
  /** Roles that count in every project of the company. */
  readonly companyRoles: readonly string[];
  readonly roles: ConsoleRoles;
}

function decodeManagementKey(key: JsonObject): ManagementKey {
  const expireTime = integer(key, 'expireTime') ?? 0;
  const rights = object(key, 'reBac');
  return {
    id: identity(key, 'id'),
    name: text(key, 'name'),
    description: text(key, 'description'),
    status: text(key, 'status'),
    createdTime: integer(key, 'createdTime'),
    expireTime: expireTime === 0 ? undefined : expireTime,
    permittedIps: texts(key, 'permittedIps'),
    companyRoles: identities(rights, 'companyRoles'),
    roles: consoleRoles(rights, { projects: 'projectRoles', tags: 'tagRoles' }, (entry) => identities(entry, 'roles')),
  };
}

/** Every management key of the company; only a key of the company may ask. */
export const managementKeyList: WholeList<ManagementKey> = {
  what: 'management keys',
  endpoint: {
    method: 'GET',
    path: '/v1/mgmt/managementkey/search',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
    isOfCompany: true,
    includedBy: 'console',
  },
  key: 'keys',
  decode: decodeManagementKey,
  nameOf: (row) => named('management key', row['id']),
  identityOf: ({ id }) => id,
};
