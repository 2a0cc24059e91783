/**
 * Every Descope call that this program can make. `effect` decides about retries, not the verb: Descope's searches are
 * POSTs. A `read` may be repeated freely; a `write` only after its effect has been read back.
 */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly effect: 'read' | 'write';
}

export const endpoints = {
  searchUsers: { method: 'POST', path: '/v2/mgmt/user/search', effect: 'read' },
  loadUser: { method: 'GET', path: '/v1/mgmt/user', effect: 'read' },
  allTenants: { method: 'GET', path: '/v1/mgmt/tenant/all', effect: 'read' },
  allRoles: { method: 'GET', path: '/v1/mgmt/role/all', effect: 'read' },
  addUserRoles: { method: 'POST', path: '/v1/mgmt/user/update/role/add', effect: 'write' },
  removeUserRoles: { method: 'POST', path: '/v1/mgmt/user/update/role/remove', effect: 'write' },
  addUserTenant: { method: 'POST', path: '/v1/mgmt/user/update/tenant/add', effect: 'write' },
  removeUserTenant: { method: 'POST', path: '/v1/mgmt/user/update/tenant/remove', effect: 'write' },
  allPermissions: { method: 'GET', path: '/v1/mgmt/permission/all', effect: 'read' },
} as const satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof endpoints;

/** How an endpoint is named in errors, counts and logs: "POST /v2/mgmt/user/search". */
export function endpointLabel(name: EndpointName): string {
  return `${endpoints[name].method} ${endpoints[name].path}`;
}

/** The names of all endpoints, as they stand in errors, counts and logs. */
export const endpointLabels: readonly string[] = (Object.keys(endpoints) as EndpointName[]).map(endpointLabel);
