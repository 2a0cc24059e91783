import { projectCreated } from '../family.ts';
import { defaultSsoId } from '../sso/records.ts';
import { secretCanary } from '../sso/sample.ts';
import { adaLovelace, danglingRoleNames } from '../users/sample.ts';
import type { AccessKeySeed } from './records.ts';

const month = 30 * 86_400;
const goneUser = 'U2GoneMilton0000000000000000';

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
    scimSsoId: defaultSsoId,
  },
  {
    name: 'Partner feed',
    keyTenants: [{ tenantId: 'lumiere', roleNames: ['Contractor'] }],
    createdBy: goneUser,
    expiresInDays: 12,
    description: 'Ends soon',
  },
  { name: "Milton's stapler", boundUserId: goneUser, createdBy: goneUser, description: 'Its user is gone' },
  {
    name: 'SCIM of contractors',
    keyTenants: [{ tenantId: 'initech', roleNames: [] }],
    editable: false,
    expireTime: projectCreated + 24 * month,
    customClaims: { scim: true },
    description: 'Has ended, and the provisioning with it',
    scimSsoId: 'initech-contractors',
  },
  {
    name: 'SCIM of Lumière',
    keyTenants: [{ tenantId: 'lumiere', roleNames: [] }],
    editable: false,
    customClaims: { scim: true },
    scimSsoId: defaultSsoId,
  },
];

/** Keys of every kind, with a canary as the secret of each. */
export const accessKeySample: readonly AccessKeySeed[] = sample.map((key, at): AccessKeySeed =>
  Object.assign(
    {
      id: `K2${String(at + 1).padStart(26, 'SampleKey')}`,
      createdTime: projectCreated + at * month,
      cleartext: secretCanary,
    },
    key,
  ),
);
