import type { ProjectSeed } from '../../src/emulator/emulator.ts';
import { company } from './provisioning-server.ts';

/** Ids of the applications of the project below. */
export const wiki = 'SA2Wiki';
export const stock = 'SA2Stock';
export const off = 'SA2Off';

/**
 * The company with applications: Ada and Cleo were given none by name, Bob two, Wim the Wiki alone, and Dot the Wiki and one
 * that is gone. Off is switched off; two applications are called Twin.
 */
export function companyWithApps(): ProjectSeed {
  const { users = [], ...rest } = company();
  return {
    ...rest,
    federatedApps: [
      { id: stock, name: 'Stock Ledger' },
      { id: wiki, name: 'Wiki' },
      { id: off, name: 'Off', enabled: false },
      { id: 'SA2TwinA', name: 'Twin' },
      { id: 'SA2TwinB', name: 'Twin' },
    ],
    users: [
      ...users.map((user) => (user.userId === 'U2Bob' ? Object.assign({}, user, { ssoAppIds: [stock, wiki] }) : user)),
      { userId: 'U2Wim', name: 'Wim', email: 'wim@acme.example', roleNames: ['Viewer'], ssoAppIds: [wiki] },
      { userId: 'U2Dot', name: 'Dot', email: 'dot@acme.example', ssoAppIds: [wiki, 'SA2Gone'] },
    ],
  };
}

/** Ids of third-party apps of the project below. */
export const ledger = 'TPA2Ledger';
export const planner = 'TPA2Planner';

/**
 * The company with consents: Bob consented to the ledger in both tenants and to the planner, Ada to the ledger in Acme, Acme
 * itself to the ledger; Globex to the planner. A user who is gone left one, and one of Cleo's is over.
 */
export function companyWithConsents(): ProjectSeed {
  return {
    ...company(),
    thirdPartyApps: [
      { id: ledger, name: 'Ledger Sync' },
      { id: planner, name: 'Planner' },
      { id: 'TPA2TwinA', name: 'Twin' },
      { id: 'TPA2TwinB', name: 'Twin' },
    ],
    consents: [
      { id: 'TPC2Bob1', appId: ledger, userId: 'U2Bob', tenantId: 'acme', scopes: ['invoices', 'email'] },
      { id: 'TPC2Bob2', appId: ledger, userId: 'U2Bob', tenantId: 'globex', scopes: ['invoices'] },
      { id: 'TPC2Bob3', appId: planner, userId: 'U2Bob', scopes: ['calendar'] },
      { id: 'TPC2Ada', appId: ledger, userId: 'U2Ada', tenantId: 'acme', scopes: ['email'] },
      { id: 'TPC2Acme', appId: ledger, tenantId: 'acme', scopes: ['invoices'], grantedBy: 'U2Bob' },
      { id: 'TPC2Globex', appId: planner, tenantId: 'globex', scopes: ['calendar'], grantedBy: 'U2Bob' },
      { id: 'TPC2Gone', appId: ledger, userId: 'U2Gone', scopes: ['email'] },
      { id: 'TPC2Over', appId: ledger, userId: 'U2Cleo', scopes: ['email'], expireTime: 1_600_000_000 },
    ].map((consent) => Object.assign({ createdTime: 1_600_000_000 }, consent)),
  };
}
