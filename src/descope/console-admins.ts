import { type ConsoleRoles, consoleRoles } from './console-roles.ts';
import { flag, identity, type JsonObject, object, optionalIdentity, text, texts } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

/** An administrator of the console, whom Descope calls a descoper, with only the fields we use. */
export interface ConsoleAdmin {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly loginIds: readonly string[];
  /** `enabled`, `invited` or `disabled`. */
  readonly status: string;
  /** May do everything in every project. */
  readonly isCompanyAdmin: boolean;
  readonly roles: ConsoleRoles;
}

function decodeConsoleAdmin(admin: JsonObject): ConsoleAdmin {
  const attributes = object(admin, 'attributes');
  const rights = object(admin, 'rbac');
  return {
    id: identity(admin, 'id'),
    name: text(attributes, 'displayName'),
    email: text(attributes, 'email'),
    // The reference writes it in one way, one of Descope's SDKs in the other.
    loginIds: [...new Set([...texts(admin, 'loginIDs'), ...texts(admin, 'loginIds')])],
    status: text(admin, 'status'),
    isCompanyAdmin: flag(rights, 'isCompanyAdmin'),
    roles: consoleRoles(rights, { projects: 'projects', tags: 'tags' }, roleOf),
  };
}

function roleOf(entry: JsonObject): readonly string[] {
  const role = optionalIdentity(entry, 'role');
  return role === '' ? [] : [role];
}

/** Every administrator of the company; only a key of the company may ask. */
export const consoleAdminList: WholeList<ConsoleAdmin> = {
  what: 'console administrators',
  endpoint: {
    method: 'POST',
    path: '/v1/mgmt/descoper/list',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
    isOfCompany: true,
    includedBy: 'console',
  },
  body: {},
  key: 'descopers',
  decode: decodeConsoleAdmin,
  nameOf: (row) => named('console administrator', row['id']),
  identityOf: ({ id }) => id,
};
