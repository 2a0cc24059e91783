import { DecodeError, decodeItem, isJsonObject, type JsonObject } from './decode.ts';
import type { EndpointName } from './endpoints.ts';
import { shapeError } from './errors.ts';
import { decodePermission, decodeRole, decodeTenant, decodeUser, type Permission, type Role, type Tenant, type User } from './rows.ts';

/** One page of a user search. `total` is the number of users that match, whatever the page. */
export interface UserPage {
  readonly users: readonly User[];
  readonly total: number;
}

export function parseUserPage(json: unknown): UserPage {
  const endpoint = 'searchUsers';
  const answer = parseAnswer(endpoint, json);
  const { total } = answer;
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0 || total > 2 ** 31 - 1) {
    throw shapeError(endpoint, '"total" is missing or not a whole number');
  }
  return { users: parseList(endpoint, answer, 'users', decodeUser), total };
}

export function parseTenants(json: unknown): readonly Tenant[] {
  const endpoint = 'allTenants';
  return uniqueBy(endpoint, parseList(endpoint, parseAnswer(endpoint, json), 'tenants', decodeTenant), (tenant) => tenant.id);
}

export function parseRoles(json: unknown): readonly Role[] {
  const endpoint = 'allRoles';
  const roles = parseList(endpoint, parseAnswer(endpoint, json), 'roles', decodeRole);
  return uniqueBy(endpoint, roles, (role) => JSON.stringify([role.tenantId, role.name]));
}

export function parsePermissions(json: unknown): readonly Permission[] {
  const endpoint = 'allPermissions';
  return uniqueBy(endpoint, parseList(endpoint, parseAnswer(endpoint, json), 'permissions', decodePermission), (permission) => permission.name);
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
function parseList<T>(endpoint: EndpointName, answer: JsonObject, key: string, decode: (item: JsonObject) => T): readonly T[] {
  const list = answer[key];
  if (!Array.isArray(list)) {
    throw shapeError(endpoint, `"${key}" is missing or not a list`);
  }
  return (list as readonly unknown[]).map((item, index) => parseOne(endpoint, item, `${key}[${index}]`, decode));
}

function parseOne<T>(endpoint: EndpointName, item: unknown, where: string, decode: (item: JsonObject) => T): T {
  try {
    return decodeItem(item, where, decode);
  } catch (thrown) {
    throw thrown instanceof DecodeError ? shapeError(endpoint, thrown.message) : thrown;
  }
}

/** The same identity twice in one list would be one object with two contents. */
function uniqueBy<T>(endpoint: EndpointName, rows: readonly T[], keyOf: (row: T) => string): readonly T[] {
  const seen = new Set<string>();
  for (const [index, row] of rows.entries()) {
    const key = keyOf(row);
    if (seen.has(key)) {
      throw shapeError(endpoint, `row ${index} repeats an identity that was there before`);
    }
    seen.add(key);
  }
  return rows;
}

