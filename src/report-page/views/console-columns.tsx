import type { Report } from '../context.ts';
import { grantsOfKey } from '../data/console.ts';
import { toHash } from '../route.ts';
import { commonColumns } from './columns.tsx';
import type { GridColumn } from './grid-layout.ts';
import { anyKeyColumns } from './key-columns.tsx';

/** Columns of management keys. */
export function managementColumns(report: Report): readonly GridColumn[] {
  const { project } = report;
  const { keys } = project.console;
  const common = commonColumns(report);
  const { name, status, expires, age, addresses } = anyKeyColumns(
    report,
    (row) => keys[row],
    'Management key',
    (id) => toHash('console', id),
  );
  const grants = (row: number) => grantsOfKey(project, row);
  return [
    name,
    status,
    expires,
    common.text('roles', 'Roles', '2fr', (row) => rolesInWords(grants(row).flatMap(({ roles }) => roles)), {
      least: 120,
    }),
    common.text('company', 'In all projects', '1.2fr', (row) => keys[row]?.companyRoles.join(', ') ?? '', {
      isOptional: true,
    }),
    common.number('projects', 'Projects', (row) => new Set(grants(row).map((grant) => grant.project)).size),
    age,
    addresses,
  ];
}

function rolesInWords(roles: readonly string[]): string {
  return [...new Set(roles)].join(', ');
}
