import type { PermissionSeed, ProjectSeed, RoleSeed, TenantSeed } from './records.ts';

const createdTime = Date.UTC(2022, 0, 3, 8) / 1000;

const tenants: readonly TenantSeed[] = [
  {
    id: 'acme',
    name: 'Acme',
    domains: ['acme.example'],
    selfProvisioningDomains: ['acme.example'],
    defaultRoles: ['Viewer'],
    customAttributes: { plan: 'enterprise', seats: 400, renewal: true },
  },
  { id: 'northwind', name: 'Northwind Group', domains: ['northwind.example'] },
  {
    id: 'northwind-retail',
    name: 'Northwind Retail',
    domains: ['retail.northwind.example'],
    parent: 'northwind',
    roleInheritance: 'userOnly',
  },
  {
    id: 'northwind-freight',
    name: 'Northwind Freight',
    domains: ['freight.northwind.example'],
    parent: 'northwind',
    roleInheritance: 'none',
  },
  { id: 'initech', name: 'Initech', domains: ['initech.example'], authType: 'saml', enforceSSO: true },
  { id: 'lumiere', name: 'Lumière & Fils', domains: ['lumiere.example'], authType: 'oidc' },
  { id: 'T2SakuraSeisakusho00000000JP', name: 'さくら製作所', domains: ['sakura.example'] },
  { id: 'hooli', name: 'Hooli (closed 2024)', domains: ['hooli.example'], disabled: true },
];

const permissions: readonly PermissionSeed[] = [
  { name: 'User Admin', description: 'Manage users, roles and access keys', systemDefault: true },
  { name: 'SSO Admin', description: 'Manage SSO of a tenant', systemDefault: true },
  { name: 'Impersonate', description: 'Sign in as another user', systemDefault: true },
  { name: 'invoices.read', description: 'See invoices' },
  { name: 'invoices.approve', description: 'Approve invoices for payment' },
  { name: 'orders.read', description: 'See orders' },
  { name: 'orders.refund', description: 'Refund an order' },
  { name: 'customers.read', description: 'See customers' },
  { name: 'customers.edit', description: 'Change customers' },
  { name: 'customers.delete', description: 'Delete customers' },
  { name: 'reports.view', description: 'See reports' },
  { name: 'stock:move/adjust', description: 'Move and adjust stock' },
  { name: 'discount 100%', description: 'Give things away' },
  { name: 'deploy 🚀', description: 'Release to production' },
  { name: 'تصدير البيانات', description: 'Export data' },
];

const roles: readonly RoleSeed[] = [
  {
    name: 'Tenant Admin',
    description: 'Manages the users and the SSO of a tenant',
    permissionNames: ['User Admin', 'SSO Admin', 'Impersonate'],
  },
  {
    name: 'Editor',
    description: 'Works with orders and customers',
    permissionNames: ['orders.read', 'customers.read', 'customers.edit'],
  },
  { name: 'Viewer', description: 'Looks', permissionNames: ['orders.read', 'customers.read', 'reports.view'] },
  { name: 'Billing Manager', description: 'Pays', permissionNames: ['invoices.read', 'invoices.approve'] },
  { name: 'Support Agent', description: 'Helps', permissionNames: ['orders.read', 'orders.refund', 'customers.read'] },
  { name: 'Auditor', description: 'Checks the books', permissionNames: ['invoices.read', 'reports.view'] },
  { name: 'Guest', description: 'Allowed in, allowed nothing' },
  { name: 'Release Captain', description: 'Nobody holds it', permissionNames: ['deploy 🚀'], private: true },
  {
    name: 'Ops / On-call: 100% "awake"',
    description: 'Every separator that an id might use',
    permissionNames: ['stock:move/adjust', 'discount 100%'],
  },
  { name: '🚀 Launch Team', description: 'Emoji', permissionNames: ['deploy 🚀', 'reports.view'] },
  { name: 'مدقق البيانات', description: 'Right to left', permissionNames: ['تصدير البيانات', 'reports.view'] },
  { name: 'Data Steward', description: 'Deletes', permissionNames: ['customers.delete'], private: true },

  { name: 'Approver', tenantId: 'acme', description: 'Acme', permissionNames: ['invoices.approve'] },
  { name: 'Approver', tenantId: 'northwind', description: 'Northwind', permissionNames: ['invoices.read'] },
  { name: 'Approver', tenantId: 'initech', description: 'Initech', permissionNames: ['orders.refund'] },
  { name: 'Warehouse Lead', tenantId: 'northwind-retail', permissionNames: ['stock:move/adjust'] },
  { name: 'Warehouse Lead', tenantId: 'northwind-freight', permissionNames: ['stock:move/adjust', 'orders.read'] },
  // The same name as a project role: the wire cannot say which of the two a member of Initech holds.
  { name: 'Auditor', tenantId: 'initech', description: 'Initech only', permissionNames: ['customers.read'] },
  { name: 'Contractor', tenantId: 'lumiere', description: 'No permissions' },
  { name: 'Line A/B: "50%"', tenantId: 'T2SakuraSeisakusho00000000JP', permissionNames: ['stock:move/adjust'] },
];

/** The tenants, roles and permissions of the built-in sample company; users are generated (`createSampleUsers`). */
export function sampleProject(): Required<Omit<ProjectSeed, 'users'>> {
  return {
    tenants: tenants.map((tenant) => Object.assign({ createdTime }, tenant)),
    roles: roles.map((role) => Object.assign({ createdTime }, role)),
    permissions,
  };
}
