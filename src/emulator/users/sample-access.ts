// Who holds what in the sample company, drawn by hashes of seed and index. Kept in step with the samples of
// `tenants.ts` and `roles.ts`.

export interface SampleTenant {
  readonly id: string;
  readonly domain: string;
  /** Chances out of 100. */
  readonly share: number;
  readonly ownRole: string;
}

const tenants: readonly SampleTenant[] = [
  { id: 'acme', domain: 'acme.example', share: 28, ownRole: 'Approver' },
  { id: 'northwind', domain: 'northwind.example', share: 8, ownRole: 'Approver' },
  { id: 'northwind-retail', domain: 'retail.northwind.example', share: 13, ownRole: 'Warehouse Lead' },
  { id: 'northwind-freight', domain: 'freight.northwind.example', share: 13, ownRole: 'Warehouse Lead' },
  { id: 'initech', domain: 'initech.example', share: 13, ownRole: 'Auditor' },
  { id: 'lumiere', domain: 'lumiere.example', share: 7, ownRole: 'Contractor' },
  { id: 'T2SakuraSeisakusho00000000JP', domain: 'sakura.example', share: 5, ownRole: 'Line A/B: "50%"' },
  { id: 'hooli', domain: 'hooli.example', share: 5, ownRole: 'Viewer' },
];

// One entry per chance out of 100; the missing ones belong to no tenant.
const byChance = tenants.flatMap((tenant) => Array.from({ length: tenant.share }, () => tenant));

export function tenantOf(dice: number): SampleTenant | undefined {
  return byChance[dice % 100];
}

const none: readonly string[] = [];

// Constants, since rendering recognises a list that it has seen before.
const held = {
  viewer: ['Viewer'],
  editor: ['Editor'],
  billing: ['Billing Manager'],
  support: ['Support Agent'],
  admin: ['Tenant Admin'],
  both: ['Editor', 'Billing Manager'],
  approver: ['Approver'],
  guest: ['Guest'],
  auditor: ['Auditor'],
  oncall: ['Ops / On-call: 100% "awake"'],
  launch: ['🚀 Launch Team', 'Viewer'],
  checker: ['مدقق البيانات'],
  steward: ['Data Steward'],
};
const own = new Map(tenants.map((tenant) => [tenant.ownRole, [tenant.ownRole]]));

export function rolesInTenant(dice: number, tenant: SampleTenant): readonly string[] {
  const at = dice % 100;
  if (at < 44) return held.viewer;
  if (at < 64) return held.editor;
  if (at < 70) return held.billing;
  if (at < 75) return held.support;
  if (at < 83) return own.get(tenant.ownRole) ?? none;
  if (at < 85) return held.admin;
  if (at < 89) return held.both;
  if (at < 92 && tenant.id === 'initech') return held.approver;
  return at < 92 ? held.guest : none;
}

export function rolesOfProject(dice: number): readonly string[] {
  const at = dice % 200;
  if (at < 10) return held.support;
  if (at < 14) return held.editor;
  if (at < 18) return held.auditor;
  if (at < 20) return held.oncall;
  if (at < 22) return held.launch;
  if (at < 24) return held.checker;
  if (at < 26) return held.steward;
  return at < 28 ? held.admin : none;
}
