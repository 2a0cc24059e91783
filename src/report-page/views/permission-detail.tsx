import { useCallback, useMemo } from 'preact/hooks';
import { thingFlags } from '../../answers/report-format.ts';
import { useReport } from '../context.ts';
import { countWays, waysTo } from '../data/access.ts';
import { graphOfPermission } from '../data/graph.ts';
import { direct } from '../data/inherited.ts';
import { nextLoginOf, signOnKnown } from '../data/next-login.ts';
import { number, percent } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutThing, commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Gains } from './gains.tsx';
import { Grid } from './grid.tsx';
import { KeysWith } from './key-parts.tsx';
import { Badge, LevelBadge, Name } from './names.tsx';
import { PathGraph } from './path-graph.tsx';
import { mostRows, useWayFilter, wayColumn, wayOfEdge, WaysNote } from './ways.tsx';

export function PermissionDetail({ permission }: { readonly permission: number }) {
  const report = useReport();
  const { project, analysis } = report;
  const found = project.permissions[permission];
  const { ways, roles, gains, isTooMany } = useMemo(() => {
    const roles = project.roles.flatMap(({ allows }, role) =>
      allows.includes(permission) ? [{ role, people: analysis.roleHolders[role] ?? 0 }] : [],
    );
    const allows = (role: number): boolean => project.roles[role]?.allows.includes(permission) === true;
    const isTooMany = countWays(project, allows) > mostRows;
    const next = nextLoginOf(project);
    return {
      isTooMany,
      ways: waysTo(project, permission, isTooMany ? 'direct' : 'all'),
      roles: roles.sort((left, right) => right.people - left.people),
      gains: [...next.gains, ...next.open].filter(({ role }) => allows(role)),
    };
  }, [project, permission]);
  const allows = useCallback(
    ({ role }: { readonly role: number }) => project.roles[role]?.allows.includes(permission) === true,
    [project, permission],
  );
  const way = useCallback((row: number) => wayOfEdge(ways[row]?.edge ?? direct), [ways]);
  const filter = useWayFilter(ways.length, way);
  const graph = useMemo(() => graphOfPermission(project, permission, roles), [project, permission]);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    const user = (row: number) => ways[row]?.user;
    return [
      common.user(user),
      common.status(user),
      common.place((row) => ways[row]?.place),
      { ...common.role((row) => ways[row]?.role), header: 'Through role' },
      wayColumn(report, (row) => ways[row]?.edge ?? direct),
    ];
  }, [project, ways]);
  if (found === undefined) {
    return null;
  }
  const people = analysis.permissionUsers[permission] ?? 0;

  return (
    <>
      <DetailHead what="Permission" name={found.name}>
        <LevelBadge level={analysis.levelOfPermission[permission] ?? 'ordinary'} />
        {(found.flags & thingFlags.system) !== 0 && <Badge tone="info">Descope’s own</Badge>}
        {(found.flags & thingFlags.former) !== 0 && <Badge tone="bad">gone</Badge>}
      </DetailHead>
      <Facts
        facts={[
          ['Description', found.description === '' ? '' : <Name text={found.description} />],
          ['People who can', `${number(people)}, ${percent(people, project.users.current)} of all`],
          ['Roles that allow it', number(roles.length)],
        ]}
      />
      <Part title="Roles that allow it">
        {roles.length > 0 ? (
          <PathGraph graph={graph} label="Roles that allow the permission" />
        ) : (
          <p class="clear">No role allows it.</p>
        )}
      </Part>
      <Part title="Who can, where, and how">
        <Grid
          label={`Who can ${found.name}`}
          noun={['way', 'ways']}
          about={aboutThing('Can', found)}
          columns={columns}
          count={ways.length}
          filter={filter.filter}
          tools={filter.tools}
          sortedBy={{ id: 'user', desc: false }}
          href={(row) => {
            const { user = 0, place = -1, edge = direct } = ways[row] ?? {};
            const id = project.users.id.at(user);
            return edge === direct
              ? toHash('people', id, found.name)
              : toHash('people', id, found.name, project.tenants[place]?.id ?? '');
          }}
          empty="Nobody can."
        />
        <WaysNote isTooMany={isTooMany} />
      </Part>
      <KeysWith
        title="Access keys that can"
        label={`Access keys that can ${found.name}`}
        about={aboutThing('Can', found)}
        isWanted={allows}
        empty="No access key can."
      />
      {!signOnKnown(project).missing.includes('sso_configuration') && (
        <Part title="Who will gain a role with it at the next login">
          <Gains
            label={`Who will gain a role with ${found.name}`}
            about={aboutThing('Can', found)}
            rows={gains}
            columns={['user', 'who', 'role', 'place', 'giver']}
            empty="Nobody that is known, and no default role allows it."
          />
        </Part>
      )}
    </>
  );
}
