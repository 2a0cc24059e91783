import { fieldRequired, invented } from './api-error.ts';
import { endpoint } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import { defineFamily, projectCreated } from './family.ts';
import type { FamilyHost } from './family.ts';
import { containsText, matchesAny, matchesAttributes, matchesText } from './list-filter.ts';
import { randomId } from './random.ts';
import type { RequestBody } from './request-body.ts';
import { roles } from './roles.ts';
import { amount, choice, sure } from './switch-table.ts';
import type { SwitchValues } from './switch-table.ts';
import { tenants } from './tenants.ts';
import { adaLovelace, danglingRoleNames } from './users/sample.ts';

/** Roles of a key inside one tenant. The name of the tenant is added when the key is sent. */
export interface KeyTenant {
  readonly tenantId: string;
  readonly roleNames: readonly string[];
}

/** An access key as stored: a non-human identity with roles of its own, or the roles of the user it is bound to. */
export interface AccessKey {
  readonly id: string;
  /** Not unique. */
  readonly name: string;
  /** Roles held project-wide. */
  readonly roleNames: readonly string[];
  readonly keyTenants: readonly KeyTenant[];
  /** `active` or `inactive`; the switch `expiredKeyStatus` decides what an expired key shows. */
  readonly status: string;
  /** Epoch seconds. */
  readonly createdTime: number;
  /** Epoch seconds; 0 for never. */
  readonly expireTime: number;
  /** The id of a user or of a management key. */
  readonly createdBy: string;
  readonly clientId: string;
  /** Empty for a key that is bound to no user. */
  readonly boundUserId: string;
  readonly customClaims: Readonly<Record<string, unknown>>;
  /** False for a key that the service or the console manages. */
  readonly editable: boolean;
  readonly description: string;
  /** Empty for anywhere. */
  readonly permittedIps: readonly string[];
  readonly customAttributes: Readonly<Record<string, unknown>>;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about a key; the rest is filled in. Keys without an id get one from their place in the list. */
export type AccessKeySeed = Partial<AccessKey>;

/** The access keys of a project, in order of creation. */
interface AccessKeys {
  all(): readonly AccessKey[];
  get(id: string): AccessKey | undefined;
  put(seed: AccessKeySeed): AccessKey;
  remove(id: string): boolean;
}

const accessKeySwitches = {
  expiredKeyStatus: sure('invented', choice('as-set', 'expired')),
  unknownKeyStatus: sure('invented', amount(404, 400, 499)),
} as const;

type AccessKeySwitches = SwitchValues<typeof accessKeySwitches>;

const creator = 'K2EmulatorManagementKey00000';
const month = 30 * 86_400;

const sample: readonly AccessKeySeed[] = [
  {
    name: 'Acme CI',
    keyTenants: [{ tenantId: 'acme', roleNames: ['Approver'] }],
    description: 'Posts invoices from the build',
    permittedIps: ['192.0.2.0/24'],
  },
  { name: 'Nightly export', roleNames: ['Auditor'], customClaims: { scope: 'reports:read' } },
  { name: 'Old warehouse scanner', roleNames: ['Viewer'], expireTime: projectCreated + 12 * month },
  { name: 'Paused migration', roleNames: ['Data Steward'], status: 'inactive' },
  { name: "Ada's scripts", boundUserId: adaLovelace.userId, createdBy: adaLovelace.userId, roleNames: ['Viewer'] },
  { name: 'Stock sync', keyTenants: [{ tenantId: 'northwind-retail', roleNames: ['Warehouse Lead'] }] },
  {
    name: 'Stock sync',
    keyTenants: [
      { tenantId: 'northwind-freight', roleNames: ['Warehouse Lead', 'Viewer'] },
      { tenantId: 'hooli', roleNames: [] },
    ],
    customAttributes: { team: 'logistics' },
  },
  {
    name: 'SCIM of Initech',
    roleNames: [danglingRoleNames[0]],
    keyTenants: [{ tenantId: 'initech', roleNames: ['Auditor'] }],
    editable: false,
    description: 'Names a project role that is gone, and a name that both the project and the tenant have',
  },
];

export const accessKeys = defineFamily({
  name: 'accessKeys',
  switches: accessKeySwitches,
  sample: sample.map((key, at): AccessKeySeed =>
    Object.assign(
      { id: `K2${String(at + 1).padStart(26, 'SampleKey')}`, createdTime: projectCreated + at * month },
      key,
    ),
  ),
  create(host, { seeds = [], switches }) {
    const state = createAccessKeys(host);
    for (const seed of seeds) state.put(seed);
    return {
      state,
      endpoints: accessKeyEndpoints(state, host, switches),
      controls: {
        accessKeys: () => state.all(),
        /** Adds a key, or changes the one with this id. */
        putAccessKey: (seed: AccessKeySeed) => state.put({ ...state.get(seed.id ?? ''), ...seed }),
        deleteAccessKey: (id: string) => state.remove(id),
      },
    };
  },
});

function createAccessKeys(host: FamilyHost): AccessKeys {
  const byId = new Map<string, AccessKey>();
  let made = 0;

  const change = (changed: (key: AccessKey) => Partial<AccessKey>): void => {
    for (const [id, key] of byId) byId.set(id, { ...key, ...changed(key) });
  };
  host.stateOf(roles).onRewrite((rewrite) =>
    change(({ roleNames, keyTenants }) => ({
      roleNames: rewrite('', roleNames),
      keyTenants: keyTenants.map((held) => ({ ...held, roleNames: rewrite(held.tenantId, held.roleNames) })),
    })),
  );
  host.stateOf(tenants).onRemoved(({ tenantId, keepsMemberships }) => {
    if (keepsMemberships) return;
    change(({ keyTenants }) => ({ keyTenants: keyTenants.filter((held) => held.tenantId !== tenantId) }));
  });

  return {
    all: () => [...byId.values()],
    get: (id) => byId.get(id),
    put(seed) {
      made += 1;
      const key = toAccessKey(seed, randomId('K', host.seed, `access key ${made}`), host.nowSeconds());
      byId.set(key.id, key);
      return key;
    },
    remove: (id) => byId.delete(id),
  };
}

function toAccessKey(seed: AccessKeySeed, newId: string, createdTime: number): AccessKey {
  const id = seed.id ?? newId;
  return {
    name: id,
    roleNames: [],
    keyTenants: [],
    status: 'active',
    createdTime,
    expireTime: 0,
    createdBy: creator,
    clientId: `client-${id}`,
    boundUserId: '',
    customClaims: {},
    editable: true,
    description: '',
    permittedIps: [],
    customAttributes: {},
    extra: {},
    ...seed,
    id,
  };
}

const searchFields = ['tenantIds', 'text', 'sort', 'boundUserId', 'creatingUser', 'customAttributes'];

function accessKeyEndpoints(keys: AccessKeys, host: FamilyHost, switches: AccessKeySwitches): Endpoints {
  const allTenants = host.stateOf(tenants);

  const statusOf = ({ status, expireTime }: AccessKey): string =>
    switches.expiredKeyStatus === 'expired' && expireTime > 0 && expireTime <= host.nowSeconds() ? 'expired' : status;
  const wire = (key: AccessKey): Record<string, unknown> => {
    const { extra, ...fields } = key;
    const keyTenants = key.keyTenants.map(({ tenantId, roleNames }) => ({
      tenantId,
      tenantName: allTenants.get(tenantId)?.name ?? '',
      roleNames,
    }));
    return { ...fields, keyTenants, status: statusOf(key), ...extra };
  };

  return {
    'POST /v1/mgmt/accesskey/search': endpoint(searchFields, ({ body }) => ({
      json: {
        keys: keys
          .all()
          .filter((key) => isFound(key, body))
          .map((key) => wire(key)),
      },
    })),
    'GET /v1/mgmt/accesskey': endpoint([], ({ query }) => {
      if (!query['id']) throw fieldRequired('id');
      const key = keys.get(query['id']);
      if (key) return { json: { key: wire(key) } };
      throw invented(switches.unknownKeyStatus, 'E990012', 'Access key not found', 'The access key does not exist');
    }),
  };
}

/** All keys for an empty body; there are neither pages nor a total. */
function isFound(key: AccessKey, body: RequestBody): boolean {
  return (
    matchesAny(
      body,
      'tenantIds',
      key.keyTenants.map(({ tenantId }) => tenantId),
    ) &&
    containsText(body, 'text', `${key.id} ${key.name} ${key.description}`) &&
    matchesText(body, 'boundUserId', key.boundUserId) &&
    matchesText(body, 'creatingUser', key.createdBy) &&
    matchesAttributes(body, key.customAttributes)
  );
}
