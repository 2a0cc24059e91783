import { fieldRequired, invented } from '../api-error.ts';
import { nothing } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import { audit } from '../audit/audit.ts';
import { defineFamily } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { randomId } from '../random.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import { choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';
import { companyEndpoints, companySwitches } from './company-endpoint.ts';
import { descoperSample, toDescoper } from './descoper-records.ts';
import type { Descoper, DescoperRights, DescoperSeed } from './descoper-records.ts';

const descoperSwitches = {
  ...companySwitches,
  descoperLoginIds: sure('documented', choice('loginIDs', 'loginIds')),
} as const;

type DescoperSwitches = SwitchValues<typeof descoperSwitches>;

interface Descopers {
  all(): readonly Descoper[];
  get(id: string): Descoper | undefined;
  put(seed: DescoperSeed): Descoper;
  remove(id: string): boolean;
}

/** The administrators of the console. */
export const descopers = defineFamily({
  name: 'descopers',
  switches: descoperSwitches,
  sample: descoperSample,
  create(host, { seeds = [], switches }) {
    const all = createDescopers(host);
    for (const seed of seeds) all.put(seed);
    return {
      state: all,
      endpoints: descoperEndpoints(all, switches),
      controls: {
        descopers: () => all.all(),
        /** Adds an administrator, or changes the one with this id. */
        putDescoper: (seed: DescoperSeed) => all.put({ ...all.get(seed.id ?? ''), ...seed }),
        deleteDescoper: (id: string) => all.remove(id),
      },
    };
  },
});

function createDescopers(host: FamilyHost): Descopers {
  const byId = new Map<string, Descoper>();
  const log = host.stateOf(audit);
  let made = 0;
  return {
    all: () => [...byId.values()],
    get: (id) => byId.get(id),
    put(seed) {
      made += 1;
      const descoper = toDescoper(seed, randomId('U', host.seed, `descoper ${made}`), host);
      log.changed({ kind: 'Descoper', before: byId.get(descoper.id), after: descoper });
      byId.set(descoper.id, descoper);
      return descoper;
    },
    remove(id) {
      log.changed({ kind: 'Descoper', before: byId.get(id) });
      return byId.delete(id);
    },
  };
}

function descoperEndpoints(descopers: Descopers, switches: DescoperSwitches): Endpoints {
  const forCompany = companyEndpoints(switches);
  const wire = ({ loginIds, extra, ...fields }: Descoper): Record<string, unknown> => ({
    ...fields,
    [switches.descoperLoginIds]: loginIds,
    ...extra,
  });
  const list = (shown: readonly Descoper[]): { json: unknown } => ({
    json: { descopers: shown.map((each) => wire(each)), total: shown.length },
  });
  const find = (id: string | undefined): Descoper => {
    if (!id) throw fieldRequired('id');
    const descoper = descopers.get(id);
    if (descoper) return descoper;
    throw invented(404, 'E990017', 'Descoper not found', 'The descoper does not exist');
  };

  return {
    'POST /v1/mgmt/descoper/list': forCompany([], { descopers: [], total: 0 }, () => list(descopers.all())),
    'GET /v1/mgmt/descoper': forCompany([], {}, ({ query }) => ({ json: { descoper: wire(find(query['id'])) } })),
    'PUT /v1/mgmt/descoper': forCompany(['descopers'], {}, ({ body }) => {
      const asked = body.objects('descopers').map((value) => toSeed(createRequestBody(value, undefined)));
      return list(asked.map((seed) => descopers.put(seed)));
    }),
    // A part that is given replaces the whole of what there was.
    'PATCH /v1/mgmt/descoper': forCompany(['id', 'attributes', 'rbac'], {}, ({ body }) => {
      const before = find(body.required('id'));
      const changed = descopers.put({
        ...before,
        ...(body.has('attributes') && { attributes: attributesOf(body) }),
        ...(body.has('rbac') && { rbac: rightsOf(body) }),
      });
      return { json: { descoper: wire(changed) } };
    }),
    'DELETE /v1/mgmt/descoper': forCompany([], {}, ({ query }) => {
      descopers.remove(find(query['id']).id);
      return nothing;
    }),
  };
}

function toSeed(entry: RequestBody): DescoperSeed {
  return {
    loginIds: [entry.required('loginId')],
    attributes: attributesOf(entry),
    rbac: rightsOf(entry),
    status: 'invited',
  };
}

function attributesOf(entry: RequestBody): Readonly<Record<string, string>> {
  const given = createRequestBody(entry.object('attributes'), undefined);
  return { displayName: given.text('displayName'), email: given.text('email'), phone: given.text('phone') };
}

function rightsOf(entry: RequestBody): DescoperRights {
  const given = createRequestBody(entry.object('rbac'), undefined);
  const entries = (field: string): RequestBody[] =>
    given.objects(field).map((each) => createRequestBody(each, undefined));
  return {
    isCompanyAdmin: given.flag('isCompanyAdmin') === true,
    tags: entries('tags').map((each) => ({ tags: each.texts('tags'), role: each.text('role') })),
    projects: entries('projects').map((each) => ({ projectIds: each.texts('projectIds'), role: each.text('role') })),
  };
}
