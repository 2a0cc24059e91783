import { registry } from '../registry.ts';
import type { SyncSummary } from '../sync/summary.ts';

/**
 * The counts of a sync as a small table: a row for each resource type that was listed, resources beside entitlements
 * and grants.
 */
export function countsTable({ counts }: SyncSummary): string {
  const cell = (section: Readonly<Record<string, number>>, typeId: string): string =>
    (section[typeId] ?? 0).toLocaleString('en');
  const shown = registry.filter(({ words, isOptIn }) => isOptIn !== true || words.id in counts.resources);
  const rows = [
    ['', 'resources', 'entitlements', 'grants'],
    ...shown.map(({ words: { id: typeId, plural } }) => [
      plural,
      cell(counts.resources, typeId),
      cell(counts.entitlements, typeId),
      cell(counts.grants, typeId),
    ]),
    ['Total', cell(counts.resources, 'total'), cell(counts.entitlements, 'total'), cell(counts.grants, 'total')],
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`,
    )
    .join('\n');
}
