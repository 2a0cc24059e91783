import { type Endpoint, endpointLabel } from './http/endpoint.ts';
import { permissionList } from './permissions.ts';
import { roleList } from './roles.ts';
import { tenantList } from './tenants.ts';
import { userReadEndpoints } from './users/user.ts';
import { userWriteEndpoints } from './users/user-writes.ts';
import type { WholeList } from './whole-list.ts';

/** Every list that comes whole. A new family of Descope's API is a file with its list, and its name here. */
export const wholeLists: readonly WholeList<unknown>[] = [tenantList, roleList, permissionList];

/** Every call that this program can make. */
export const endpoints: readonly Endpoint[] = [
  ...Object.values(userReadEndpoints),
  ...wholeLists.map(({ endpoint }) => endpoint),
  ...Object.values(userWriteEndpoints),
];

/** The names of all endpoints, as they stand in errors, counts and logs. */
export const endpointLabels: readonly string[] = endpoints.map(endpointLabel);
