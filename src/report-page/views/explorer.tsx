import { useMemo, useState } from 'preact/hooks';
import { throughProject } from '../../answers/access-rules.ts';
import { type Report, useReport } from '../context.ts';
import { hasUserFlag, isCurrent } from '../data/analysis.ts';
import { personInWords } from '../data/people.ts';
import { plain } from '../data/text.ts';
import { parentOf } from '../data/tree.ts';
import { type Kind, type Route, toHash } from '../route.ts';
import { commonColumns, nameKey } from './columns.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, LevelBadge, Name } from './names.tsx';
import { PermissionDetail } from './permission-detail.tsx';
import { PersonDetail } from './person-detail.tsx';
import { RoleDetail } from './role-detail.tsx';
import { TenantDetail } from './tenant-detail.tsx';

const nouns: Readonly<Record<Kind, readonly [string, string]>> = {
  people: ['person', 'people'],
  tenants: ['tenant', 'tenants'],
  roles: ['role', 'roles'],
  permissions: ['permission', 'permissions'],
};

/** One list, and beside it whatever of it is chosen. */
export function Explorer({ kind, route }: { readonly kind: Kind; readonly route: Route }) {
  const { project } = useReport();
  const key = route[1];
  const chosen = useMemo(() => (key === undefined ? -1 : findThing(project, kind, key)), [project, kind, key]);
  return (
    <div class={key === undefined ? 'explorer' : 'explorer split wide-right'}>
      <p class="visually-hidden" role="status">
        {chosen === -1 ? '' : `${plain(nameOf(project, kind, chosen))} is shown below the list`}
      </p>
      <List key={kind} kind={kind} chosen={chosen} compact={key !== undefined} />
      {key !== undefined && (
        <article class="panel detail">
          <a class="close" href={toHash(kind)} aria-label="Close">
            ✕
          </a>
          {chosen === -1 ? (
            <p class="clear">
              There is nothing here with the id <Name text={key} />.
            </p>
          ) : (
            <Detail key={key} kind={kind} chosen={chosen} permission={route[2]} tenant={route[3]} />
          )}
        </article>
      )}
    </div>
  );
}

/** The whole list on paper. */
export function PrintedList({ kind }: { readonly kind: Kind }) {
  return <List kind={kind} chosen={-1} compact={false} />;
}

function Detail({
  kind,
  chosen,
  permission,
  tenant,
}: {
  readonly kind: Kind;
  readonly chosen: number;
  readonly permission: string | undefined;
  readonly tenant: string | undefined;
}) {
  switch (kind) {
    case 'people':
      return <PersonDetail user={chosen} permission={permission} tenant={tenant} />;
    case 'tenants':
      return <TenantDetail tenant={chosen} />;
    case 'roles':
      return <RoleDetail role={chosen} />;
    case 'permissions':
      return <PermissionDetail permission={chosen} />;
  }
}

function nameOf(project: Report['project'], kind: Kind, chosen: number): string {
  const { tenants, roles, permissions } = project;
  return kind === 'people'
    ? personInWords(project, chosen)
    : ((kind === 'tenants' ? tenants : kind === 'roles' ? roles : permissions)[chosen]?.name ?? '');
}

function findThing({ users, tenants, roles, permissions }: Report['project'], kind: Kind, key: string): number {
  switch (kind) {
    case 'people':
      for (let user = 0; user < users.count; user++) {
        if (users.id.at(user) === key) {
          return user;
        }
      }
      return -1;
    case 'tenants':
      return tenants.findIndex(({ id }) => id === key);
    case 'roles':
      return roles.findIndex(({ id }) => id === key);
    case 'permissions':
      return permissions.findIndex(({ name }) => name === key);
  }
}

function List({ kind, chosen, compact }: { readonly kind: Kind; readonly chosen: number; readonly compact: boolean }) {
  const report = useReport();
  const { columns, count, idOf, sortedBy } = listingOf(report, kind);
  const [only, setOnly] = useState('');
  const filters = useMemo(() => filtersOf(report, kind), [report.project, kind]);
  const total = useMemo(() => filterRows(count, filters[0]?.test).reduce((sum, one) => sum + one, 0), [count, filters]);
  const filter = useMemo(
    () => filterRows(count, filters.find(({ id }) => id === only)?.test ?? filters[0]?.test),
    [count, filters, only],
  );
  return (
    <Grid
      label={kind}
      noun={nouns[kind]}
      columns={columns}
      isCompact={compact}
      count={count}
      total={total}
      filter={filter}
      sortedBy={sortedBy}
      href={(row) => toHash(kind, idOf(row))}
      isSelected={(row) => row === chosen}
      tall
      tools={
        filters.length > 1 && (
          <select aria-label={`Which ${kind}`} value={only} onChange={(event) => setOnly(event.currentTarget.value)}>
            {filters.map(({ id, name }) => (
              <option key={id} value={id}>
                {plain(name)}
              </option>
            ))}
          </select>
        )
      }
    />
  );
}

interface RowFilter {
  readonly id: string;
  readonly name: string;
  readonly test: (row: number) => boolean;
}

function filterRows(count: number, test: ((row: number) => boolean) | undefined): Uint8Array {
  return Uint8Array.from({ length: count }, (_, row) => Number(test?.(row) ?? true));
}

/** The first shows all; what only the older file has stays out. */
function filtersOf({ project, analysis }: Report, kind: Kind): readonly RowFilter[] {
  const { users, roles, tenants, permissions, statuses } = project;
  const within = (row: number): boolean =>
    kind === 'people'
      ? row < users.current
      : isCurrent((kind === 'tenants' ? tenants : kind === 'roles' ? roles : permissions)[row] ?? { flags: 0 });
  const filter = (id: string, name: string, test: (row: number) => boolean): RowFilter => ({
    id,
    name,
    test: (row) => within(row) && test(row),
  });
  const all = filter('', `All ${kind}`, () => true);
  if (kind === 'people') {
    return [
      all,
      ...statuses.map((word, at) =>
        filter(`status ${at}`, `Status: ${word === '' ? 'unknown' : word}`, (row) => users.status[row] === at),
      ),
      filter('privileged', 'Privileged', (row) => analysis.userPrivileged[row] === 1),
      filter('roles', 'With a role held directly', (row) => (analysis.userRoles[row] ?? 0) > 0),
      filter(
        'nothing',
        'Without any access',
        (row) => (analysis.userRoles[row] ?? 0) + (analysis.userTenants[row] ?? 0) === 0,
      ),
      filter('test', 'Test users', (row) => hasUserFlag(project, row, 'test')),
      filter('mfa', 'Without a second factor', (row) => !hasUserFlag(project, row, 'mfa')),
    ];
  }
  if (kind === 'roles') {
    return [
      all,
      filter('privileged', 'Privileged', (row) => (analysis.privilege[row]?.length ?? 0) > 0),
      filter('project', 'Of the project', (row) => roles[row]?.tenant === -1),
      filter('own', 'Tenants’ own', (row) => roles[row]?.tenant !== -1),
      filter('unheld', 'Nobody holds them', (row) => analysis.roleHolders[row] === 0),
    ];
  }
  return [all];
}

const listings = new WeakMap<Report['project'], Map<Kind, Listing>>();

/** Made once for each kind: what its grid has sorted and indexed hangs on the columns. */
function listingOf(report: Report, kind: Kind): Listing {
  const known = listings.get(report.project) ?? new Map<Kind, Listing>();
  listings.set(report.project, known);
  const listing = known.get(kind) ?? listOf(report, kind);
  known.set(kind, listing);
  return listing;
}

interface Listing {
  readonly columns: readonly GridColumn[];
  readonly count: number;
  readonly idOf: (row: number) => string;
  readonly sortedBy: { readonly id: string; readonly desc: boolean };
}

function listOf(report: Report, kind: Kind): Listing {
  const { project, analysis } = report;
  const { users, tenants, roles, permissions } = project;
  const common = commonColumns(report);
  const self = (row: number): number => row;
  const privileged = (test: (row: number) => boolean): GridColumn =>
    common.text('privileged', 'Privileged', '1fr', (row) => (test(row) ? 'privileged' : ''), {
      key: (row) => Number(!test(row)),
      cell: (row) => (test(row) ? <Badge tone="bad">privileged</Badge> : null),
    });
  switch (kind) {
    case 'people':
      return {
        count: users.count,
        idOf: (row) => users.id.at(row),
        sortedBy: { id: 'user', desc: false },
        columns: [
          common.user(self),
          common.status(self),
          common.number('tenants', 'Direct memberships', (row) => analysis.userTenants[row] ?? 0, { isOptional: true }),
          common.number('roles', 'Direct roles', (row) => analysis.userRoles[row] ?? 0),
          common.number('permissions', 'Permissions', (row) => analysis.userPermissions[row] ?? 0, { width: '1fr' }),
          privileged((row) => analysis.userPrivileged[row] === 1),
        ],
      };
    case 'tenants':
      return {
        count: tenants.length,
        idOf: (row) => tenants[row]?.id ?? '',
        sortedBy: { id: 'members', desc: true },
        columns: [
          { ...common.place(self, 'Tenant'), width: '2fr' },
          common.number('members', 'Direct members', (row) => analysis.tenantMembers[row] ?? 0),
          common.number('people', 'People with access', (row) => analysis.tenantPeople[row] ?? 0, { width: '1.1fr' }),
          ...(project.inherited.count === 0
            ? []
            : [
                common.number('inherited', 'Of them, inherited', (row) => analysis.tenantInherited[row] ?? 0, {
                  width: '1.1fr',
                }),
              ]),
          common.number('privileged', 'Privileged people', (row) => analysis.tenantPrivileged[row] ?? 0, {
            width: '1.1fr',
          }),
          common.number(
            'through',
            `Privileged, ${throughProject} only`,
            (row) =>
              (analysis.tenantPrivileged[row] ?? 0) -
              (analysis.tenantPrivilegedInside[row] ?? 0) -
              (analysis.tenantPrivilegedInherited[row] ?? 0),
            { width: '1.4fr', isOptional: true },
          ),
          ...(project.inherited.count === 0
            ? []
            : [
                common.number(
                  'privileged-inherited',
                  'Privileged, inherited',
                  (row) => analysis.tenantPrivilegedInherited[row] ?? 0,
                  { width: '1.2fr', isOptional: true },
                ),
              ]),
          common.text('id', 'Id', '1.5fr', (row) => tenants[row]?.id ?? '', { isOptional: true }),
          common.text('parent', 'Parent', '1.2fr', (row) => tenants[parentOf(project, row)]?.name ?? '', {
            isOptional: true,
          }),
        ],
      };
    case 'roles':
      return {
        count: roles.length,
        idOf: (row) => roles[row]?.id ?? '',
        sortedBy: { id: 'holders', desc: true },
        columns: [
          common.role(self),
          {
            ...common.place((row) => roles[row]?.tenant ?? -1, 'Defined by'),
            key: (row) => nameKey(tenants[roles[row]?.tenant ?? -1]?.name ?? ''),
          },
          common.number('holders', 'Direct holders', (row) => analysis.roleHolders[row] ?? 0),
          common.number('project', 'In whole project', (row) => analysis.roleProjectHolders[row] ?? 0, {
            width: '1.1fr',
            isOptional: true,
          }),
          common.number('allows', 'Permissions', (row) => roles[row]?.allows.length ?? 0),
          privileged((row) => (analysis.privilege[row]?.length ?? 0) > 0),
        ],
      };
    case 'permissions':
      return {
        count: permissions.length,
        idOf: (row) => permissions[row]?.name ?? '',
        sortedBy: { id: 'people', desc: true },
        columns: [
          common.permission(self),
          {
            ...common.level(self),
            cell: (row) => <LevelBadge level={analysis.levelOfPermission[row] ?? 'ordinary'} />,
          },
          common.number('people', 'People', (row) => analysis.permissionUsers[row] ?? 0),
          common.number('roles', 'Roles', (row) => analysis.permissionRoles[row] ?? 0),
          common.text('description', 'Description', '2.2fr', (row) => permissions[row]?.description ?? '', {
            isOptional: true,
          }),
        ],
      };
  }
}
