/**
 * A call of Descope's Management API that this program makes, with all that the layers around it need to know: who may repeat
 * it, what a missing answer means, which of Descope's limits it counts towards.
 */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** A `read` may be repeated freely, a `write` only after its effect has been read back. Not the verb's doing: searches are POSTs. */
  readonly effect: 'read' | 'write';
  /** What it answers with: rows of a collection, which cannot be missing (a 404 is a fault, never "none"), or one thing, which can. */
  readonly answers: 'list' | 'one';
  /** A list that comes whole in one answer, and so may be large; else it comes in pages. */
  readonly isWhole?: true;
  /** The counter of Descope's that it counts towards. Documented per minute: pacing.ts. */
  readonly bucket: RateBucket;
}

export type RateBucket = 'search' | 'user' | 'update' | 'general';

/** Every call that can be made: a new one is a row here, and nothing elsewhere. */
export const endpoints = {
  searchUsers: { method: 'POST', path: '/v2/mgmt/user/search', effect: 'read', answers: 'list', bucket: 'search' },
  loadUser: { method: 'GET', path: '/v1/mgmt/user', effect: 'read', answers: 'one', bucket: 'user' },
  allTenants: {
    method: 'GET',
    path: '/v1/mgmt/tenant/all',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },
  allRoles: {
    method: 'GET',
    path: '/v1/mgmt/role/all',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },
  allPermissions: {
    method: 'GET',
    path: '/v1/mgmt/permission/all',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },
  addUserRoles: {
    method: 'POST',
    path: '/v1/mgmt/user/update/role/add',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
  removeUserRoles: {
    method: 'POST',
    path: '/v1/mgmt/user/update/role/remove',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
  addUserTenant: {
    method: 'POST',
    path: '/v1/mgmt/user/update/tenant/add',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
  removeUserTenant: {
    method: 'POST',
    path: '/v1/mgmt/user/update/tenant/remove',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
} as const satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof endpoints;

type NamesWith<Part extends Partial<Endpoint>> = {
  [Name in EndpointName]: (typeof endpoints)[Name] extends Part ? Name : never;
}[EndpointName];

/** The calls that nobody but a person's wish may repeat, and those that may be repeated: the compiler keeps them apart. */
export type WriteEndpoint = NamesWith<{ effect: 'write' }>;
export type ReadEndpoint = NamesWith<{ effect: 'read' }>;
/** The lists that come whole in one answer. */
export type WholeListEndpoint = NamesWith<{ isWhole: true }>;

/** The row of an endpoint, for what is decided by its properties and not by its name. */
export function endpointOf(name: EndpointName): Endpoint {
  return endpoints[name];
}

/** How an endpoint is named in errors, counts and logs: "POST /v2/mgmt/user/search". */
export function endpointLabel(name: EndpointName): string {
  return `${endpoints[name].method} ${endpoints[name].path}`;
}

/** The names of all endpoints, as they stand in errors, counts and logs. */
export const endpointLabels: readonly string[] = (Object.keys(endpoints) as EndpointName[]).map(endpointLabel);
