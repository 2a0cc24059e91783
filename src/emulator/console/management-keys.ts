import { fieldRequired, invented } from '../api-error.ts';
import type { Endpoints } from '../endpoint.ts';
import { audit } from '../audit/audit.ts';
import { defineFamily } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { accessKeySwitches } from '../keys/switches.ts';
import { randomId } from '../random.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import type { SwitchValues } from '../switch-table.ts';
import { companyEndpoints, companySwitches } from './company-endpoint.ts';
import { managementKeySample, toManagementKey } from './management-key-records.ts';
import type { KeyRoles, ManagementKey, ManagementKeySeed } from './management-key-records.ts';

const managementKeySwitches = { ...companySwitches, keySecrets: accessKeySwitches.keySecrets } as const;

type ManagementKeySwitches = SwitchValues<typeof managementKeySwitches>;

interface ManagementKeys {
  all(): readonly ManagementKey[];
  get(id: string): ManagementKey | undefined;
  put(seed: ManagementKeySeed): ManagementKey;
  remove(id: string): boolean;
}

/** The management keys of the company. Those that open the stand-in are known by id only: neither end nor go. */
export const managementKeys = defineFamily({
  name: 'managementKeys',
  switches: managementKeySwitches,
  sample: managementKeySample,
  create(host, { seeds = [], switches }) {
    const keys = createManagementKeys(host);
    for (const seed of seeds) keys.put(seed);
    return {
      state: keys,
      endpoints: managementKeyEndpoints(keys, host, switches),
      controls: {
        managementKeys: () => keys.all(),
        /** Adds a key, or changes the one with this id. */
        putManagementKey: (seed: ManagementKeySeed) => keys.put({ ...keys.get(seed.id ?? ''), ...seed }),
        deleteManagementKey: (id: string) => keys.remove(id),
      },
    };
  },
});

function createManagementKeys(host: FamilyHost): ManagementKeys {
  const byId = new Map<string, ManagementKey>();
  const log = host.stateOf(audit);
  let made = 0;
  return {
    all: () => [...byId.values()],
    get: (id) => byId.get(id),
    put(seed) {
      made += 1;
      const key = toManagementKey(seed, randomId('K', host.seed, `management key ${made}`), host);
      log.changed({ kind: 'ManagementKey', before: byId.get(key.id), after: key });
      byId.set(key.id, key);
      return key;
    },
    remove(id) {
      log.changed({ kind: 'ManagementKey', before: byId.get(id) });
      return byId.delete(id);
    },
  };
}

const createFields = ['name', 'description', 'expiresIn', 'expireTime', 'permittedIps', 'reBac'];
const updateFields = ['id', 'name', 'description', 'status', 'permittedIps'];

function managementKeyEndpoints(keys: ManagementKeys, host: FamilyHost, switches: ManagementKeySwitches): Endpoints {
  const forCompany = companyEndpoints(switches);
  const wire = ({ cleartext, extra, ...fields }: ManagementKey): Record<string, unknown> => ({
    ...fields,
    ...(switches.keySecrets === 'shown' && { cleartext }),
    ...extra,
  });
  const find = (id: string | undefined): ManagementKey => {
    if (!id) throw fieldRequired('id');
    const key = keys.get(id);
    if (key) return key;
    throw invented(404, 'E990016', 'Management key not found', 'The management key does not exist');
  };

  return {
    'GET /v1/mgmt/managementkey/search': forCompany([], { keys: [] }, () => ({
      json: { keys: keys.all().map((key) => wire(key)) },
    })),
    'GET /v1/mgmt/managementkey': forCompany([], {}, ({ query }) => ({ json: { key: wire(find(query['id'])) } })),
    'PUT /v1/mgmt/managementkey': forCompany(createFields, {}, ({ body }) => {
      const expiresIn = body.time('expiresIn') ?? 0;
      const made = keys.put({
        name: body.required('name'),
        description: body.text('description'),
        permittedIps: body.texts('permittedIps'),
        expireTime: expiresIn > 0 ? host.nowSeconds() + expiresIn : (body.time('expireTime') ?? 0),
        reBac: rolesOf(body),
      });
      const key = keys.put({ ...made, cleartext: `${made.id}-cleartext` });
      return { json: { cleartext: key.cleartext, key: wire(key) } };
    }),
    // Fields left out are cleared; roles and expiry cannot change.
    'PATCH /v1/mgmt/managementkey': forCompany(updateFields, {}, ({ body }) => {
      const before = find(body.required('id'));
      const changed = keys.put({
        ...before,
        name: body.required('name'),
        description: body.text('description'),
        status: body.text('status') || 'active',
        permittedIps: body.texts('permittedIps'),
        version: before.version + 1,
      });
      return { json: { key: wire(changed) } };
    }),
    'POST /v1/mgmt/managementkey/delete': forCompany(['ids'], { total: 0 }, ({ body }) => ({
      json: { total: body.texts('ids').filter((id) => keys.remove(id)).length },
    })),
  };
}

function rolesOf(body: RequestBody): KeyRoles {
  const roles = createRequestBody(body.object('reBac'), undefined);
  const entries = (field: string): RequestBody[] =>
    roles.objects(field).map((entry) => createRequestBody(entry, undefined));
  return {
    companyRoles: roles.texts('companyRoles'),
    projectRoles: entries('projectRoles').map((entry) => ({
      projectIds: entry.texts('projectIds'),
      roles: entry.texts('roles'),
    })),
    tagRoles: entries('tagRoles').map((entry) => ({ tags: entry.texts('tags'), roles: entry.texts('roles') })),
  };
}
