import type { ProjectSeed } from '../../src/emulator/emulator.ts';
import { company, treeOfTenants } from './provisioning-server.ts';

/** No output may hold it. */
export const keyCanary = 'canary-of-an-access-key-7f31';

/**
 * The company with access keys: one that holds the same name in three scopes, one that holds nothing, one that is bound
 * to Ada, one that has ended, one that is switched off, and two that share a name.
 */
export function companyWithKeys(): ProjectSeed {
  const secret = { cleartext: keyCanary };
  return {
    ...company(),
    accessKeys: [
      {
        id: 'K2Full',
        name: 'Everything',
        description: 'as it is',
        roleNames: ['Editor', 'Viewer'],
        keyTenants: [
          { tenantId: 'acme', roleNames: ['Editor', 'Approver'] },
          { tenantId: 'globex', roleNames: ['Editor', 'Auditor', 'Gone'] },
        ],
        customClaims: { scope: 'x' },
        permittedIps: ['192.0.2.1'],
        ...secret,
      },
      { id: 'K2Bare', name: 'Bare', keyTenants: [{ tenantId: 'acme', roleNames: [] }], ...secret },
      { id: 'K2Bound', name: 'Bound', boundUserId: 'U2Ada', roleNames: ['Editor'], ...secret },
      { id: 'K2Ended', name: 'Ended', expireTime: 1_600_000_000, ...secret },
      { id: 'K2Off', name: 'Off', status: 'inactive', ...secret },
      { id: 'K2Fixed', name: 'Fixed', editable: false, roleNames: ['Viewer'], ...secret },
      { id: 'K2TwinA', name: 'Twin', ...secret },
      { id: 'K2TwinB', name: 'Twin', ...secret },
    ],
  };
}

/** The tree of tenants with a key that holds things above Acme East. */
export function treeWithKey(): ProjectSeed {
  return {
    ...treeOfTenants(),
    accessKeys: [
      { id: 'K2Above', name: 'Above', keyTenants: [{ tenantId: 'acme', roleNames: ['Editor', 'Auditor'] }] },
    ],
  };
}
