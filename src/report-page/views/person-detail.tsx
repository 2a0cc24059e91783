import { useCallback, useMemo } from 'preact/hooks';
import { type Report, useReport } from '../context.ts';
import { type Held, heldBy, membershipsOf, pathsOf } from '../data/access.ts';
import { hasUserFlag } from '../data/analysis.ts';
import { type RuleFindings, touchingUser } from '../data/findings.ts';
import { graphOfPerson } from '../data/graph.ts';
import { direct } from '../data/inherited.ts';
import { nextLoginOfPerson, signOnKnown } from '../data/next-login.ts';
import { loginOf } from '../data/people.ts';
import { counted, day } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutPerson, commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Gains } from './gains.tsx';
import { Grid } from './grid.tsx';
import { OthersOfPerson } from './key-parts.tsx';
import { Badge, Name, PlaceName, Status } from './names.tsx';
import { PathGraph } from './path-graph.tsx';
import { PathSentences } from './path-sentences.tsx';
import { mostRows, useWayFilter, wayColumn, wayOfEdge, WaysNote } from './ways.tsx';

/** A person; with a permission or a tenant, the graph shows the ways to it only. */
export function PersonDetail({
  user,
  permission = '',
  tenant = '',
}: {
  readonly user: number;
  readonly permission: string | undefined;
  readonly tenant: string | undefined;
}) {
  const report = useReport();
  const { project, analysis, findings } = report;
  const { users } = project;
  const holdings = useMemo(() => heldBy(project, user, 'all'), [project, user]);
  const members = useMemo(() => membershipsOf(project, user), [project, user]);
  const isTooMany = useMemo(() => countPaths(project, holdings) > mostRows, [project, holdings]);
  const paths = useMemo(() => pathsOf(project, user, isTooMany ? 'direct' : 'all'), [project, user, isTooMany]);
  const chosen = permission === '' ? -1 : project.permissions.findIndex(({ name }) => name === permission);
  const place = tenant === '' ? -1 : project.tenants.findIndex(({ id: one }) => one === tenant);
  const next = useMemo(() => nextLoginOfPerson(project, user), [project, user]);
  const choice = {
    permission: chosen === -1 ? undefined : chosen,
    tenant: place === -1 ? undefined : place,
  };
  const graph = useMemo(
    () => graphOfPerson(project, user, holdings, next.gains, choice),
    [project, user, chosen, place],
  );
  const pathWay = useCallback((row: number) => wayOfEdge(paths[row]?.edge ?? direct), [paths]);
  const heldWay = useCallback((row: number) => wayOfEdge(holdings[row]?.edge ?? direct), [holdings]);
  const pathFilter = useWayFilter(paths.length, pathWay);
  const heldFilter = useWayFilter(holdings.length, heldWay);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    return [
      common.permission((row) => paths[row]?.permission),
      common.level((row) => paths[row]?.permission),
      common.place((row) => paths[row]?.place),
      { ...common.role((row) => paths[row]?.role), header: 'Through role' },
      wayColumn(report, (row) => paths[row]?.edge ?? direct),
    ];
  }, [project, paths]);
  const heldColumns = useMemo(() => {
    const common = commonColumns(report);
    const role = (row: number) => (holdings[row]?.role === -1 ? undefined : holdings[row]?.role);
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
      wayColumn(report, (row) => holdings[row]?.edge ?? direct),
      common.number('permissions', 'Permissions', (row) => project.roles[role(row) ?? -1]?.allows.length ?? 0, {
        isOptional: true,
      }),
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
            'Direct member of',
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
          chosen !== -1
            ? `The way to ${project.permissions[chosen]?.name ?? ''}`
            : place === -1
              ? 'Where, and through which roles'
              : `What counts in ${project.tenants[place]?.name ?? ''}`
        }
      >
        {graph.nodes.length === 1 ? (
          <p class="clear">
            {chosen !== -1
              ? 'There is no way: this person does not have that permission.'
              : place === -1
                ? 'Holds nothing, and belongs to no tenant.'
                : 'This person has nothing that counts there.'}
          </p>
        ) : (
          <PathGraph graph={graph} label="Path of access" />
        )}
        <PathSentences user={user} held={holdings} gains={next.gains} choice={choice} />
        {(chosen !== -1 || place !== -1) && (
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
          filter={pathFilter.filter}
          tools={pathFilter.tools}
          sortedBy={{ id: 'level', desc: false }}
          href={(row) => toHash('people', id, project.permissions[paths[row]?.permission ?? 0]?.name ?? '')}
          isSelected={(row) => paths[row]?.permission === chosen}
          empty={
            holdings.every(({ role }) => role === -1) ? 'No role, so no permission.' : 'The roles held allow nothing.'
          }
        />
        <WaysNote isTooMany={isTooMany} />
      </Part>
      <OthersOfPerson user={user} />
      {(next.gains.length > 0 || !signOnKnown(project).missing.includes('sso_configuration')) && (
        <Part title="What the next login gives">
          <Gains
            label={`What ${users.name.at(user)} ${id} will gain`}
            about={aboutPerson(report, user)}
            rows={next.gains}
            columns={['role', 'place', 'giver', 'privileged']}
            empty="No group of this person is mapped to a role that they do not have."
          />
          {next.returning.length > 0 && (
            <p class="note">
              {counted(next.returning.length, 'role')} held directly would come back after a revoke:{' '}
              <a href={toHash('next-login')}>see what the next login changes</a>.
            </p>
          )}
        </Part>
      )}
      <Part title="What this person has">
        <Grid
          label={`What ${users.name.at(user)} ${id} holds`}
          noun={['role or membership', 'roles and memberships']}
          about={aboutPerson(report, user)}
          columns={heldColumns}
          count={holdings.length}
          filter={heldFilter.filter}
          tools={heldFilter.tools}
          sortedBy={{ id: 'privileged', desc: false }}
          href={(row) => {
            const { role = -1, place: where = -1 } = holdings[row] ?? {};
            return role === -1
              ? toHash('tenants', project.tenants[where]?.id ?? '')
              : toHash('roles', project.roles[role]?.id ?? '');
          }}
          empty="Holds nothing, and belongs to no tenant."
        />
        <WaysNote />
      </Part>
    </>
  );
}

function countPaths({ roles }: Report['project'], held: readonly Held[]): number {
  return held.reduce((sum, { role }) => sum + (roles[role]?.allows.length ?? 0), 0);
}

function Notes({ findings, user }: { readonly findings: readonly RuleFindings[]; readonly user: number }) {
  const touching = useMemo(() => touchingUser(findings, user), [findings, user]);
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
