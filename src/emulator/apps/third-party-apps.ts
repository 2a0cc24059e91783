import { ApiError, fieldRequired, invalidArgument } from '../api-error.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { EndpointCall, Endpoints } from '../endpoint.ts';
import { audit } from '../audit/audit.ts';
import { defineFamily } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { randomId } from '../random.ts';
import { choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';
import { appSwitches, oneApp, unknownApp } from './app-switches.ts';
import { toThirdPartyApp, toWireThirdPartyApp } from './third-party-records.ts';
import type { ThirdPartyApp, ThirdPartyAppSeed } from './third-party-records.ts';
import { thirdPartySample } from './third-party-sample.ts';

/** The third-party apps of a project, in order of creation. */
export interface ThirdPartyApps {
  all(): readonly ThirdPartyApp[];
  get(id: string): ThirdPartyApp | undefined;
  put(seed: ThirdPartyAppSeed): ThirdPartyApp;
  remove(id: string): boolean;
  /** Calls back before an app goes. */
  onRemoved(listener: (id: string) => void): void;
}

const thirdPartyAppSwitches = {
  thirdPartyAppsLoad: sure('documented', choice('get-and-post', 'get', 'post')),
  ...appSwitches,
} as const;

type ThirdPartyAppSwitches = SwitchValues<typeof thirdPartyAppSwitches>;

/** Applications of others, inbound to Descope, which act for users who consented. */
export const thirdPartyApps = defineFamily({
  name: 'thirdPartyApps',
  switches: thirdPartyAppSwitches,
  sample: thirdPartySample,
  create(host, { seeds = [], switches }) {
    const state = createThirdPartyApps(host);
    for (const seed of seeds) state.put(seed);
    return {
      state,
      endpoints: thirdPartyAppEndpoints(state, switches),
      controls: {
        thirdPartyApps: () => state.all(),
        /** Adds an app, or changes the one with this id. */
        putThirdPartyApp: (seed: ThirdPartyAppSeed) => state.put({ ...state.get(seed.id ?? ''), ...seed }),
        /** Its consents go with it. */
        deleteThirdPartyApp: (id: string) => state.remove(id),
      },
    };
  },
});

function createThirdPartyApps(host: FamilyHost): ThirdPartyApps {
  const byId = new Map<string, ThirdPartyApp>();
  const listeners: ((id: string) => void)[] = [];
  const log = host.stateOf(audit);
  let made = 0;

  return {
    all: () => [...byId.values()],
    get: (id) => byId.get(id),
    put(seed) {
      made += 1;
      const app = toThirdPartyApp(seed, randomId('TPA', host.seed, `third-party app ${made}`));
      log.changed({ kind: 'ThirdPartyApp', before: byId.get(app.id), after: app });
      byId.set(app.id, app);
      return app;
    },
    remove(id) {
      if (!byId.has(id)) return false;
      for (const listener of listeners) listener(id);
      log.changed({ kind: 'ThirdPartyApp', before: byId.get(id) });
      return byId.delete(id);
    },
    onRemoved: (listener) => listeners.push(listener),
  };
}

function thirdPartyAppEndpoints(apps: ThirdPartyApps, switches: ThirdPartyAppSwitches): Endpoints {
  const wire = (app: ThirdPartyApp): Record<string, unknown> =>
    toWireThirdPartyApp(app, switches.appSecrets === 'shown');
  const page = (at: number, limit: number) => {
    const all = apps.all();
    const shown = limit > 0 ? all.slice(at * limit, (at + 1) * limit) : all;
    return { json: { apps: shown.map((app) => wire(app)), total: all.length } };
  };
  const offered = (method: 'get' | 'post'): void => {
    if (switches.thirdPartyAppsLoad !== 'get-and-post' && switches.thirdPartyAppsLoad !== method) {
      throw new ApiError(404, 'E990001', 'No such endpoint', 'No such endpoint');
    }
  };
  const find = (matches: (app: ThirdPartyApp) => boolean): ThirdPartyApp => {
    const app = apps.all().find(matches);
    if (!app) throw unknownApp(switches);
    return app;
  };
  const named = ({ query }: EndpointCall): ThirdPartyApp => {
    const { id, clientId } = query;
    if (!id && !clientId) throw fieldRequired('id');
    return find((app) => (id ? app.id === id : app.clientId === clientId));
  };

  return {
    'GET /v1/mgmt/thirdparty/apps/load': endpoint([], ({ query }) => {
      offered('get');
      return page(wholeOf(query, 'page'), wholeOf(query, 'limit'));
    }),
    'POST /v2/mgmt/thirdparty/apps/load': endpoint(['page', 'limit'], ({ body }) => {
      offered('post');
      return page(body.whole('page') ?? 0, body.whole('limit') ?? 0);
    }),
    'GET /v1/mgmt/thirdparty/app/load': endpoint([], (call) => oneApp(wire(named(call)), switches)),
    'GET /v1/mgmt/thirdparty/app/secret': endpoint([], (call) => ({ json: { cleartext: named(call).clientSecret } })),
    'POST /v1/mgmt/thirdparty/app/delete': endpoint(['id'], ({ body }) => {
      const id = body.required('id');
      apps.remove(find((app) => app.id === id).id);
      return nothing;
    }),
  };
}

/** 0 for a parameter left out. */
function wholeOf(query: Readonly<Record<string, string>>, name: string): number {
  const given = query[name] ?? '';
  if (!/^\d{0,9}$/.test(given)) throw invalidArgument(`${name} is not a whole number`);
  return Number(given);
}
