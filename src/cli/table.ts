import type { SyncSummary } from '../sync/summary.ts';

const rowNames = [
  ['user', 'Users'],
  ['tenant', 'Tenants'],
  ['role', 'Roles'],
  ['permission', 'Permissions'],
  ['role_binding', 'Roles in tenants'],
] as const;

/** The counts of a sync as a small table: a row per resource type, resources beside entitlements and grants. */
export function countsTable({ counts }: SyncSummary): string {
  const cell = (section: Readonly<Record<string, number>>, typeId: string): string => (section[typeId] ?? 0).toLocaleString('en');
  const rows = [
    ['', 'resources', 'entitlements', 'grants'],
    ...rowNames.map(([typeId, name]) => [name, cell(counts.resources, typeId), cell(counts.entitlements, typeId), cell(counts.grants, typeId)]),
    ['Total', cell(counts.resources, 'total'), cell(counts.entitlements, 'total'), cell(counts.grants, 'total')],
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`)
    .join('\n');
}

/** What a reader must know besides the counts, one line each; none when all is in order. */
export function remarks(summary: SyncSummary): readonly string[] {
  const { dangling, ambiguous, cut, notDerived, counts } = summary;
  const lines: string[] = [];
  if ((counts.resources['user'] ?? 0) === 0) {
    lines.push('warning: the project answered with no users at all; check the project id and what the key may see');
  }
  if (dangling.count > 0) {
    lines.push(`warning: ${dangling.count} references lead to a tenant, role or permission that does not exist; no access was made of them (see summary.dangling)`);
  }
  if (ambiguous.count > 0) {
    lines.push(`note: ${ambiguous.count} role names are defined by the tenant and by the project; counted as the tenant's (see summary.ambiguous)`);
  }
  if (cut.textsCut + cut.attributesDropped > 0) {
    lines.push(`note: ${cut.textsCut} texts were cut and ${cut.attributesDropped} attributes left out, being longer than the protocol carries`);
  }
  if (notDerived.inheritingTenants > 0) {
    lines.push(`note: access inherited down the tenant tree is not derived yet: ${notDerived.inheritingTenants} tenants, ${notDerived.inheritedRoles} roles`);
  }
  return lines;
}
