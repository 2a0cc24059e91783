import { useMemo } from 'preact/hooks';
import { thingFlags } from '../../answers/report-format.ts';
import { throughProject } from '../../answers/access-rules.ts';
import { type Report, useReport } from '../context.ts';
import { isCurrent } from '../data/analysis.ts';
import { countOf } from '../data/findings.ts';
import { isPowerful, isRead, showsKeys } from '../data/keys.ts';
import { nextLoginOf, signOnKnown } from '../data/next-login.ts';
import { isShut, tenantInWords } from '../data/people.ts';
import { counted, moment, number, percent } from '../format.ts';
import { toHash } from '../route.ts';
import { type Bar, Chart, drawBars, drawHistogram } from './chart.tsx';
import { changeCount } from './changes.tsx';
import { endsChart } from './ends-chart.tsx';
import { FoundList } from './findings.tsx';
import { Name } from './names.tsx';
import { Proof } from './proof.tsx';

const mostBars = 10;

export function Overview() {
  const report = useReport();
  const { project, analysis, findings } = report;
  const charts = useMemo(() => chartsOf(report), [project, analysis]);
  const privileged = analysis.userPrivileged.reduce((sum, one) => sum + one, 0);
  const unusual = countOf(findings, 'unusual-access');
  const roles = project.roles.filter(isCurrent);
  const privilegedRoles = project.roles.filter(
    (role, at) => isCurrent(role) && (analysis.privilege[at]?.length ?? 0) > 0,
  ).length;
  const own = roles.filter(({ tenant }) => tenant !== -1).length;

  return (
    <>
      <Proof />
      <Since />
      <section aria-label="In numbers" class="tiles">
        <Tile href={toHash('people')} value={project.users.current} name="People" note={noteOfPeople(report)} />
        <Tile
          href={toHash('tenants')}
          value={project.tenants.filter(isCurrent).length}
          name="Tenants"
          note={`${number(project.tenants.filter(({ flags }) => (flags & thingFlags.disabled) !== 0).length)} disabled`}
        />
        <Tile href={toHash('roles')} value={roles.length} name="Roles" note={`${number(own)} of them tenants’ own`} />
        <Tile
          href={toHash('permissions')}
          value={project.permissions.filter(isCurrent).length}
          name="Permissions"
          note={
            project.permissions.length === 0
              ? 'none is defined'
              : `${number(project.permissions.filter((one, at) => isCurrent(one) && analysis.permissionUsers[at] === 0).length)} that no person has`
          }
        />
        <Tile
          href={toHash('findings', 'privileged-role')}
          value={privileged}
          name="Privileged people"
          note={
            privilegedRoles === 0
              ? 'no role is privileged'
              : privilegedRoles === 1
                ? 'hold the one privileged role'
                : `hold one of ${number(privilegedRoles)} privileged roles`
          }
        />
        <KeysTile />
        <ConsentsTile />
        <ConsoleTile />
        <NextLoginTile />
        {unusual !== undefined && (
          <Tile
            href={toHash('findings', 'unusual-access')}
            value={unusual}
            name="Unusual access"
            note="far more than others in their tenant"
          />
        )}
      </section>
      <section aria-labelledby="first" class="block first">
        <h2 id="first">What to look at first</h2>
        <FoundList />
      </section>
      <section aria-labelledby="pictures" class="block">
        <h2 id="pictures">In pictures</h2>
        <div class={charts.length === 6 ? 'charts in-threes' : 'charts'}>
          {charts.map((chart) => (
            <Chart key={chart.title} {...chart} />
          ))}
        </div>
      </section>
    </>
  );
}

/** Whom the rule finds; where a policy has switched it off, the status alone. */
function noteOfPeople({ project, findings }: Report): string {
  const withAccess = countOf(findings, 'disabled-user-access');
  if (withAccess !== undefined) {
    return `${number(withAccess)} disabled or expired with access`;
  }
  let shut = 0;
  for (let user = 0; user < project.users.current; user++) {
    shut += Number(isShut(project, user));
  }
  return `${number(shut)} disabled or expired`;
}

/** What acts without a person, where it was read. */
function KeysTile() {
  const { project, analysis } = useReport();
  if (!showsKeys(project, 'access_key')) {
    return null;
  }
  return (
    <Tile
      href={toHash('keys')}
      value={project.keys.length}
      name="Access keys"
      note={`${number(project.keys.filter((_, at) => isPowerful(project, analysis, at)).length)} privileged; ${number(project.keys.filter(({ expiresAt, status }) => expiresAt === 0 && status === 'active').length)} active ones never expire`}
    />
  );
}

function ConsentsTile() {
  const { project } = useReport();
  const { consents, thirdParty } = project.apps;
  return isRead(project, 'third_party_app') ? (
    <Tile
      href={toHash('apps')}
      value={consents.count}
      name="Consents"
      note={`to ${counted(thirdParty.length, 'app')} of others`}
    />
  ) : null;
}

function ConsoleTile() {
  const { project } = useReport();
  const { admins, keys } = project.console;
  return isRead(project, 'project') ? (
    <Tile
      href={toHash('console')}
      value={admins.length}
      name="Console administrators"
      note={
        project.about.isHumansOnly === true
          ? 'of the whole company'
          : `and ${counted(keys.length, 'management key')}, of the whole company`
      }
    />
  ) : null;
}

/** What the next login changes, where single sign-on was read. */
function NextLoginTile() {
  const { project } = useReport();
  if (signOnKnown(project).missing.includes('sso_configuration')) {
    return null;
  }
  const { gains, open } = nextLoginOf(project);
  return (
    <Tile
      href={toHash('next-login')}
      value={new Set(gains.map(({ user }) => user)).size}
      name="Will gain a role"
      note={`at the next login; not counted elsewhere${open.length === 0 ? '' : `; and ${counted(open.length, 'role')} for everybody`}`}
    />
  );
}

function Since() {
  const report = useReport();
  const { since } = report.project.about;
  return since === undefined ? null : (
    <p class="proof info">
      <strong>{changeCount(report)}</strong> since <Name text={since.file} />, read {moment(since.summary.finishedAt)}.{' '}
      <a href={toHash('changes')}>What was gained and lost</a>
    </p>
  );
}

function Tile({
  href,
  value,
  name,
  note,
}: {
  readonly href: string;
  readonly value: number;
  readonly name: string;
  readonly note: string;
}) {
  return (
    <a class="card tile" href={href}>
      <span class="tile-name">{name}</span>
      <span class="tile-value">{number(value)}</span>
      <span class="tile-note">{note}</span>
    </a>
  );
}

function chartsOf(report: Report) {
  const ends = endsChart(report);
  return [
    statusChart(report),
    spreadChart(report),
    tenantChart(report),
    roleChart(report),
    permissionChart(report),
    ...(ends === undefined ? [] : [ends]),
  ];
}

const statusColours: Readonly<Record<string, string>> = {
  enabled: 'var(--series-1)',
  invited: 'var(--series-2)',
  disabled: 'var(--series-quiet)',
  expired: 'var(--series-3)',
};

function statusChart({ project: { users, statuses } }: Report) {
  const counts = statuses.map((word, at) => ({
    word,
    people: users.status.subarray(0, users.current).reduce((sum, status) => sum + Number(status === at), 0),
  }));
  const bars = counts
    .filter(({ people }) => people > 0)
    .sort((left, right) => right.people - left.people)
    .map(({ word, people }): Bar => {
      const colour = Object.hasOwn(statusColours, word) ? (statusColours[word] ?? '') : 'var(--series-4)';
      return {
        name: word === '' ? 'unknown' : word,
        href: toHash('people'),
        parts: [{ value: people, colour }],
        value: `${number(people)} · ${percent(people, users.current)}`,
      };
    });
  return chart('People by status', 'Every status is read, disabled people too.', ['Status', 'People'], bars);
}

function tenantChart({ project, analysis: { tenantPeople, tenantInside, tenantInherited } }: Report) {
  const { tenants } = project;
  const all = ranked(
    tenants.map((tenant, at) => ({
      id: tenant.id,
      words: tenantInWords(project, at),
      people: isCurrent(tenant) ? (tenantPeople[at] ?? 0) : 0,
      inside: tenantInside[at] ?? 0,
      inherited: tenantInherited[at] ?? 0,
    })),
    ({ people, inside }) => (people === 0 ? 0 : inside + 1),
  );
  const bars = all.shown.map(({ words, id, people, inside, inherited }): Bar => ({
    name: words,
    href: toHash('tenants', id),
    parts: [
      { value: inside, colour: 'var(--series-1)' },
      { value: inherited, colour: 'var(--series-2)' },
      { value: people - inside - inherited, colour: 'var(--series-3)' },
    ],
    value: number(people),
  }));
  return {
    ...chart(
      'People with access by tenant',
      noteOf(all, 'tenant', 'where anybody has access'),
      ['Tenant', 'People with access'],
      bars,
    ),
    legend: [
      ['var(--series-1)', 'members, or with a role inside'],
      ...(project.inherited.count === 0 ? [] : ([['var(--series-2)', 'inherited']] as const)),
      ['var(--series-3)', `${throughProject} only`],
    ] as const,
  };
}

function roleChart({ project, analysis: { roleHolders, roleProjectHolders } }: Report) {
  const { roles } = project;
  const all = ranked(
    roles.map(({ id, name, tenant }, at) => ({
      id,
      name,
      tenant,
      people: roleHolders[at] ?? 0,
      throughout: roleProjectHolders[at] ?? 0,
    })),
    ({ people }) => people,
  );
  const bars = all.shown.map(({ name, tenant, id, people, throughout }): Bar => ({
    name: tenant === -1 ? name : `${name} (${tenantInWords(project, tenant)})`,
    href: toHash('roles', id),
    parts: [
      { value: throughout, colour: 'var(--series-3)' },
      { value: people - throughout, colour: 'var(--series-1)' },
    ],
    value: number(people),
  }));
  return {
    ...chart('Holders by role', noteOf(all, 'role', 'with direct holders'), ['Role', 'People'], bars),
    legend: [
      ['var(--series-3)', 'in the whole project'],
      ['var(--series-1)', 'inside tenants only'],
    ] as const,
  };
}

const levelColours = {
  administrative: 'var(--series-5)',
  sensitive: 'var(--series-3)',
  ordinary: 'var(--series-2)',
  reading: 'var(--series-quiet)',
};
const levelRank = { administrative: 3, sensitive: 2, ordinary: 1, reading: 0 };

function permissionChart({ project: { permissions }, analysis: { permissionUsers, levelOfPermission } }: Report) {
  const all = ranked(
    permissions.map((permission, at) => ({
      ...permission,
      people: permissionUsers[at] ?? 0,
      level: levelOfPermission[at] ?? 'ordinary',
    })),
    ({ people, level }) => (people === 0 ? 0 : levelRank[level] * 1e9 + people),
  );
  const bars = all.shown.map(({ name, people, level }): Bar => ({
    name,
    href: toHash('permissions', name),
    parts: [{ value: people, colour: levelColours[level] }],
    value: number(people),
  }));
  return {
    ...chart(
      'Most powerful permissions',
      'By what they can do, then by how many people can. How that is judged: see About.',
      ['Permission', 'People who can'],
      bars,
    ),
    legend: (['administrative', 'sensitive', 'ordinary', 'reading'] as const)
      .filter((level) => all.shown.some((permission) => permission.level === level))
      .map((level) => [levelColours[level], level] as const),
  };
}

function spreadChart({ project, analysis }: Report) {
  const most = analysis.userPermissions.reduce((most, count) => Math.max(most, count), 0);
  const people = Array.from({ length: most + 1 }, () => 0);
  for (let user = 0; user < project.users.current; user++) {
    const count = analysis.userPermissions[user] ?? 0;
    people[count] = (people[count] ?? 0) + 1;
  }
  const rows = people.map((count, permissions) => [String(permissions), number(count)]);
  return {
    title: 'How much people can do',
    note: 'People by how many different permissions they have, wherever.',
    table: { head: ['Permissions', 'People'], rows: project.users.current === 0 ? [] : rows },
    draw: drawHistogram(people, 'different permissions'),
  };
}

function chart(title: string, note: string, head: readonly string[], bars: readonly Bar[]) {
  return { title, note, table: { head, rows: bars.map(({ name, value }) => [name, value]) }, draw: drawBars(bars) };
}

function ranked<T>(
  items: readonly T[],
  valueOf: (item: T) => number,
): { readonly shown: readonly T[]; readonly count: number } {
  const sorted = items.filter((item) => valueOf(item) > 0).sort((left, right) => valueOf(right) - valueOf(left));
  return { shown: sorted.slice(0, mostBars), count: sorted.length };
}

function noteOf(
  { shown, count }: { readonly shown: readonly unknown[]; readonly count: number },
  noun: string,
  what: string,
): string {
  return count === 0
    ? `There is no ${noun} ${what}.`
    : shown.length < count
      ? `The first ${shown.length} of ${counted(count, noun)} ${what}.`
      : `${count === 1 ? 'The one' : `All ${number(count)}`} ${count === 1 ? noun : `${noun}s`} ${what}.`;
}
