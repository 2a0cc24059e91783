import { useMemo } from 'preact/hooks';
import { throughProject } from '../../answers/access-rules.ts';
import { thingFlags } from '../../answers/report-format.ts';
import { type Report, useReport } from '../context.ts';
import { graphOfTenant } from '../data/graph.ts';
import { accessIn, type CountThere, rolesThere, type TenantAccess } from '../data/tenant-access.ts';
import { number } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutThing, commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, Name, PlaceName } from './names.tsx';
import { PathGraph } from './path-graph.tsx';

export function TenantDetail({ tenant }: { readonly tenant: number }) {
  const report = useReport();
  const { project, analysis } = report;
  const found = project.tenants[tenant];
  const access = useMemo(() => accessIn(project, analysis, tenant), [project, tenant]);
  const { people, roles, permissions } = access;
  const graph = useMemo(() => graphOfTenant(project, tenant, roles), [project, tenant]);
  const columns = useMemo(() => columnsOf(report, tenant, access), [project, access]);
  if (found === undefined) {
    return null;
  }
  const about = aboutThing('In tenant', found);
  const parent = project.tenants.findIndex(({ id }) => id === found.parentId);

  return (
    <>
      <DetailHead what="Tenant" name={found.name}>
        {(found.flags & thingFlags.disabled) !== 0 && <Badge tone="warn">disabled</Badge>}
        {(found.flags & thingFlags.inherits) !== 0 && <Badge tone="warn">inherits access that is not shown</Badge>}
        {(found.flags & thingFlags.former) !== 0 && <Badge tone="bad">gone</Badge>}
      </DetailHead>
      <Facts
        facts={[
          [
            'Tenant id',
            <code>
              <Name text={found.id} />
            </code>,
          ],
          ['Parent', parent === -1 ? '' : <PlaceName place={parent} />],
          ['Members', number(analysis.tenantMembers[tenant] ?? 0)],
          ['People with access', withThrough(analysis.tenantPeople[tenant], analysis.tenantInside[tenant])],
          [
            'Privileged people',
            withThrough(analysis.tenantPrivileged[tenant], analysis.tenantPrivilegedInside[tenant]),
          ],
        ]}
      />
      <Part title="Roles that count here">
        {roles.length > 0 || graph.nodes.length > 1 ? (
          <PathGraph graph={graph} label="Roles that count in the tenant" />
        ) : (
          <p class="clear">Nobody holds a role that counts in this tenant.</p>
        )}
      </Part>
      <Part title="People">
        <Grid
          label={`People of ${found.name} ${found.id}`}
          noun={['person', 'people']}
          about={about}
          columns={columns.people}
          count={people.length}
          sortedBy={{ id: 'permissions', desc: true }}
          href={(row) => toHash('people', project.users.id.at(people[row]?.user ?? 0))}
        />
      </Part>
      <Part title="Roles">
        <Grid
          label={`Roles in ${found.name} ${found.id}`}
          noun={['role', 'roles']}
          about={about}
          columns={columns.roles}
          count={roles.length}
          sortedBy={{ id: 'people', desc: true }}
          href={(row) => toHash('roles', project.roles[roles[row]?.of ?? 0]?.id ?? '')}
        />
      </Part>
      <Part title="What people can do here">
        <Grid
          label={`Permissions in ${found.name} ${found.id}`}
          noun={['permission', 'permissions']}
          about={about}
          columns={columns.permissions}
          count={permissions.length}
          sortedBy={{ id: 'level', desc: false }}
          href={(row) => toHash('permissions', project.permissions[permissions[row]?.of ?? 0]?.name ?? '')}
          empty="Nobody can do anything here."
        />
      </Part>
    </>
  );
}

function withThrough(all = 0, inside = 0): string {
  return all === inside ? number(all) : `${number(all)}, of them ${number(all - inside)} ${throughProject} only`;
}

function columnsOf(
  report: Report,
  tenant: number,
  { people, roles, permissions }: TenantAccess,
): Readonly<Record<'people' | 'roles' | 'permissions', readonly GridColumn[]>> {
  const { project, analysis } = report;
  const common = commonColumns(report);
  const user = (row: number) => people[row]?.user;
  const held = (row: number): string =>
    rolesThere(project, user(row) ?? 0, tenant)
      .map(({ role, place }) => `${project.roles[role]?.name ?? ''}${place === -1 ? ` (${throughProject})` : ''}`)
      .join(', ');
  const privileged = (isPrivileged: (row: number) => boolean): GridColumn =>
    common.text('privileged', 'Privileged', '1fr', (row) => (isPrivileged(row) ? 'privileged' : ''), {
      key: (row) => Number(!isPrivileged(row)),
      cell: (row) => (isPrivileged(row) ? <Badge tone="bad">privileged</Badge> : null),
    });
  const counts = (rows: readonly CountThere[]): GridColumn[] => [
    common.number('people', 'People here', (row) => rows[row]?.people ?? 0),
    common.number('through', `Of them, ${throughProject} only`, (row) => rows[row]?.throughProject ?? 0, {
      width: '1.3fr',
    }),
  ];
  return {
    people: [
      common.user(user),
      common.status(user),
      common.text('how', 'Access', '1.2fr', (row) => (people[row]?.isInside === true ? 'inside' : throughProject), {
        isOptional: true,
      }),
      common.text('roles', 'Roles that count here', '2.2fr', held),
      common.number('permissions', 'Permissions here', (row) => people[row]?.permissions ?? 0, { width: '1fr' }),
      privileged((row) => people[row]?.isPrivileged === true),
    ],
    roles: [
      common.role((row) => roles[row]?.of),
      common.place((row) => project.roles[roles[row]?.of ?? 0]?.tenant, 'Defined by'),
      ...counts(roles),
      privileged((row) => (analysis.privilege[roles[row]?.of ?? 0]?.length ?? 0) > 0),
    ],
    permissions: [
      common.permission((row) => permissions[row]?.of),
      common.level((row) => permissions[row]?.of),
      ...counts(permissions),
    ],
  };
}
