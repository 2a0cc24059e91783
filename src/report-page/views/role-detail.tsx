import { useCallback, useMemo } from 'preact/hooks';
import { thingFlags } from '../../answers/report-format.ts';
import { useReport } from '../context.ts';
import { countWays, placeOf, usersOf, waysThrough } from '../data/access.ts';
import { graphOfRole } from '../data/graph.ts';
import { direct, edgesFrom } from '../data/inherited.ts';
import { nextLoginOf, signOnKnown } from '../data/next-login.ts';
import { number } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutThing, commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Gains } from './gains.tsx';
import { Grid } from './grid.tsx';
import { KeysWith } from './key-parts.tsx';
import { Badge, Name, PlaceName } from './names.tsx';
import { PathGraph } from './path-graph.tsx';
import { mostRows, useWayFilter, wayColumn, wayOfEdge, WaysNote } from './ways.tsx';

export function RoleDetail({ role }: { readonly role: number }) {
  const report = useReport();
  const { project, analysis } = report;
  const found = project.roles[role];
  const { holders, places, isTooMany } = useMemo(() => {
    const isWanted = (one: number): boolean => one === role;
    const places = project.holdings.targets
      .flatMap((target, at) =>
        target.role === role && usersOf(project, at).length > 0
          ? [
              {
                place: placeOf(project, target),
                people: usersOf(project, at).length,
                below: edgesFrom(project, at).length,
              },
            ]
          : [],
      )
      .sort((left, right) => right.people - left.people);
    const isTooMany = countWays(project, isWanted) > mostRows;
    return { places, isTooMany, holders: waysThrough(project, isWanted, isTooMany ? 'direct' : 'all') };
  }, [project, role]);
  const isIt = useCallback((held: { readonly role: number }) => held.role === role, [role]);
  const way = useCallback((row: number) => wayOfEdge(holders[row]?.edge ?? direct), [holders]);
  const filter = useWayFilter(holders.length, way);
  const gains = useMemo(() => {
    const { gains: known, open } = nextLoginOf(project);
    return [...known, ...open].filter((gain) => gain.role === role);
  }, [project, role]);
  const graph = useMemo(() => graphOfRole(project, role, places), [project, role]);
  const allows = found?.allows ?? [];
  const columns = useMemo(() => {
    const common = commonColumns(report);
    const user = (row: number) => holders[row]?.user;
    return {
      holders: [
        common.user(user),
        common.status(user),
        common.place((row) => holders[row]?.place),
        wayColumn(report, (row) => holders[row]?.edge ?? direct),
      ],
      allows: [
        common.permission((row) => allows[row]),
        common.level((row) => allows[row]),
        common.number('people', 'People who can', (row) => analysis.permissionUsers[allows[row] ?? 0] ?? 0, {
          width: '1fr',
        }),
      ],
    };
  }, [project, role]);
  if (found === undefined) {
    return null;
  }
  const why = analysis.privilege[role] ?? [];
  const about = aboutThing('Of role', found);

  return (
    <>
      <DetailHead what={found.tenant === -1 ? 'Role of the project' : 'Role of one tenant'} name={found.name}>
        {why.length > 0 && <Badge tone="bad">privileged</Badge>}
        {(found.flags & thingFlags.isDefault) !== 0 && <Badge tone="info">default: every new user gets it</Badge>}
        {(found.flags & thingFlags.isPrivate) !== 0 && <Badge tone="quiet">private</Badge>}
        {(found.flags & thingFlags.former) !== 0 && <Badge tone="bad">gone</Badge>}
      </DetailHead>
      <Facts
        facts={[
          ['Description', found.description === '' ? '' : <Name text={found.description} />],
          ['Defined by', <PlaceName place={found.tenant} />],
          ['Privileged, since it', why.length === 0 ? '' : <Name text={why.join('; ')} />],
          [
            'People who hold it directly',
            `${number(analysis.roleHolders[role] ?? 0)}, of them ${number(analysis.roleProjectHolders[role] ?? 0)} in the whole project`,
          ],
        ]}
      />
      <Part title="From where it is held to what it allows">
        <PathGraph graph={graph} label="Where the role is held, and what it allows" />
      </Part>
      <Part title="Who has it, and where">
        <Grid
          label={`Holders of ${found.name} ${found.tenant === -1 ? '' : (project.tenants[found.tenant]?.id ?? '')}`}
          noun={['holding', 'holdings']}
          about={about}
          columns={columns.holders}
          count={holders.length}
          filter={filter.filter}
          tools={filter.tools}
          sortedBy={{ id: 'user', desc: false }}
          href={(row) => {
            const { user = 0, place = -1, edge = direct } = holders[row] ?? {};
            const id = project.users.id.at(user);
            return edge === direct ? toHash('people', id) : toHash('people', id, '', project.tenants[place]?.id ?? '');
          }}
          empty="Nobody holds it."
        />
        <WaysNote isTooMany={isTooMany} />
      </Part>
      <KeysWith
        title="Access keys that have it"
        label={`Access keys with ${found.name} ${found.id}`}
        about={about}
        isWanted={isIt}
        empty="No access key has it."
      />
      {!signOnKnown(project).missing.includes('sso_configuration') && (
        <Part title="Who will gain it at the next login">
          <Gains
            label={`Who will gain ${found.name} ${found.id}`}
            about={about}
            rows={gains}
            columns={['user', 'who', 'place', 'giver']}
            empty="Nobody that is known, and it is nobody’s default role."
          />
        </Part>
      )}
      <Part title="What it allows">
        <Grid
          label={`Permissions of ${found.name} ${found.tenant === -1 ? '' : (project.tenants[found.tenant]?.id ?? '')}`}
          noun={['permission', 'permissions']}
          about={about}
          columns={columns.allows}
          count={allows.length}
          sortedBy={{ id: 'level', desc: false }}
          href={(row) => toHash('permissions', project.permissions[allows[row] ?? 0]?.name ?? '')}
          empty="It allows nothing."
        />
      </Part>
    </>
  );
}
