import { DecodeError, decodeItem, isJsonObject, type JsonObject } from './decode.ts';
import type { EndpointName } from './endpoints.ts';
import { shapeError } from './errors.ts';
import { parseLargeList, parseWhole } from './large-list.ts';
import { named, nameOfRawUser } from './record-names.ts';
import {
  decodePermission,
  decodeRole,
  decodeTenant,
  decodeUser,
  type Permission,
  type Role,
  type Tenant,
  type User,
} from './rows.ts';

/** One page of a user search. `total` is the number of users that match, whatever the page. */
export interface UserPage {
  readonly users: readonly User[];
  readonly total: number;
}

/** `asked`: what the page was asked for with, so that a fault in it can be told with its place. */
export function parseUserPage(json: unknown, asked?: PagePlace): UserPage {
  const endpoint = 'searchUsers';
  const answer = parseAnswer(endpoint, json);
  const { total } = answer;
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0 || total > 2 ** 31 - 1) {
    throw shapeError(endpoint, '"total" is missing or not a whole number');
  }
  const decode = rowDecoder(
    endpoint,
    'users',
    decodeUser,
    nameOfRawUser,
    asked === undefined ? '' : ` (${placeOfPage(asked)})`,
  );
  return { users: listIn(endpoint, answer, 'users').map(decode), total };
}

/** What is asked for with a page, as far as it says where the page lies. */
export interface PagePlace {
  readonly limit: number;
  readonly offset: number;
  readonly fromCreatedTimeMs?: number;
}

function placeOfPage({ limit, offset, fromCreatedTimeMs }: PagePlace): string {
  const from =
    fromCreatedTimeMs === undefined ? '' : ` of the users created from ${new Date(fromCreatedTimeMs).toISOString()} on`;
  return `page ${Math.floor(offset / limit) + 1}, which begins at row ${offset + 1}${from}`;
}

/** A list that comes in one answer, and what its rows are called when something is wrong with one. */
interface ListKind<T> {
  readonly endpoint: EndpointName;
  readonly key: string;
  readonly decode: (row: JsonObject) => T;
  /** From a row that may be broken. */
  readonly nameOf: (row: JsonObject) => string;
  /** Of a row that is whole: what makes it itself. */
  readonly identityOf: (row: T) => string;
}

const tenantList: ListKind<Tenant> = {
  endpoint: 'allTenants',
  key: 'tenants',
  decode: decodeTenant,
  nameOf: (row) => named('tenant', row['id']),
  identityOf: ({ id }) => id,
};
const roleList: ListKind<Role> = {
  endpoint: 'allRoles',
  key: 'roles',
  decode: decodeRole,
  nameOf: (row) =>
    `${named('role', row['name'])}${typeof row['tenantId'] === 'string' && row['tenantId'] !== '' ? ` of ${named('tenant', row['tenantId'])}` : ''}`,
  identityOf: ({ tenantId, name }) => JSON.stringify([tenantId, name]),
};
const permissionList: ListKind<Permission> = {
  endpoint: 'allPermissions',
  key: 'permissions',
  decode: decodePermission,
  nameOf: (row) => named('permission', row['name']),
  identityOf: ({ name }) => name,
};

export const parseTenants = (json: unknown): readonly Tenant[] => parseList(tenantList, json);
export const parseRoles = (json: unknown): readonly Role[] => parseList(roleList, json);
export const parsePermissions = (json: unknown): readonly Permission[] => parseList(permissionList, json);

/** The same from the body of an answer. Throws what JSON.parse throws where it is not whole JSON. */
export const openTenants = (body: Uint8Array): readonly Tenant[] => openList(tenantList, body);
export const openRoles = (body: Uint8Array): readonly Role[] => openList(roleList, body);
export const openPermissions = (body: Uint8Array): readonly Permission[] => openList(permissionList, body);

function parseList<T>(kind: ListKind<T>, json: unknown): readonly T[] {
  const { endpoint, key, decode, nameOf } = kind;
  const take = unique(kind);
  const decodeRow = rowDecoder(endpoint, key, decode, nameOf);
  return listIn(endpoint, parseAnswer(endpoint, json), key).map((item, index) =>
    take(decodeRow(item, index), item, index),
  );
}

/** From here on a list is opened row by row. */
const largeBodyBytes = 4 * 1024 * 1024;

function openList<T>(kind: ListKind<T>, body: Uint8Array): readonly T[] {
  if (body.length < largeBodyBytes) {
    return parseList(kind, parseWhole(body));
  }
  const { endpoint, key, decode, nameOf } = kind;
  const take = unique(kind);
  const decodeRow = rowDecoder(endpoint, key, decode, nameOf);
  const rows: T[] = [];
  const rest = parseLargeList(body, key, (item, index) => void rows.push(take(decodeRow(item, index), item, index)));
  if (listIn(endpoint, parseAnswer(endpoint, rest), key).length > 0) {
    throw shapeError(endpoint, `"${key}" is there twice`);
  }
  return rows;
}

/** The same identity twice in one list would be one object with two contents. */
function unique<T>({ endpoint, identityOf, nameOf }: ListKind<T>): (row: T, item: unknown, index: number) => T {
  const seen = new Map<string, number>();
  return (row, item, index) => {
    const identity = identityOf(row);
    const before = seen.get(identity);
    if (before !== undefined) {
      throw shapeError(
        endpoint,
        `${isJsonObject(item) ? nameOf(item) : 'something'} is listed twice (rows ${before + 1} and ${index + 1})`,
      );
    }
    seen.set(identity, index);
    return row;
  };
}

/** A loaded user: `{user: {...}}`. */
export function parseUser(endpoint: EndpointName, json: unknown): User {
  const { user } = parseAnswer(endpoint, json);
  return parseOne(endpoint, user, 'user', decodeUser);
}

function parseAnswer(endpoint: EndpointName, json: unknown): JsonObject {
  if (!isJsonObject(json)) {
    throw shapeError(endpoint, 'the body is not a JSON object');
  }
  if (typeof json['errorCode'] === 'string' && json['errorCode'] !== '') {
    throw shapeError(endpoint, 'status 200 with an error inside');
  }
  return json;
}

/** The list must be there and be a list: an empty answer is only ever taken from an empty list. */
function listIn(endpoint: EndpointName, answer: JsonObject, key: string): readonly unknown[] {
  const list = answer[key];
  if (!Array.isArray(list)) {
    throw shapeError(endpoint, `"${key}" is missing or not a list`);
  }
  return list;
}

/** Decodes rows of a list. A fault is told with the row's own name, as far as it has one, its number, and `where` it came. */
function rowDecoder<T>(
  endpoint: EndpointName,
  key: string,
  decode: (item: JsonObject) => T,
  nameOf: (row: JsonObject) => string,
  where = '',
): (item: unknown, index: number) => T {
  return (item, index) => {
    try {
      return isJsonObject(item) ? decode(item) : decodeItem(item, `${key}[${index}]`, decode);
    } catch (thrown) {
      if (!(thrown instanceof DecodeError)) {
        throw thrown;
      }
      throw shapeError(
        endpoint,
        isJsonObject(item)
          ? `${nameOf(item)}, ${key}[${index}]${where}: ${thrown.message}`
          : `${thrown.message}${where}`,
      );
    }
  };
}

function parseOne<T>(endpoint: EndpointName, item: unknown, where: string, decode: (item: JsonObject) => T): T {
  try {
    return decodeItem(item, where, decode);
  } catch (thrown) {
    throw thrown instanceof DecodeError ? shapeError(endpoint, thrown.message) : thrown;
  }
}
