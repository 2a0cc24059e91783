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
