import { useMemo } from 'preact/hooks';
import { thingFlags } from '../../answers/report-format.ts';
import { useReport } from '../context.ts';
import { waysTo } from '../data/access.ts';
import { graphOfPermission } from '../data/graph.ts';
import { number, percent } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutThing, commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Grid } from './grid.tsx';
import { Badge, LevelBadge, Name } from './names.tsx';
import { PathGraph } from './path-graph.tsx';

export function PermissionDetail({ permission }: { readonly permission: number }) {
  const report = useReport();
  const { project, analysis } = report;
  const found = project.permissions[permission];
  const { ways, roles } = useMemo(() => {
    const roles = project.roles.flatMap(({ allows }, role) =>
      allows.includes(permission) ? [{ role, people: analysis.roleHolders[role] ?? 0 }] : [],
    );
    const ways = waysTo(project, permission);
    return { ways, roles: roles.sort((left, right) => right.people - left.people) };
  }, [project, permission]);
  const graph = useMemo(() => graphOfPermission(project, permission, roles), [project, permission]);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    const user = (row: number) => ways[row]?.user;
    return [
      common.user(user),
      common.status(user),
      common.place((row) => ways[row]?.place),
      { ...common.role((row) => ways[row]?.role), header: 'Through role' },
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
          sortedBy={{ id: 'user', desc: false }}
          href={(row) => toHash('people', project.users.id.at(ways[row]?.user ?? 0), found.name)}
          empty="Nobody can."
        />
      </Part>
    </>
  );
}
