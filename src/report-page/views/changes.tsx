import { useMemo } from 'preact/hooks';
import { type Report, useReport } from '../context.ts';
import { type ChangeRow, type Changes, listChanges } from '../data/changes.ts';
import { isRead } from '../data/keys.ts';
import { counted, moment, number } from '../format.ts';
import { toHash } from '../route.ts';
import { commonColumns } from './columns.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, Name } from './names.tsx';
import { Section } from './section.tsx';

/** What was gained and lost since the older file, counted as `diff` counts it. What must be looked at stands first. */
export function ChangesView() {
  const report = useReport();
  const { about } = report.project;
  const changes = listChanges(report.project);
  return (
    <>
      <p class="lead">
        From{' '}
        <strong>
          <Name text={about.since?.file ?? ''} />
        </strong>{' '}
        (read {moment(about.since?.summary.finishedAt)}) to{' '}
        <strong>
          <Name text={about.file} />
        </strong>{' '}
        (read {moment(about.summary.finishedAt)}).
        {isOtherProject(report) && <Badge tone="bad">two different projects</Badge>}
      </p>
      <Numbers changes={changes} />
      <ChangeGrid
        title="To look at first"
        rule="New privileged access, also where a role that people hold has become privileged or now allows something administrative; gains of people who are disabled or expired; and privileged people who were enabled again. All of them are listed below as well, and diff tells the same."
        rows={changes.flagged}
        pick={['flags', 'user', 'status', 'what', 'role', 'place', 'permission']}
        none="No new privileged access, and no gain of anybody who is disabled or expired."
      />
      <ChangeGrid
        title="Access gained"
        rows={changes.gained}
        pick={['user', 'status', 'what', 'role', 'place', 'flags']}
        none="Nobody gained anything."
      />
      <ChangeGrid
        title="Access lost"
        rows={changes.lost}
        pick={['user', 'status', 'what', 'role', 'place']}
        none="Nobody lost anything."
      />
      <ChangeGrid
        title="People"
        saved="people who came, went or changed"
        rows={changes.people}
        pick={['what', 'user', 'flags']}
        none="The same people, of the same status."
      />
      <ChangeGrid
        title="Tenants, roles and permissions"
        rule="What is new or gone, and what roles allow now or allow no longer. It changes what everybody can do who holds the role."
        rows={changes.model}
        pick={['what', 'role', 'place', 'permission', 'holders', 'flags']}
        none="The same tenants, roles and permissions."
      />
      <OtherChanges />
    </>
  );
}

/** What changed of keys, applications, consents and the console, where any of it was read. */
function OtherChanges() {
  const report = useReport();
  const { project } = report;
  const { otherChanges: rows } = project;
  const columns = useMemo(() => {
    const common = commonColumns(report);
    return [
      common.text('change', 'Change', '0.8fr', (row) => verbs[rows[row]?.verb ?? ''] ?? rows[row]?.verb ?? ''),
      common.text('who', 'Who', '1.8fr', (row) => rows[row]?.who ?? '', { least: 130 }),
      common.text('what', 'What', '2fr', (row) => rows[row]?.what ?? '', { least: 140 }),
      common.text('where', 'Where', '1fr', (row) => rows[row]?.where ?? ''),
      common.text('before', 'Then', '1.4fr', (row) => rows[row]?.before ?? '', { isOptional: true }),
      common.text('after', 'Now', '1.4fr', (row) => rows[row]?.after ?? ''),
      common.text('flags', 'Look at', '1.2fr', (row) => rows[row]?.flags.join('; ') ?? '', {
        key: (row) => -(rows[row]?.flags.length ?? 0),
        cell: (row) =>
          rows[row]?.flags.map((flag) => (
            <Badge key={flag} tone="bad">
              {flag}
            </Badge>
          )),
      }),
    ];
  }, [project]);
  const isAnyRead = ['access_key', 'application', 'third_party_app', 'project'].some((type) => isRead(project, type));
  return rows.length === 0 && !isAnyRead ? null : (
    <Section
      title="Keys, applications and the console"
      count={rows.length}
      rule="What keys hold, who consented to what, who was given which application, who runs the console; and what is new, gone or says something else of itself. Compared is only what both files read."
      none="The same, as far as both files read it."
    >
      <Grid
        label="changes of keys, applications and the console"
        noun={['change', 'changes']}
        columns={columns}
        count={rows.length}
        sortedBy={{ id: 'flags', desc: false }}
        tall
      />
    </Section>
  );
}

const verbs: Readonly<Record<string, string>> = { appeared: 'new' };

function isOtherProject({ project: { about } }: Report): boolean {
  const [then, now] = [about.since?.summary.projectId, about.summary.projectId];
  return then !== undefined && now !== undefined && then !== now;
}

function Numbers({ changes: { flagged, gained, lost, people, model } }: { readonly changes: Changes }) {
  const tiles: readonly (readonly [name: string, value: number, note: string])[] = [
    ['To look at first', flagged.length, 'privileged, or gained while disabled'],
    ['Access gained', gained.length, 'memberships and roles held directly'],
    ['Access lost', lost.length, 'memberships and roles held directly'],
    ['People', people.length, 'came, went, or changed status'],
    ['Tenants, roles, permissions', model.length, 'new, gone, or allowing something else'],
  ];
  return (
    <section class="tiles" aria-label="Changes in numbers">
      {tiles.map(([name, value, note]) => (
        <div key={name} class="card tile">
          <span class="tile-name">{name}</span>
          <span class="tile-value">{number(value)}</span>
          <span class="tile-note">{note}</span>
        </div>
      ))}
    </section>
  );
}

type Pick = 'flags' | 'user' | 'status' | 'what' | 'role' | 'place' | 'permission' | 'holders';

interface ChangeGridProps {
  readonly title: string;
  readonly rule?: string;
  /** What a saved list is called, where the title is taken. */
  readonly saved?: string;
  readonly rows: readonly ChangeRow[];
  readonly pick: readonly Pick[];
  readonly none: string;
}

function ChangeGrid({ title, rule, saved = title, rows, pick, none }: ChangeGridProps) {
  const report = useReport();
  const columns = useMemo(() => pick.map((name) => columnOf(report, rows, name)), [report.project, rows]);
  return (
    <section class="panel block" aria-label={title}>
      <header class="panel-head">
        <h2>
          {title} <span class="count">{number(rows.length)}</span>
        </h2>
      </header>
      {rule !== undefined && rows.length > 0 && <p class="rule">{rule}</p>}
      {rows.length === 0 ? (
        <p class="clear">{none}</p>
      ) : (
        <Grid
          label={saved}
          noun={['change', 'changes']}
          columns={columns}
          count={rows.length}
          href={(row) => hrefOf(report, rows[row])}
          tall
        />
      )}
    </section>
  );
}

function columnOf(report: Report, rows: readonly ChangeRow[], name: Pick): GridColumn {
  const common = commonColumns(report);
  const some = (ordinal: number | undefined): number | undefined =>
    ordinal === undefined || ordinal === -1 ? undefined : ordinal;
  const flags = (row: number): readonly string[] => rows[row]?.flags ?? [];
  const columns: Readonly<Record<Pick, () => GridColumn>> = {
    flags: () =>
      common.text('flags', 'Look at', '1.4fr', (row) => flags(row).join('; '), {
        least: 150,
        key: (row) => -flags(row).length,
        cell: (row) =>
          flags(row).map((flag) => (
            <Badge key={flag} tone="bad">
              {flag}
            </Badge>
          )),
      }),
    user: () => common.user((row) => some(rows[row]?.user)),
    status: () => common.status((row) => some(rows[row]?.user)),
    what: () => common.text('what', 'What', '1.4fr', (row) => whatOf(report, rows[row]), { least: 150 }),
    role: () => common.role((row) => some(rows[row]?.role)),
    place: () => common.place((row) => (hasPlace(rows[row]) ? rows[row]?.tenant : undefined)),
    permission: () => common.permission((row) => some(rows[row]?.permission)),
    holders: () =>
      common.number('holders', 'Holders of the role', (row) => rows[row]?.holders ?? 0, { width: '1.1fr' }),
  };
  return columns[name]();
}

/** People and permissions are nowhere in particular. */
function hasPlace(row: ChangeRow | undefined): boolean {
  return row !== undefined && row.kind !== 'user' && row.kind !== 'permission';
}

/** "membership lost (the user is gone)", "role is new", "was enabled, is disabled". */
function whatOf({ project }: Report, row: ChangeRow | undefined): string {
  if (row === undefined) {
    return '';
  }
  const { kind, verb, because, before, after } = row;
  if (kind === 'user') {
    return verb === 'changed'
      ? `was ${project.statuses[before] ?? ''}, is ${project.statuses[after] ?? ''}`
      : verb === 'appeared'
        ? 'is new'
        : 'is gone';
  }
  if (kind === 'role-permission') {
    return verb === 'gained' ? 'allows now' : 'allows no longer';
  }
  if (verb === 'appeared' || verb === 'gone') {
    return `${kind} is ${verb === 'appeared' ? 'new' : 'gone'}`;
  }
  const why = because === '' ? '' : ` (the ${because} is ${verb === 'gained' ? 'new' : 'gone'})`;
  return `${kind === 'tenant' ? 'membership' : 'role'} ${verb}${why}`;
}

function hrefOf({ project }: Report, row: ChangeRow | undefined): string {
  const { user = -1, role = -1, permission = -1, tenant = -1 } = row ?? {};
  if (user !== -1) {
    return toHash('people', project.users.id.at(user));
  }
  if (role !== -1) {
    return toHash('roles', project.roles[role]?.id ?? '');
  }
  return permission === -1
    ? toHash('tenants', project.tenants[tenant]?.id ?? '')
    : toHash('permissions', project.permissions[permission]?.name ?? '');
}

/** "23 changes, 2 of them to look at first". */
export function changeCount({ project }: Report): string {
  const { all, flagged } = listChanges(project);
  const { otherChanges } = project;
  const first = flagged.length + otherChanges.filter(({ flags }) => flags.length > 0).length;
  return `${counted(all.length + otherChanges.length, 'change')}${first === 0 ? '' : `, ${number(first)} to look at first`}`;
}
