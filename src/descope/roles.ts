import { flag, identities, identity, integer, type JsonObject, optionalIdentity, text } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

/** A role's identity is (tenantId, name); an empty tenantId is the project. `id` is '' on older backends. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissionNames: readonly string[];
  readonly tenantId: string;
  readonly isDefault: boolean;
  readonly isPrivate: boolean;
  readonly createdTime: number | undefined;
}

function decodeRole(role: JsonObject): Role {
  return {
    id: text(role, 'id'),
    name: identity(role, 'name'),
    description: text(role, 'description'),
    permissionNames: identities(role, 'permissionNames'),
    tenantId: optionalIdentity(role, 'tenantId'),
    isDefault: flag(role, 'default'),
    isPrivate: flag(role, 'private'),
    createdTime: integer(role, 'createdTime'),
  };
}

export const roleList: WholeList<Role> = {
  what: 'roles',
  endpoint: {
    method: 'GET',
    path: '/v1/mgmt/role/all',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },
  key: 'roles',
  decode: decodeRole,
  nameOf: (row) =>
    `${named('role', row['name'])}${typeof row['tenantId'] === 'string' && row['tenantId'] !== '' ? ` of ${named('tenant', row['tenantId'])}` : ''}`,
  identityOf: ({ tenantId, name }) => JSON.stringify([tenantId, name]),
};
