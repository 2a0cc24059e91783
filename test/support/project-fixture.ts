import type { Permission } from '../../src/descope/permissions.ts';
import type { Role } from '../../src/descope/roles.ts';
import type { Tenant } from '../../src/descope/tenants.ts';
import type { User } from '../../src/descope/users/user.ts';
import { DescopeModel, type MoreLists, type Rows } from './descope-model.ts';

/** Users are created long before the clock of a model unless a test says otherwise. */
const firstCreation = Date.UTC(2020, 0, 1) / 1000;

export function user(userId: string, fields: Partial<User> = {}): User {
  return {
    userId,
    loginIds: [],
    name: '',
    givenName: '',
    middleName: '',
    familyName: '',
    email: '',
    phone: '',
    verifiedEmail: false,
    verifiedPhone: false,
    status: 'enabled',
    test: false,
    roleNames: [],
    userTenants: [],
    ssoAppIds: [],
    customAttributes: {},
    createdTime: firstCreation,
    usesTotp: false,
    usesWebauthn: false,
    usesPush: false,
    usesSaml: false,
    usesOidc: false,
    isScim: false,
    ...fields,
  };
}

export function tenant(id: string, fields: Partial<Tenant> = {}): Tenant {
  return {
    id,
    name: '',
    domains: [],
    selfProvisioningDomains: [],
    authType: '',
    enforceSso: false,
    enforceSsoExclusions: [],
    disabled: false,
    parent: '',
    roleInheritance: '',
    defaultRoles: [],
    customAttributes: {},
    createdTime: undefined,
    ...fields,
  };
}

/** A role of the project, or of a tenant when `tenantId` is among the fields. */
export function role(name: string, fields: Partial<Role> = {}): Role {
  return {
    id: '',
    name,
    description: '',
    permissionNames: [],
    tenantId: '',
    isDefault: false,
    isPrivate: false,
    createdTime: undefined,
    ...fields,
  };
}

export function permission(name: string, fields: Partial<Permission> = {}): Permission {
  return { id: '', name, description: '', systemDefault: false, ...fields };
}

/** A membership, with the role names held inside the tenant. */
export function inTenant(tenantId: string, ...roleNames: readonly string[]): User['userTenants'][number] {
  return { tenantId, roleNames };
}

/** `count` users who hold nothing: u000, u001, ... */
export function plainUsers(count: number, prefix = 'u'): User[] {
  return usersWith(count, {}, prefix);
}

/** `count` users who are all alike: u000, u001, ... */
export function usersWith(count: number, fields: Partial<User>, prefix = 'u'): User[] {
  return Array.from({ length: count }, (_, place) => user(`${prefix}${String(place).padStart(3, '0')}`, fields));
}

/** A model of a project with these rows, and with these lists of other families. */
export function createProject(rows: Partial<Rows> = {}, lists: MoreLists = {}): DescopeModel {
  return new DescopeModel({ rows, lists });
}

/** Reference project: every kind of reference the access model knows, small enough to read at a glance. */
export function smallProject(): Rows {
  return {
    users: [
      user('ann', {
        name: 'Ann',
        roleNames: ['Editor'],
        userTenants: [inTenant('acme', 'Editor'), inTenant('globex')],
      }),
      user('bob', {
        email: 'bob@acme.example',
        roleNames: ['Viewer'],
        userTenants: [inTenant('acme', 'Editor', 'Approver')],
      }),
      user('cleo', { userTenants: [inTenant('globex', 'Viewer', 'Editor')] }),
      user('dan'),
    ],
    tenants: [tenant('acme', { name: 'Acme' }), tenant('globex', { name: 'Globex', parent: 'acme' })],
    roles: [
      role('Editor', { permissionNames: ['write', 'read'] }),
      role('Viewer', { permissionNames: ['read'] }),
      role('Approver', { tenantId: 'acme', permissionNames: ['approve'] }),
      role('Editor', { tenantId: 'globex', permissionNames: ['write'] }),
    ],
    permissions: [permission('read'), permission('write'), permission('approve')],
  };
}
