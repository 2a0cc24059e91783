import { projectCreated } from '../family.ts';
import { adaLovelace } from '../users/sample.ts';
import type { ConsentSeed } from './consent-records.ts';

const year = 365 * 86_400;
const day = 86_400;

const goneUser = 'U2GoneMilton0000000000000000';

/** Written out where something is rare; the others are the same but for the user. */
const rare: readonly ConsentSeed[] = [
  { appId: 'TPA2LedgerSync', userId: adaLovelace.userId, tenantId: 'acme', scopes: ['invoices', 'email'] },
  // The same user and the same app, in another tenant and with more.
  {
    appId: 'TPA2LedgerSync',
    userId: adaLovelace.userId,
    tenantId: 'initech',
    scopes: ['invoices', 'approve'],
    expireTime: projectCreated + year,
  },
  {
    appId: 'TPA2Everything',
    sampleUser: 1,
    scopes: ['full_access', 'calendar'],
    expireTime: projectCreated + 78 * year,
  },
  { appId: 'TPA2Everything', tenantId: 'initech', scopes: ['full_access'], grantedBy: 'K2EmulatorManagementKey00000' },
  { appId: 'TPA2LedgerSync', tenantId: 'acme', scopes: ['invoices'], grantedBy: adaLovelace.userId },
  { appId: 'TPA2Everything', userId: goneUser, scopes: ['full_access', 'gone'] },
  { appId: 'TPA2Paused', sampleUser: 2, scopes: ['stock'] },
  { appId: 'TPA2Deleted', sampleUser: 3, scopes: ['orders'] },
  { appId: 'TPA2Everything', sampleUser: 4, scopes: [] },
];

const many: readonly ConsentSeed[] = Array.from({ length: 131 }, (_, at) => ({
  appId: 'TPA2DynamicAgent',
  sampleUser: 5 + at,
  scopes: ['orders'],
  ...(at % 4 === 1 && { expireTime: projectCreated + 2 * year }),
}));

/** More than a page of them: alive and expired, of users and tenants, of a user and of an app that are gone. */
export const consentSample: readonly ConsentSeed[] = [...rare, ...many].map((consent, at): ConsentSeed =>
  Object.assign(
    { id: `TPC2Sample${String(at + 1).padStart(4, '0')}`, createdTime: projectCreated + at * day },
    consent,
  ),
);
