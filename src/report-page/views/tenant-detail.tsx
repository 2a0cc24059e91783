import { useMemo } from 'preact/hooks';
import { holdingKinds, thingFlags } from '../../answers/report-format.ts';
import { useReport } from '../context.ts';
import { placeOf, usersOf } from '../data/access.ts';
import { graphOfTenant } from '../data/graph.ts';
import { number } from '../format.ts';
import { toHash } from '../route.ts';
import { commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Grid } from './grid.tsx';
import { Badge, Name, PlaceName } from './names.tsx';
import { PathGraph } from './path-graph.tsx';

export function TenantDetail({ tenant }: { readonly tenant: number }) {
  const report = useReport();
  const { project, analysis } = report;
  const found = project.tenants[tenant];
  const { people, roles } = useMemo(() => peopleOf(report, tenant), [project, tenant]);
  const graph = useMemo(() => graphOfTenant(project, tenant, roles), [project, tenant]);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    const user = (row: number) => people[row]?.user;
    return {
      people: [
        common.user(user),
        common.status(user),
        common.text('roles', 'Roles here', '2.4fr', (row) => people[row]?.roles.map((role) => project.roles[role]?.name ?? '').join(', ') ?? ''),
        common.number('permissions', 'Permissions here', (row) => people[row]?.permissions ?? 0, { width: '1.1fr' }),
      ],
      roles: [
        common.role((row) => roles[row]?.role),
        { ...common.place((row) => project.roles[roles[row]?.role ?? 0]?.tenant, 'Defined by') },
        common.number('people', 'People here', (row) => roles[row]?.people ?? 0),
        common.text('privileged', 'Privileged', '1fr', (row) => ((analysis.privilege[roles[row]?.role ?? 0]?.length ?? 0) > 0 ? 'privileged' : ''), {
          cell: (row) => ((analysis.privilege[roles[row]?.role ?? 0]?.length ?? 0) > 0 ? <Badge tone="bad">privileged</Badge> : null),
        }),
      ],
    };
  }, [project, people]);
  if (found === undefined) {
    return null;
  }
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
          ['Tenant id', <code><Name text={found.id} /></code>],
          ['Parent', parent === -1 ? '' : <PlaceName place={parent} />],
          ['Members', number(analysis.tenantMembers[tenant] ?? 0)],
          ['Privileged people', number(analysis.tenantPrivileged[tenant] ?? 0)],
        ]}
      />
      <Part title="Roles held inside">{graph.nodes.length > 1 ? <PathGraph graph={graph} label="Roles held inside the tenant" /> : <p class="clear">Nobody holds a role inside this tenant.</p>}</Part>
      <Part title="People">
        <Grid label={`People of ${found.name}`} noun={['person', 'people']} columns={columns.people} count={people.length} sortedBy={{ id: 'permissions', desc: true }} alsoSearched={(row) => project.users.email.at(people[row]?.user ?? 0)} href={(row) => toHash('people', project.users.id.at(people[row]?.user ?? 0))} />
      </Part>
      <Part title="Roles">
        <Grid label={`Roles in ${found.name}`} noun={['role', 'roles']} columns={columns.roles} count={roles.length} sortedBy={{ id: 'people', desc: true }} href={(row) => toHash('roles', project.roles[roles[row]?.role ?? 0]?.id ?? '')} />
      </Part>
    </>
  );
}

/** Who belongs to a tenant or holds something inside it, with what they may do there, and the roles, the most held first. */
function peopleOf({ project }: ReturnType<typeof useReport>, tenant: number) {
  const rolesOf = new Map<number, number[]>();
  const counts = new Map<number, number>();
  project.holdings.targets.forEach((target, at) => {
    if (placeOf(project, target) !== tenant) {
      return;
    }
    const users = usersOf(project, at);
    for (const user of users) {
      const roles = rolesOf.get(user) ?? [];
      rolesOf.set(user, target.kind === holdingKinds.member ? roles : [...roles, target.role]);
    }
    if (target.kind !== holdingKinds.member) {
      counts.set(target.role, (counts.get(target.role) ?? 0) + users.length);
    }
  });
  const projectRoles = new Map<number, number[]>();
  project.holdings.targets.forEach((target, at) => {
    if (target.role >= 0 && placeOf(project, target) === -1) {
      for (const user of usersOf(project, at)) {
        if (rolesOf.has(user)) {
          projectRoles.set(user, [...(projectRoles.get(user) ?? []), target.role]);
        }
      }
    }
  });
  const people = Array.from(rolesOf, ([user, roles]) => {
    const allowed = new Set([...roles, ...(projectRoles.get(user) ?? [])].flatMap((role) => project.roles[role]?.allows ?? []));
    return { user, roles, permissions: allowed.size };
  });
  return { people, roles: Array.from(counts, ([role, people]) => ({ role, people })).sort((left, right) => right.people - left.people) };
}
