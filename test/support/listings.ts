import type { Connector } from '../../src/connector.ts';
import type { Grant, Resource } from '../../src/model/messages.ts';
import type { Rows } from './descope-model.ts';
import { inTenant, permission, plainUsers, role, tenant, user, usersWith } from './project-fixture.ts';
import { type Ask, type ListPage, listGrants, listResources } from './walker.ts';

/** A listing of the connector, and a project in which it has exactly `count` rows. */
export interface Listing {
  readonly name: string;
  readonly tenantRoles: 'all' | 'observed';
  readonly rowsOf: (count: number) => Partial<Rows>;
  readonly ask: (connector: Connector, ask?: Ask) => Promise<ListPage<Resource | Grant>>;
  /** Rows of one page at most, whatever the caller allows. */
  readonly ownLimit: number;
  /** The listing may name stretches of itself that are walked besides: its pages then end where they must. */
  readonly isSplit: boolean;
}

const ofResources =
  (typeId: string): Listing['ask'] =>
  (connector, ask) =>
    listResources(connector, typeId, ask);
const ofGrants =
  (typeId: string, id?: string): Listing['ask'] =>
  (connector, ask) =>
    listGrants(connector, typeId, id, ask);

const named = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, place) => `${prefix}${String(place).padStart(3, '0')}`);
const acme = tenant('acme');
const globex = tenant('globex');
const editor = role('Editor');

const described: readonly (Pick<Listing, 'name' | 'rowsOf' | 'ask'> & Partial<Listing>)[] = [
  { name: 'users', rowsOf: (count) => ({ users: plainUsers(count) }), ask: ofResources('user'), ownLimit: 100 },
  {
    name: 'tenants',
    rowsOf: (count) => ({ tenants: named(count, 't').map((id) => tenant(id)) }),
    ask: ofResources('tenant'),
  },
  {
    name: 'roles',
    rowsOf: (count) => ({ roles: named(count, 'r').map((name) => role(name)) }),
    ask: ofResources('role'),
  },
  {
    name: 'permissions',
    rowsOf: (count) => ({ permissions: named(count, 'p').map((name) => permission(name)) }),
    ask: ofResources('permission'),
  },
  {
    name: 'bindings',
    rowsOf: (count) => ({ roles: [editor], tenants: named(count, 't').map((id) => tenant(id)) }),
    ask: ofResources('role_binding'),
  },
  {
    name: 'observed bindings',
    tenantRoles: 'observed',
    rowsOf: (count) => {
      const tenantIds = named(count, 't');
      return {
        roles: [editor, role('Nobody')],
        tenants: [...tenantIds.map((id) => tenant(id)), acme],
        users: [user('ann', { userTenants: tenantIds.map((id) => inTenant(id, 'Editor')) }), ...plainUsers(150)],
      };
    },
    ask: ofResources('role_binding'),
  },
  {
    name: 'grants of a tenant',
    rowsOf: (count) => ({ tenants: [acme], users: [...members(count, inTenant('acme')), user('zed')] }),
    ask: ofGrants('tenant', 'acme'),
  },
  {
    name: 'grants of a project role',
    rowsOf: (count) => ({ roles: [editor], users: [...usersWith(count, { roleNames: ['Editor'] }), user('zed')] }),
    ask: ofGrants('role', 'Editor'),
  },
  {
    name: "grants of a tenant's own role",
    rowsOf: (count) => ({
      tenants: [acme],
      roles: [role('Editor', { tenantId: 'acme' })],
      users: [...members(count, inTenant('acme', 'Editor')), user('zed')],
    }),
    ask: ofGrants('role', 'acme/Editor'),
  },
  {
    name: 'grants of a binding',
    rowsOf: (count) => ({
      tenants: [acme],
      roles: [editor],
      users: [...members(count, inTenant('acme', 'Editor')), user('zed')],
    }),
    ask: ofGrants('role_binding', 'acme/Editor'),
  },
  {
    name: 'grants of all bindings',
    rowsOf: (count) => ({
      tenants: [acme, globex],
      roles: [editor],
      users: [
        ...members(Math.ceil(count / 2), inTenant('acme', 'Editor'), 'a'),
        ...members(Math.floor(count / 2), inTenant('globex', 'Editor'), 'g'),
        user('zed'),
      ],
    }),
    ask: ofGrants('role_binding'),
  },
  {
    name: 'grants of a permission',
    rowsOf: (count) => {
      const tenantIds = named(Math.floor(count / 2), 't');
      const roleNames = named(Math.ceil(count / 2), 'r');
      return {
        permissions: [permission('read')],
        roles: roleNames.map((name) => role(name, { permissionNames: ['read'] })),
        tenants: tenantIds.map((id) => tenant(id)),
        users: [
          user('ann', { userTenants: tenantIds.map((id, place) => inTenant(id, roleNames[place % 3] ?? 'r000')) }),
          ...plainUsers(150),
        ],
      };
    },
    ask: ofGrants('permission', 'read'),
  },
];

export const listings: readonly Listing[] = described.map(
  ({ name, rowsOf, ask, tenantRoles = 'all', ownLimit = 250 }) => {
    return { name, rowsOf, ask, tenantRoles, ownLimit, isSplit: name === 'grants of all bindings' };
  },
);

function members(count: number, membership: ReturnType<typeof inTenant>, prefix = 'u'): Rows['users'] {
  return usersWith(count, { userTenants: [membership] }, prefix);
}
