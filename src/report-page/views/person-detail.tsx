import { useMemo } from 'preact/hooks';
import { useReport } from '../context.ts';
import { membershipsOf, pathsOf, rolesHeldBy } from '../data/access.ts';
import { hasUserFlag } from '../data/analysis.ts';
import type { Finding } from '../data/findings.ts';
import { graphOfPerson } from '../data/graph.ts';
import { loginOf, personInWords, roleInWords } from '../data/people.ts';
import { counted, day } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutPerson, commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Grid } from './grid.tsx';
import { Badge, Name, PlaceName, Status, wholeProject } from './names.tsx';
import { PathGraph } from './path-graph.tsx';

export function PersonDetail({ user, permission }: { readonly user: number; readonly permission: string | undefined }) {
  const report = useReport();
  const { project, analysis, findings } = report;
  const { users } = project;
  const held = useMemo(() => rolesHeldBy(project, user), [project, user]);
  const members = useMemo(() => membershipsOf(project, user), [project, user]);
  const paths = useMemo(() => pathsOf(project, user), [project, user]);
  const chosen = permission === undefined ? -1 : project.permissions.findIndex(({ name }) => name === permission);
  const graph = useMemo(
    () => graphOfPerson(project, user, held, members, chosen === -1 ? undefined : chosen),
    [project, user, chosen],
  );
  const holdings = useMemo(() => [...held, ...members.map((place) => ({ role: undefined, place }))], [held, members]);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    return [
      common.permission((row) => paths[row]?.permission),
      common.level((row) => paths[row]?.permission),
      common.place((row) => paths[row]?.place),
      { ...common.role((row) => paths[row]?.role), header: 'Through role' },
    ];
  }, [project, paths]);
  const heldColumns = useMemo(() => {
    const common = commonColumns(report);
    const role = (row: number) => holdings[row]?.role;
    const isPower = (row: number): boolean => (analysis.privilege[role(row) ?? -1]?.length ?? 0) > 0;
    return [
      common.text('what', 'What', '1fr', (row) =>
        role(row) === undefined
          ? 'membership'
          : project.roles[role(row) ?? 0]?.tenant === -1
            ? 'role'
            : 'tenant’s own role',
      ),
      common.role(role),
      common.place((row) => holdings[row]?.place),
      common.number('permissions', 'Permissions', (row) => project.roles[role(row) ?? -1]?.allows.length ?? 0),
      common.text('privileged', 'Privileged', '1fr', (row) => (isPower(row) ? 'privileged' : ''), {
        key: (row) => Number(!isPower(row)),
        cell: (row) => (isPower(row) ? <Badge tone="bad">privileged</Badge> : null),
      }),
    ];
  }, [project, holdings]);
  const id = users.id.at(user);

  return (
    <>
      <DetailHead what="Person" name={users.name.at(user)}>
        <Status user={user} />
        {analysis.userPrivileged[user] === 1 && <Badge tone="bad">privileged</Badge>}
        {hasUserFlag(project, user, 'test') && <Badge tone="warn">test user</Badge>}
        {!hasUserFlag(project, user, 'emailVerified') && !hasUserFlag(project, user, 'phoneVerified') && (
          <Badge tone="warn">never verified</Badge>
        )}
        <Badge tone={hasUserFlag(project, user, 'mfa') ? 'good' : 'quiet'}>
          {hasUserFlag(project, user, 'mfa') ? 'second factor' : 'no second factor'}
        </Badge>
      </DetailHead>
      <Facts
        facts={[
          ['Email', users.email.at(user) === '' ? '' : <Name text={users.email.at(user)} />],
          ['Login', loginOf(project, user) === '' ? '' : <Name text={loginOf(project, user)} />],
          [
            'User id',
            <code>
              <Name text={id} />
            </code>,
          ],
          ['Created', day(users.createdAt[user] ?? 0)],
          [
            'Member of',
            members.length === 0
              ? 'no tenant'
              : members.length > 6
                ? counted(members.length, 'tenant')
                : members.map((tenant, at) => (
                    <span key={tenant}>
                      {at > 0 && ', '}
                      <PlaceName place={tenant} />
                    </span>
                  )),
          ],
        ]}
      />
      <Notes findings={findings} user={user} />
      <Part
        title={
          chosen === -1 ? 'Where, and through which roles' : `The way to ${project.permissions[chosen]?.name ?? ''}`
        }
      >
        {graph.nodes.length === 1 ? (
          <p class="clear">
            {chosen === -1
              ? 'Holds nothing, and belongs to no tenant.'
              : 'There is no way: this person does not have that permission.'}
          </p>
        ) : (
          <PathGraph graph={graph} label="Path of access" />
        )}
        {chosen !== -1 && (
          <ul class="sentences">
            {paths
              .filter((path) => path.permission === chosen)
              .slice(0, 20)
              .map(({ role, place }) => (
                <li key={`${role} ${place}`}>
                  <Name text={personInWords(project, user)} /> → <Name text={roleInWords(project, role)} />{' '}
                  {place === -1 ? `(${wholeProject.toLowerCase()})` : 'in '}
                  {place !== -1 && <PlaceName place={place} />} →{' '}
                  <Name text={project.permissions[chosen]?.name ?? ''} />
                </li>
              ))}
          </ul>
        )}
        {chosen !== -1 && (
          <p class="note">
            <a href={toHash('people', id)}>Show all roles again</a>
          </p>
        )}
      </Part>
      <Part title="What this person can do">
        <Grid
          label={`What ${users.name.at(user)} ${id} can do`}
          about={aboutPerson(report, user)}
          noun={['way', 'ways']}
          columns={columns}
          count={paths.length}
          sortedBy={{ id: 'level', desc: false }}
          href={(row) => toHash('people', id, project.permissions[paths[row]?.permission ?? 0]?.name ?? '')}
          isSelected={(row) => paths[row]?.permission === chosen}
          empty={held.length === 0 ? 'No role, so no permission.' : 'The roles held allow nothing.'}
        />
      </Part>
      <Part title="What this person holds">
        <Grid
          label={`What ${users.name.at(user)} ${id} holds`}
          noun={['role or membership', 'roles and memberships']}
          about={aboutPerson(report, user)}
          columns={heldColumns}
          count={holdings.length}
          sortedBy={{ id: 'privileged', desc: false }}
          href={(row) => {
            const { role, place = -1 } = holdings[row] ?? {};
            return role === undefined
              ? toHash('tenants', project.tenants[place]?.id ?? '')
              : toHash('roles', project.roles[role]?.id ?? '');
          }}
          empty="Holds nothing, and belongs to no tenant."
        />
      </Part>
    </>
  );
}

function Notes({ findings, user }: { readonly findings: readonly Finding[]; readonly user: number }) {
  const touching = useMemo(
    () => findings.filter(({ rows }) => rows.some((row) => row.user === user)),
    [findings, user],
  );
  return touching.length === 0 ? null : (
    <p class="touching">
      Found under:{' '}
      {touching.map(({ id, title }, at) => (
        <span key={id}>
          {at > 0 && ', '}
          <a href={toHash('findings', id)}>{title}</a>
        </span>
      ))}
    </p>
  );
}
