import { useCallback, useMemo } from 'preact/hooks';
import { throughProject } from '../../answers/access-rules.ts';
import { thingFlags } from '../../answers/report-format.ts';
import { type Report, useReport } from '../context.ts';
import { countsInTenant } from '../data/access.ts';
import { graphOfTenant } from '../data/graph.ts';
import { direct, heldAbove } from '../data/inherited.ts';
import { nextLoginOf, signOnKnown } from '../data/next-login.ts';
import { accessIn, type CountThere, type How, type TenantAccess } from '../data/tenant-access.ts';
import { tenantInWords } from '../data/people.ts';
import { parentOf } from '../data/tree.ts';
import { number } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutThing, commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Gains } from './gains.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn } from './grid-layout.ts';
import { ConsentsOfTenant, KeysWith } from './key-parts.tsx';
import { Badge, Name, PlaceName } from './names.tsx';
import { PathGraph } from './path-graph.tsx';
import { SignOnOfTenant } from './sign-on.tsx';
import { TenantTree } from './tenant-tree.tsx';
import { useWayFilter, wayInWords, WaysNote } from './ways.tsx';

const hows: Readonly<Record<How, string>> = { direct: 'direct', inherited: 'inherited', project: throughProject };

export function TenantDetail({ tenant }: { readonly tenant: number }) {
  const report = useReport();
  const { project, analysis } = report;
  const found = project.tenants[tenant];
  const access = useMemo(() => accessIn(project, analysis, tenant), [project, tenant]);
  const { people, roles, permissions } = access;
  const graph = useMemo(() => graphOfTenant(project, tenant, roles), [project, tenant]);
  const columns = useMemo(() => columnsOf(report, tenant, access), [project, access]);
  const isHere = useCallback(({ place }: { readonly place: number }) => countsInTenant(place, tenant), [tenant]);
  const how = useCallback((row: number) => people[row]?.how ?? 'direct', [people]);
  const filter = useWayFilter(people.length, how);
  const gains = useMemo(() => {
    const { gains: known, open } = nextLoginOf(project);
    return [...known, ...open].filter(({ place }) => place === tenant);
  }, [project, tenant]);
  if (found === undefined) {
    return null;
  }
  const about = aboutThing('In tenant', found);
  const parent = parentOf(project, tenant);

  return (
    <>
      <DetailHead what="Tenant" name={found.name}>
        {(found.flags & thingFlags.disabled) !== 0 && <Badge tone="warn">disabled</Badge>}
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
          ['Direct members', number(analysis.tenantMembers[tenant] ?? 0)],
          [
            'People with access',
            inParts(analysis.tenantPeople[tenant], analysis.tenantInside[tenant], analysis.tenantInherited[tenant]),
          ],
          [
            'Privileged people',
            inParts(
              analysis.tenantPrivileged[tenant],
              analysis.tenantPrivilegedInside[tenant],
              analysis.tenantPrivilegedInherited[tenant],
            ),
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
      <TenantTree tenant={tenant} />
      <Part title="People who can act here">
        <Grid
          label={`People of ${found.name} ${found.id}`}
          noun={['person', 'people']}
          about={about}
          columns={columns.people}
          count={people.length}
          filter={filter.filter}
          tools={filter.tools}
          sortedBy={{ id: 'permissions', desc: true }}
          href={(row) => {
            const { user = 0, how: way = 'direct' } = people[row] ?? {};
            const id = project.users.id.at(user);
            return way === 'inherited' ? toHash('people', id, '', found.id) : toHash('people', id);
          }}
        />
        <WaysNote />
      </Part>
      <KeysWith
        title="Access keys that can act here"
        label={`Access keys in ${found.name} ${found.id}`}
        about={about}
        isWanted={isHere}
        empty="No access key can act here."
      />
      <ConsentsOfTenant tenant={tenant} />
      {!signOnKnown(project).missing.includes('sso_configuration') && (
        <Part title="Who will gain access at the next login">
          <Gains
            label={`Who will gain access in ${found.name} ${found.id}`}
            about={about}
            rows={gains}
            columns={['user', 'who', 'role', 'giver', 'privileged']}
            empty="Nobody that is known, and there is no default role."
          />
        </Part>
      )}
      <SignOnOfTenant tenant={tenant} />
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

/** "9: 4 direct, 3 inherited, 2 through the whole project only". */
function inParts(all = 0, inside = 0, inherited = 0): string {
  const parts = [
    [inside, 'direct'],
    [inherited, 'inherited'],
    [all - inside - inherited, `${throughProject} only`],
  ] as const;
  const found = parts.filter(([count]) => count > 0);
  const [only] = found;
  return found.length === 1 && only !== undefined
    ? `${number(all)}, all ${only[1]}`
    : `${number(all)}${found.length === 0 ? '' : ': '}${found.map(([count, words]) => `${number(count)} ${words}`).join(', ')}`;
}

function columnsOf(
  report: Report,
  tenant: number,
  { people, roles, permissions, heldBy }: TenantAccess,
): Readonly<Record<'people' | 'roles' | 'permissions', readonly GridColumn[]>> {
  const { project, analysis } = report;
  const common = commonColumns(report);
  const user = (row: number) => people[row]?.user;
  const held = (row: number): string =>
    heldBy(user(row) ?? 0)
      .filter(({ role }) => role !== -1)
      .map(({ role, place, edge }) => {
        const way = edge !== direct ? ` (${wayInWords(report, edge)})` : place === -1 ? ` (${throughProject})` : '';
        return `${project.roles[role]?.name ?? ''}${way}`;
      })
      .join(', ');
  const how = (row: number): string => {
    const { how: way = 'direct', isUncertain = false } = people[row] ?? {};
    return `${hows[way]}${isUncertain ? ', uncertain' : ''}`;
  };
  const from = (row: number): string => {
    const edges = heldBy(user(row) ?? 0).flatMap(({ edge }) => (edge === direct ? [] : [heldAbove(project, edge)]));
    return [...new Set(edges)].map((above) => tenantInWords(project, above)).join(', ');
  };
  const privileged = (isPrivileged: (row: number) => boolean): GridColumn =>
    common.text('privileged', 'Privileged', '1fr', (row) => (isPrivileged(row) ? 'privileged' : ''), {
      key: (row) => Number(!isPrivileged(row)),
      cell: (row) => (isPrivileged(row) ? <Badge tone="bad">privileged</Badge> : null),
    });
  const counts = (rows: readonly CountThere[]): GridColumn[] => [
    common.number('people', 'People here', (row) => rows[row]?.people ?? 0),
    common.number('inherited', 'Of them, inherited', (row) => rows[row]?.inherited ?? 0, { width: '1.1fr' }),
    common.number('through', `Of them, ${throughProject} only`, (row) => rows[row]?.throughProject ?? 0, {
      width: '1.3fr',
    }),
  ];
  return {
    people: [
      common.user(user),
      common.status(user),
      common.text('how', 'How', '1.9fr', how, {
        alsoExported: [{ header: 'Inherited from', text: from }],
        cell: (row) => (
          <>
            {people[row]?.isUncertain === true && (
              <>
                <Badge tone="warn">uncertain</Badge>{' '}
              </>
            )}
            {hows[people[row]?.how ?? 'direct']}
            {people[row]?.how === 'inherited' && (
              <>
                {' '}
                from <Name text={from(row)} />
              </>
            )}
          </>
        ),
      }),
      common.text('roles', 'Roles that count here', '2.2fr', held),
      common.number('permissions', 'Permissions here', (row) => people[row]?.permissions ?? 0, {
        width: '1fr',
        isOptional: true,
      }),
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
