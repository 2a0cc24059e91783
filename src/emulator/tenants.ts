import { fieldRequired, invented } from './api-error.ts';
import { audit } from './audit/audit.ts';
import { endpoint, nothing } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import { defineFamily, projectCreated } from './family.ts';
import type { FamilyHost } from './family.ts';
import { matchesAny, matchesAttributes, matchesText } from './list-filter.ts';
import { randomId } from './random.ts';
import type { RequestBody } from './request-body.ts';
import { amount, choice, sure } from './switch-table.ts';
import type { SwitchValues } from './switch-table.ts';
import { heirsOf, treeSwitches } from './tenant-tree.ts';
import type { Heir } from './tenant-tree.ts';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly selfProvisioningDomains: readonly string[];
  readonly domains: readonly string[];
  readonly authType: string;
  readonly createdTime: number;
  readonly disabled: boolean;
  readonly enforceSSO: boolean;
  readonly enforceSSOExclusions: readonly string[];
  readonly federatedAppIds: readonly string[];
  readonly customAttributes: Readonly<Record<string, unknown>>;
  readonly parent: string;
  readonly defaultRoles: readonly string[];
  readonly roleInheritance: string;
}

export type TenantSeed = Partial<Tenant> & Pick<Tenant, 'id'>;

/** The tenants of a project, in order of creation. */
export interface Tenants {
  /** Rises with every change. */
  readonly version: number;
  all(): readonly Tenant[];
  get(id: string): Tenant | undefined;
  /** Throws what the API answers for an id that no tenant has. */
  find(id: string): Tenant;
  /** Ids of the direct children. */
  successors(tenantId: string): readonly string[];
  /** The tenants below one that inherit from it. */
  heirs(tenantId: string): readonly Heir[];
  /** The tenants and all their descendants. */
  withDescendants(tenantIds: readonly string[]): Set<string>;
  put(seed: TenantSeed): Tenant;
  /** Whoever listens removes what belongs to the tenant. False for an id that no tenant has. */
  remove(id: string, cascade: boolean): boolean;
  /** Calls back before a tenant goes. */
  onRemoved(listener: (removal: TenantRemoval) => void): void;
}

export interface TenantRemoval {
  readonly tenantId: string;
  /** Whether users who belong to no other tenant go as well. */
  readonly cascade: boolean;
  /** Whether members keep the membership of the tenant that is gone. */
  readonly keepsMemberships: boolean;
}

const tenantSwitches = {
  unknownTenantStatus: sure('invented', amount(400, 400, 499)),
  tenantDeletion: sure('inferred', choice('vanish', 'dangle')),
  wrapping: sure('seen', choice('bare', 'wrapped')),
  ...treeSwitches,
} as const;

type TenantSwitches = SwitchValues<typeof tenantSwitches>;

const sample: readonly TenantSeed[] = [
  {
    id: 'acme',
    name: 'Acme',
    domains: ['acme.example'],
    selfProvisioningDomains: ['acme.example'],
    defaultRoles: ['Viewer'],
    customAttributes: { plan: 'enterprise', seats: 400, renewal: true },
  },
  { id: 'northwind', name: 'Northwind Group', domains: ['northwind.example'] },
  {
    id: 'northwind-retail',
    name: 'Northwind Retail',
    domains: ['retail.northwind.example'],
    parent: 'northwind',
    roleInheritance: 'userOnly',
  },
  {
    id: 'northwind-freight',
    name: 'Northwind Freight',
    domains: ['freight.northwind.example'],
    parent: 'northwind',
    roleInheritance: 'none',
  },
  {
    id: 'initech',
    name: 'Initech',
    domains: ['initech.example'],
    authType: 'saml',
    enforceSSO: true,
    enforceSSOExclusions: ['U2AdaLovelace000000000000000', 'break-glass@initech.example'],
  },
  { id: 'lumiere', name: 'Lumière & Fils', domains: ['lumiere.example'], authType: 'oidc' },
  { id: 'T2SakuraSeisakusho00000000JP', name: 'さくら製作所', domains: ['sakura.example'] },
  { id: 'hooli', name: 'Hooli (closed 2024)', domains: ['hooli.example'], disabled: true },
  // Further down the tree of Northwind: each value that lets something through or not, and one that nobody knows.
  {
    id: 'northwind-foods',
    name: 'Northwind Foods',
    domains: ['foods.northwind.example'],
    parent: 'northwind',
    authType: 'saml',
  },
  { id: 'northwind-bakery', name: 'Northwind Bakery', parent: 'northwind-foods' },
  { id: 'northwind-lyon', name: 'Northwind Bakery Lyon', parent: 'northwind-bakery' },
  { id: 'northwind-cellar', name: 'Northwind Cellar (closed)', parent: 'northwind-foods', disabled: true },
  { id: 'northwind-oslo', name: 'Northwind Oslo', parent: 'northwind-retail', roleInheritance: 'inherit' },
  { id: 'northwind-air', name: 'Northwind Air', parent: 'northwind-freight' },
];

export const tenants = defineFamily({
  name: 'tenants',
  switches: tenantSwitches,
  sample: sample.map((tenant): TenantSeed => Object.assign({ createdTime: projectCreated }, tenant)),
  create(host, { seeds = [], switches }) {
    const state = createTenants(host, switches);
    for (const seed of seeds) state.put(seed);
    return {
      state,
      endpoints: tenantEndpoints(state, host, switches),
      controls: {
        tenants: () => state.all(),
        putTenant: (seed: TenantSeed) => state.put({ ...state.get(seed.id), ...seed }),
        deleteTenant: (id: string) => state.remove(id, false),
      },
    };
  },
});

function createTenants({ nowSeconds, stateOf }: FamilyHost, switches: TenantSwitches): Tenants {
  const log = stateOf(audit);
  const byId = new Map<string, Tenant>();
  const listeners: ((removal: TenantRemoval) => void)[] = [];
  let version = 0;
  // Every tenant is sent with its children: looking through all tenants for each would take too long for thousands.
  let children = new Map<string, Tenant[]>();
  let childrenOf = -1;
  const successors = (tenantId: string): readonly string[] => {
    if (childrenOf !== version) children = Map.groupBy(byId.values(), ({ parent }) => parent);
    childrenOf = version;
    return (children.get(tenantId) ?? []).map(({ id }) => id);
  };
  return {
    get version() {
      return version;
    },
    all: () => [...byId.values()],
    get: (id) => byId.get(id),
    find(id) {
      const tenant = byId.get(id);
      if (tenant) return tenant;
      throw invented(switches.unknownTenantStatus, 'E990002', 'Tenant not found', 'The tenant does not exist');
    },
    successors,
    heirs: (tenantId) =>
      heirsOf({ successors, roleInheritance: (id) => byId.get(id)?.roleInheritance }, tenantId, switches),
    withDescendants(tenantIds) {
      const all = new Set(tenantIds);
      for (const id of all) for (const child of successors(id)) all.add(child);
      return all;
    },
    put(given) {
      const tenant = toTenant(given, nowSeconds());
      log.changed({ kind: 'Tenant', before: byId.get(tenant.id), after: tenant });
      byId.set(tenant.id, tenant);
      version += 1;
      return tenant;
    },
    remove(tenantId, cascade) {
      const keepsMemberships = switches.tenantDeletion === 'dangle';
      for (const listener of listeners) listener({ tenantId, cascade, keepsMemberships });
      version += 1;
      log.changed({ kind: 'Tenant', before: byId.get(tenantId) });
      return byId.delete(tenantId);
    },
    onRemoved: (listener) => listeners.push(listener),
  };
}

function toTenant(seed: TenantSeed, createdTime: number): Tenant {
  return {
    name: seed.id,
    selfProvisioningDomains: [],
    domains: [],
    authType: 'none',
    createdTime,
    disabled: false,
    enforceSSO: false,
    enforceSSOExclusions: [],
    federatedAppIds: [],
    customAttributes: {},
    parent: '',
    defaultRoles: [],
    roleInheritance: '',
    ...seed,
  };
}

const settingFields = [
  'id',
  'name',
  'selfProvisioningDomains',
  'customAttributes',
  'authType',
  'disabled',
  'enforceSSO',
  'enforceSSOExclusions',
  'federatedAppIds',
  'roleInheritance',
];
const searchFields = [
  'tenantIds',
  'tenantNames',
  'tenantSelfProvisioningDomains',
  'customAttributes',
  'authType',
  'tenantSSODomains',
  'parentTenantId',
  'topLevelOnly',
];

/** A tenant as it is sent, wherever it is. */
export function toWireTenant(tenants: Tenants, tenant: Tenant): Record<string, unknown> {
  return { ...tenant, successors: tenants.successors(tenant.id) };
}

function tenantEndpoints(tenants: Tenants, host: FamilyHost, switches: TenantSwitches): Endpoints {
  const wire = (tenant: Tenant): Record<string, unknown> => toWireTenant(tenants, tenant);

  return {
    'GET /v1/mgmt/tenant/all': endpoint([], () => ({ json: { tenants: tenants.all().map((tenant) => wire(tenant)) } })),
    'GET /v1/mgmt/tenant': endpoint([], ({ query }) => {
      if (!query['id']) throw fieldRequired('id');
      const tenant = wire(tenants.find(query['id']));
      return { json: switches.wrapping === 'wrapped' ? { tenant } : tenant };
    }),
    'POST /v1/mgmt/tenant/search': endpoint(searchFields, ({ body }) => ({
      json: {
        tenants: tenants
          .all()
          .filter(toTenantTest(body))
          .map((tenant) => wire(tenant)),
      },
    })),
    'POST /v1/mgmt/tenant/create': endpoint([...settingFields, 'parent'], ({ body }) => {
      const name = body.required('name');
      const id = body.text('id') || randomId('T', host.nowSeconds(), `${name} ${tenants.all().length}`);
      checkFree(tenants, name, id, undefined);
      const parent = body.text('parent');
      if (parent !== '') tenants.find(parent);
      tenants.put({ ...settings(body), id, name, parent });
      return { json: { id } };
    }),
    'POST /v1/mgmt/tenant/update': endpoint(settingFields, ({ body }) => {
      const before = tenants.find(body.required('id'));
      const name = body.required('name');
      checkFree(tenants, name, undefined, before.id);
      const { id, parent, createdTime, defaultRoles, domains } = before;
      tenants.put({ ...settings(body), id, parent, createdTime, defaultRoles, domains, name });
      return nothing;
    }),
    'POST /v1/mgmt/tenant/delete': endpoint(['id', 'cascade'], ({ body }) => {
      const { id } = tenants.find(body.required('id'));
      for (const gone of goingWith(tenants, id, switches)) tenants.remove(gone, body.flag('cascade') === true);
      return nothing;
    }),
    'POST /v1/mgmt/tenant/updateDefaultRoles': endpoint(['id', 'defaultRoles'], ({ body }) => {
      const tenant = tenants.find(body.required('id'));
      tenants.put({ ...tenant, defaultRoles: body.texts('defaultRoles') });
      return nothing;
    }),
  };
}

/** The tenants that a deletion takes along, the deepest first. */
function goingWith(tenants: Tenants, id: string, { parentDeletion }: TenantSwitches): readonly string[] {
  if (parentDeletion === 'orphan' || tenants.successors(id).length === 0) return [id];
  if (parentDeletion === 'cascade') return [...tenants.withDescendants([id])].toReversed();
  throw invented(400, 'E990014', 'Tenant has sub-tenants', 'A tenant with sub-tenants cannot be deleted');
}

function checkFree(tenants: Tenants, name: string, id: string | undefined, except: string | undefined): void {
  const taken = tenants.all().some((tenant) => tenant.id !== except && (tenant.id === id || tenant.name === name));
  if (taken) throw invented(400, 'E990003', 'Tenant exists', 'A tenant with this name or id exists already');
}

/** Fields left out are cleared, as the update is documented to do. */
function settings(body: RequestBody): Omit<TenantSeed, 'id'> {
  return {
    selfProvisioningDomains: body.texts('selfProvisioningDomains'),
    customAttributes: body.object('customAttributes'),
    authType: body.text('authType') || 'none',
    disabled: body.flag('disabled') === true,
    enforceSSO: body.flag('enforceSSO') === true,
    enforceSSOExclusions: body.texts('enforceSSOExclusions'),
    federatedAppIds: body.texts('federatedAppIds'),
    roleInheritance: body.text('roleInheritance'),
  };
}

function toTenantTest(body: RequestBody): (tenant: Tenant) => boolean {
  return (tenant) =>
    matchesAny(body, 'tenantIds', [tenant.id]) &&
    matchesAny(body, 'tenantNames', [tenant.name]) &&
    matchesAny(body, 'tenantSelfProvisioningDomains', tenant.selfProvisioningDomains) &&
    matchesAny(body, 'tenantSSODomains', tenant.domains) &&
    matchesText(body, 'authType', tenant.authType) &&
    matchesText(body, 'parentTenantId', tenant.parent) &&
    (body.flag('topLevelOnly') !== true || tenant.parent === '') &&
    matchesAttributes(body, tenant.customAttributes);
}
