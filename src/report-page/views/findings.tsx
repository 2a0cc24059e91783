import { useMemo } from 'preact/hooks';
import { type Report, useReport } from '../context.ts';
import type { Finding, FindingColumn, FindingRow, Urgency } from '../data/finding.ts';
import { number } from '../format.ts';
import { type Route, toHash } from '../route.ts';
import { commonColumns, nameKey } from './columns.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, ThingName, WordStatus } from './names.tsx';

const urgencies: Readonly<Record<Urgency, { readonly word: string; readonly tone: 'bad' | 'warn' | 'info' }>> = {
  act: { word: 'Act', tone: 'bad' },
  look: { word: 'Review', tone: 'warn' },
  note: { word: 'Tidy up', tone: 'info' },
};

function UrgencyBadge({ finding }: { readonly finding: Finding }) {
  const { word, tone } = urgencies[finding.urgency];
  if (finding.isUntold === true) {
    return <Badge tone="quiet">Not told</Badge>;
  }
  return sizeOf(finding) === 0 ? <Badge tone="good">Clear</Badge> : <Badge tone={tone}>{word}</Badge>;
}

function sizeOf({ rows, total }: Finding): number {
  return total ?? rows.length;
}

/** All findings with their counts: a link each. */
export function FindingList({ current }: { readonly current?: string | undefined }) {
  const { findings } = useReport();
  return (
    <ul class="finding-list">
      {findings.map((finding) => (
        <li key={finding.id}>
          <a
            href={toHash('findings', finding.id)}
            class="finding-link"
            aria-current={finding.id === current ? 'true' : undefined}
          >
            <UrgencyBadge finding={finding} />
            <span class="finding-title">{finding.title}</span>
            <span class="finding-count">{finding.isUntold === true ? '?' : number(sizeOf(finding))}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

export function Findings({ route }: { readonly route: Route }) {
  const { findings, printing } = useReport();
  const chosen =
    findings.find(({ id }) => id === route[1]) ?? findings.find((finding) => sizeOf(finding) > 0) ?? findings[0];
  if (printing) {
    return (
      <>
        {findings.map((finding) => (
          <FindingPanel key={finding.id} finding={finding} />
        ))}
      </>
    );
  }
  return (
    <div class="split narrow-left">
      <nav aria-label="Findings">
        <FindingList current={chosen?.id} />
      </nav>
      {chosen !== undefined && <FindingPanel key={chosen.id} finding={chosen} />}
    </div>
  );
}

function FindingPanel({ finding }: { readonly finding: Finding }) {
  const report = useReport();
  const { title, rule, none, rows, total, columns } = finding;
  const shown = useMemo(() => columns.map((column) => columnOf(report, rows, column)), [finding, report.project]);
  return (
    <section class="panel" aria-labelledby={`finding-${finding.id}`}>
      <header class="panel-head">
        <h2 id={`finding-${finding.id}`}>{title}</h2>
        <UrgencyBadge finding={finding} />
      </header>
      <p class="rule">{rule}</p>
      {rows.length === 0 ? (
        <p class="clear">{none}</p>
      ) : (
        <>
          <Grid
            label={title}
            noun={['entry', 'entries']}
            columns={shown}
            count={rows.length}
            href={(row) => hrefOf(report, rows[row])}
            tall
          />
          {total !== undefined && total > rows.length && (
            <p class="note">
              The file names the first {number(rows.length)} of {number(total)}.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function hrefOf({ project }: Report, row: FindingRow | undefined): string {
  if (row?.what !== undefined) {
    return toHash(...row.what.route);
  }
  if (row?.user !== undefined) {
    return toHash('people', project.users.id.at(row.user));
  }
  if (row?.role !== undefined) {
    return toHash('roles', project.roles[row.role]?.id ?? '');
  }
  if (row?.permission !== undefined) {
    return toHash('permissions', project.permissions[row.permission]?.name ?? '');
  }
  const tenant = project.tenants[row?.place ?? -1];
  return tenant === undefined ? toHash('findings') : toHash('tenants', tenant.id);
}

function columnOf(report: Report, rows: readonly FindingRow[], column: FindingColumn): GridColumn {
  const common = commonColumns(report);
  const { analysis } = report;
  const user = (row: number) => rows[row]?.user;
  const ofUser = (counts: Uint32Array) => (row: number) => counts[user(row) ?? -1] ?? 0;
  const what = (row: number) => rows[row]?.what;
  const columns: Readonly<Record<FindingColumn, () => GridColumn>> = {
    what: () =>
      common.text('what', 'What', '2.4fr', (row) => what(row)?.name ?? '', {
        isPerson: true,
        least: 170,
        key: (row) => nameKey(what(row)?.name ?? ''),
        searched: (row) => `${what(row)?.name} ${what(row)?.id} ${what(row)?.marks.join(' ')}`,
        alsoExported: [
          { header: 'Kind', text: (row) => what(row)?.kind ?? '' },
          { header: 'Id', text: (row) => what(row)?.id ?? '' },
        ],
        cell: (row) => {
          const thing = what(row);
          return thing === undefined ? null : (
            <ThingName name={thing.name} marks={thing.marks} href={toHash(...thing.route)} />
          );
        },
      }),
    state: () =>
      common.text('state', 'Status', '0.9fr', (row) => rows[row]?.state ?? '', {
        least: 84,
        cell: (row) => <WordStatus word={rows[row]?.state ?? ''} />,
      }),
    user: () => common.user(user),
    status: () => common.status(user),
    role: () => common.role((row) => rows[row]?.role),
    place: () => common.place((row) => rows[row]?.place),
    permission: () => common.permission((row) => rows[row]?.permission),
    name: () => common.text('name', 'Name', '1.6fr', (row) => rows[row]?.name ?? ''),
    why: () => common.text('why', 'Why', '2.6fr', (row) => rows[row]?.why ?? ''),
    roles: () => common.number('roles', 'Direct roles', ofUser(analysis.userRoles)),
    tenants: () => common.number('tenants', 'Direct memberships', ofUser(analysis.userTenants)),
    privileged: () =>
      common.text(
        'privileged',
        'Privileged',
        '0.9fr',
        (row) => (analysis.userPrivileged[user(row) ?? -1] === 1 ? 'yes' : ''),
        {
          cell: (row) => (analysis.userPrivileged[user(row) ?? -1] === 1 ? <Badge tone="bad">privileged</Badge> : null),
        },
      ),
    members: () => common.number('count', 'Known members', (row) => rows[row]?.count ?? 0),
    heirs: () => common.number('count', 'Tenants below', (row) => rows[row]?.count ?? 0),
    count: () => common.number('count', 'Permissions', (row) => rows[row]?.count ?? 0),
    usual: () => common.number('usual', 'Median', (row) => Number(rows[row]?.why ?? 0)),
    score: () => common.number('score', 'Score', (row) => Math.round((rows[row]?.score ?? 0) * 10) / 10),
  };
  return columns[column]();
}
