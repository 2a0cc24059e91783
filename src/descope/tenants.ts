import { flag, identity, integer, type JsonObject, object, optionalIdentity, text, texts } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly domains: readonly string[];
  readonly selfProvisioningDomains: readonly string[];
  readonly authType: string;
  readonly enforceSso: boolean;
  /** Who may sign in otherwise, although SSO is enforced: user ids, login ids or addresses. */
  readonly enforceSsoExclusions: readonly string[];
  readonly disabled: boolean;
  readonly parent: string;
  readonly roleInheritance: string;
  readonly defaultRoles: readonly string[];
  readonly customAttributes: JsonObject;
  readonly createdTime: number | undefined;
}

function decodeTenant(tenant: JsonObject): Tenant {
  return {
    id: identity(tenant, 'id'),
    name: text(tenant, 'name'),
    domains: texts(tenant, 'domains'),
    selfProvisioningDomains: texts(tenant, 'selfProvisioningDomains'),
    authType: text(tenant, 'authType'),
    enforceSso: flag(tenant, 'enforceSSO'),
    enforceSsoExclusions: texts(tenant, 'enforceSSOExclusions'),
    disabled: flag(tenant, 'disabled'),
    parent: optionalIdentity(tenant, 'parent'),
    roleInheritance: text(tenant, 'roleInheritance'),
    defaultRoles: texts(tenant, 'defaultRoles'),
    customAttributes: object(tenant, 'customAttributes'),
    createdTime: integer(tenant, 'createdTime'),
  };
}

export const tenantList: WholeList<Tenant> = {
  what: 'tenants',
  endpoint: {
    method: 'GET',
    path: '/v1/mgmt/tenant/all',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },
  key: 'tenants',
  decode: decodeTenant,
  nameOf: (row) => named('tenant', row['id']),
  identityOf: ({ id }) => id,
};
