import { secretCanary } from '../sso/sample.ts';
import type { ThirdPartyAppSeed } from './third-party-records.ts';

/** One app that everybody trusts, one that asks for everything, one that registered itself, and two of less use. */
export const thirdPartySample: readonly ThirdPartyAppSeed[] = [
  {
    id: 'TPA2LedgerSync',
    name: 'Ledger Sync',
    description: 'Copies invoices to the accountants',
    approvedCallbackUrls: ['https://ledger-sync.example/callback'],
    permissionsScopes: [
      { name: 'invoices', description: 'Read invoices', values: ['Auditor'] },
      { name: 'approve', description: 'Approve invoices', optional: true, values: ['Billing Manager'] },
    ],
    attributesScopes: [{ name: 'email', description: 'Your address', values: ['email'] }],
    allowedTenants: ['acme', 'initech'],
    clientSecret: secretCanary,
  },
  {
    id: 'TPA2Everything',
    name: 'Office: "suite" / 100%',
    description: 'Asks for more than it needs',
    permissionsScopes: [
      { name: 'full_access', values: ['Tenant Admin', 'Data Steward', 'customers.delete'] },
      { name: 'gone', values: ['Legacy Auditor'] },
    ],
    connectionsScopes: [{ name: 'calendar', values: ['google-calendar'] }],
    skipConsentScreen: true,
    forceAddAllAuthorizationInfo: true,
    clientSecret: secretCanary,
  },
  {
    id: 'TPA2DynamicAgent',
    name: 'Desktop agent',
    description: 'Registered itself',
    dynamic: true,
    nonConfidentialClient: true,
    permissionsScopes: [{ name: 'orders', values: ['orders.read'] }],
    useResources: true,
  },
  {
    id: 'TPA2Paused',
    name: 'Paused partner',
    status: 'inactive',
    permissionsScopes: [{ name: 'stock', values: ['stock:move/adjust'] }],
    clientSecret: secretCanary,
  },
  { id: 'TPA2Unused', name: 'Nobody consented', clientSecret: secretCanary },
];
