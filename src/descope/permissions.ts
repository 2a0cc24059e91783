import { flag, identity, type JsonObject, text } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

export interface Permission {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly systemDefault: boolean;
}

function decodePermission(permission: JsonObject): Permission {
  return {
    id: text(permission, 'id'),
    name: identity(permission, 'name'),
    description: text(permission, 'description'),
    systemDefault: flag(permission, 'systemDefault'),
  };
}

export const permissionList: WholeList<Permission> = {
  what: 'permissions',
  endpoint: {
    method: 'GET',
    path: '/v1/mgmt/permission/all',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },
  key: 'permissions',
  decode: decodePermission,
  nameOf: (row) => named('permission', row['name']),
  identityOf: ({ name }) => name,
};
