import { useMemo } from 'preact/hooks';
import { type Report, useReport } from '../context.ts';
import { type ChangeRow, listChanges } from '../data/changes.ts';
import { counted, moment, number } from '../format.ts';
import { toHash } from '../route.ts';
import { commonColumns } from './columns.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, Name } from './names.tsx';

/** What was gained and lost since the older file. */
export function ChangesView() {
  const report = useReport();
  const { about } = report.project;
  const changes = useMemo(() => listChanges(report.project), [report.project]);
  const count = (rows: readonly ChangeRow[], sign: string): number => rows.filter((row) => row.sign === sign).length;
  return (
    <>
      <p class="lead">
        From <strong><Name text={about.since?.file ?? ''} /></strong> (read {moment(about.since?.summary.finishedAt)}) to <strong><Name text={about.file} /></strong> (read {moment(about.summary.finishedAt)}).
        {about.since?.summary.projectId !== about.summary.projectId && <Badge tone="bad">two different projects</Badge>}
      </p>
      <section class="tiles" aria-label="Changes in numbers">
        {[
          ['Access gained', count(changes.access, '+'), 'memberships and roles'],
          ['Access lost', count(changes.access, '−'), 'memberships and roles'],
          ['People', changes.people.length, 'came, went, or changed status'],
          ['Roles redefined', changes.roles.length, 'permissions gained or lost'],
          ['Things', changes.things.length, 'tenants, roles, permissions: new or gone'],
        ].map(([name, value, note]) => (
          <div key={name} class="card tile">
            <span class="tile-name">{name}</span>
            <span class="tile-value">{number(Number(value))}</span>
            <span class="tile-note">{note}</span>
          </div>
        ))}
      </section>
      <ChangeGrid title="Access gained and lost" rows={changes.access} pick={['sign', 'user', 'status', 'what', 'role', 'place']} none="Nobody gained or lost anything." />
      <ChangeGrid title="What roles allow" rows={changes.roles} pick={['sign', 'role', 'permission', 'what', 'holders']} none="Every role allows what it allowed before." />
      <ChangeGrid title="People" rows={changes.people} pick={['sign', 'user', 'what']} none="The same people, of the same status." />
      <ChangeGrid title="Tenants, roles and permissions" rows={changes.things} pick={['sign', 'what', 'name', 'place']} none="The same tenants, roles and permissions." />
    </>
  );
}

type Pick = 'sign' | 'user' | 'status' | 'what' | 'role' | 'place' | 'permission' | 'name' | 'holders';

function ChangeGrid({ title, rows, pick, none }: { readonly title: string; readonly rows: readonly ChangeRow[]; readonly pick: readonly Pick[]; readonly none: string }) {
  const report = useReport();
  const columns = useMemo(() => pick.map((name) => columnOf(report, rows, name)), [report.project, rows]);
  return (
    <section class="panel block" aria-label={title}>
      <header class="panel-head">
        <h2>{title}</h2>
      </header>
      {rows.length === 0 ? <p class="clear">{none}</p> : <Grid label={title} noun={['change', 'changes']} columns={columns} count={rows.length} href={(row) => hrefOf(report, rows[row])} />}
    </section>
  );
}

function columnOf(report: Report, rows: readonly ChangeRow[], name: Pick): GridColumn {
  const common = commonColumns(report);
  const columns: Readonly<Record<Pick, () => GridColumn>> = {
    sign: () => common.text('sign', '', '0.5fr', (row) => (rows[row]?.sign === '+' ? 'gained' : 'lost'), { cell: (row) => <Badge tone={rows[row]?.sign === '+' ? 'good' : 'bad'}>{rows[row]?.sign === '+' ? '+' : '−'}<span class="visually-hidden">{rows[row]?.sign === '+' ? 'gained' : 'lost'}</span></Badge>, header: '+/−' }),
    user: () => common.user((row) => rows[row]?.user),
    status: () => common.status((row) => rows[row]?.user),
    what: () => common.text('what', 'What', '1.2fr', (row) => rows[row]?.what ?? ''),
    role: () => common.role((row) => rows[row]?.role),
    place: () => common.place((row) => rows[row]?.place),
    permission: () => common.permission((row) => rows[row]?.permission),
    name: () => common.text('name', 'Name', '2fr', (row) => rows[row]?.name ?? ''),
    holders: () => common.number('holders', 'People concerned', (row) => report.analysis.roleHolders[rows[row]?.role ?? -1] ?? 0, { width: '1.1fr' }),
  };
  return columns[name]();
}

function hrefOf({ project }: Report, row: ChangeRow | undefined): string {
  if (row?.user !== undefined) {
    return toHash('people', project.users.id.at(row.user));
  }
  if (row?.role !== undefined) {
    return toHash('roles', project.roles[row.role]?.id ?? '');
  }
  if (row?.permission !== undefined) {
    return toHash('permissions', project.permissions[row.permission]?.name ?? '');
  }
  return toHash('tenants', project.tenants[row?.place ?? -1]?.id ?? '');
}

export function changeCount(report: Report): string {
  const { access, people, roles, things } = listChanges(report.project);
  return counted(access.length + people.length + roles.length + things.length, 'change');
}
