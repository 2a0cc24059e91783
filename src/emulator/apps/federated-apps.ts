import { fieldRequired } from '../api-error.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import { audit } from '../audit/audit.ts';
import { defineFamily } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { randomId } from '../random.ts';
import { secretCanary } from '../sso/sample.ts';
import { choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';
import { appSwitches, oneApp, unknownApp } from './app-switches.ts';
import { defaultAppId, toFederatedApp, toWireFederatedApp } from './federated-records.ts';
import type { FederatedApp, FederatedAppSeed } from './federated-records.ts';

/** The federated apps of a project, in order of creation. */
export interface FederatedApps {
  all(): readonly FederatedApp[];
  get(id: string): FederatedApp | undefined;
  /** Throws what the API answers for an id that no app has. */
  find(id: string): FederatedApp;
  put(seed: FederatedAppSeed): FederatedApp;
  remove(id: string): boolean;
  /** Ids of the apps that somebody reaches who names these ones, as a member of tenants that are offered those. */
  reachable(named: readonly string[], offered: readonly (readonly string[])[]): readonly string[];
}

const federatedAppSwitches = {
  noSsoApps: sure('documented', choice('all', 'none')),
  federatedAppIds: sure('invented', choice('intersect', 'ignore')),
  wsFedSettings: sure('seen', choice('wsfedSettings', 'wsFedSettings')),
  ...appSwitches,
} as const;

type FederatedAppSwitches = SwitchValues<typeof federatedAppSwitches>;

const sample: readonly FederatedAppSeed[] = [
  {
    id: defaultAppId,
    name: 'Default OIDC application',
    description: 'Comes with every project',
    oidcSettings: { issuer: 'https://api.descope.example/P2EmulatorProject00000000000' },
    clientSecret: secretCanary,
  },
  {
    id: 'SA2StockLedger',
    name: 'Stock Ledger',
    description: 'Counts what is in the warehouses',
    appType: 'saml',
    groupsMapping: [
      {
        name: 'stock-writers',
        type: 'roles',
        filterType: 'in',
        value: '',
        roles: [{ id: 'R2WarehouseLead', name: 'Warehouse Lead' }],
      },
    ],
    samlSettings: {
      entityId: 'https://stock.example/saml',
      acsUrl: 'https://stock.example/acs',
      idpCert: 'a public certificate',
    },
    clientSecret: secretCanary,
  },
  {
    id: 'SA2Wiki',
    name: 'Wiki / Handbook: "100%"',
    oidcSettings: { clientId: 'wiki', clientType: 'confidential', redirectUrls: ['https://wiki.example/callback'] },
    clientSecret: secretCanary,
  },
  {
    id: 'SA2OldPayroll',
    name: 'Payroll (until 2024)',
    description: 'Switched off, and some still name it',
    enabled: false,
    appType: 'wsfed',
    wsfedSettings: { realm: 'urn:payroll', replyUrl: 'https://payroll.example' },
    clientSecret: secretCanary,
  },
  {
    id: 'SA2Shipments',
    name: 'Shipments',
    description: 'Nobody names it',
    oidcSettings: { clientId: 'shipments', jwtBearerSettings: { issuers: { 'https://issuer.example': {} } } },
    clientSecret: secretCanary,
  },
];

/** Applications that users sign in to through Descope: doors, behind which roles decide. */
export const federatedApps = defineFamily({
  name: 'federatedApps',
  switches: federatedAppSwitches,
  sample,
  create(host, { seeds = [], switches }) {
    const state = createFederatedApps(host, switches);
    for (const seed of seeds) state.put(seed);
    return {
      state,
      endpoints: federatedAppEndpoints(state, switches),
      controls: {
        federatedApps: () => state.all(),
        /** Adds an app, or changes the one with this id. */
        putFederatedApp: (seed: FederatedAppSeed) => state.put({ ...state.get(seed.id ?? ''), ...seed }),
        deleteFederatedApp: (id: string) => state.remove(id),
      },
    };
  },
});

function createFederatedApps(host: FamilyHost, switches: FederatedAppSwitches): FederatedApps {
  const byId = new Map<string, FederatedApp>();
  const log = host.stateOf(audit);
  let made = 0;

  return {
    all: () => [...byId.values()],
    get: (id) => byId.get(id),
    find(id) {
      const app = byId.get(id);
      if (app) return app;
      throw unknownApp(switches);
    },
    put(seed) {
      made += 1;
      const app = toFederatedApp(seed, randomId('SA', host.seed, `federated app ${made}`));
      log.changed({ kind: 'FederatedApp', before: byId.get(app.id), after: app });
      byId.set(app.id, app);
      return app;
    },
    remove(id) {
      log.changed({ kind: 'FederatedApp', before: byId.get(id) });
      return byId.delete(id);
    },
    reachable(named, offered) {
      const enabled = [...byId.values()].filter((app) => app.enabled).map(({ id }) => id);
      const own =
        named.length > 0 || switches.noSsoApps === 'none' ? enabled.filter((id) => named.includes(id)) : enabled;
      // A tenant that lists none is offered all, and so is who belongs to no tenant.
      const all = offered.length === 0 || offered.some((ids) => ids.length === 0);
      if (all || switches.federatedAppIds === 'ignore') return own;
      return own.filter((id) => offered.some((ids) => ids.includes(id)));
    },
  };
}

function federatedAppEndpoints(apps: FederatedApps, switches: FederatedAppSwitches): Endpoints {
  const wire = (app: FederatedApp): Record<string, unknown> =>
    toWireFederatedApp(app, { wsFedSettings: switches.wsFedSettings, withSecret: switches.appSecrets === 'shown' });
  const named = (query: Readonly<Record<string, string>>): FederatedApp => {
    if (!query['id']) throw fieldRequired('id');
    return apps.find(query['id']);
  };

  return {
    'GET /v1/mgmt/sso/idp/apps/load': endpoint([], () => ({ json: { apps: apps.all().map((app) => wire(app)) } })),
    'GET /v1/mgmt/sso/idp/app/load': endpoint([], ({ query }) => oneApp(wire(named(query)), switches)),
    'GET /v1/mgmt/sso/idp/app/secret': endpoint([], ({ query }) => ({
      json: { cleartext: named(query).clientSecret },
    })),
    'POST /v1/mgmt/sso/idp/app/delete': endpoint(['id'], ({ body }) => {
      apps.remove(apps.find(body.required('id')).id);
      return nothing;
    }),
  };
}
