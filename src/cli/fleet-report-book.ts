import { findingColumns } from '../answers/other-sheets.ts';
import type { SheetColumn, SheetOfTexts } from '../answers/xlsx.ts';
import type { Finding } from '../checks/check.ts';
import { severities } from '../checks/rule.ts';
import type { Told } from '../checks/told.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import { version } from '../version.ts';
import type { FleetOverview, OverviewRow } from './fleet-overview.ts';
import { isComplete, whyUnknown } from './fleet-standing.ts';

const aboutColumns: readonly SheetColumn[] = [
  { header: 'About this file', width: 30 },
  { header: '', width: 110 },
];
const projectColumns: readonly SheetColumn[] = [
  { header: 'Project', width: 28 },
  { header: 'Id', width: 32 },
  { header: 'Labels', width: 28 },
  { header: 'State', width: 12 },
  { header: 'Synced', width: 26 },
  { header: 'Users', width: 10 },
  { header: 'Tenants', width: 10 },
  ...severities.map((severity) => ({ header: severity.replace(/^./, (first) => first.toUpperCase()), width: 10 })),
  { header: 'What is not known', width: 70 },
];
const betweenColumns: readonly SheetColumn[] = [
  { header: 'Severity', width: 10 },
  { header: 'Rule', width: 32 },
  { header: 'What', width: 60 },
  { header: 'Type', width: 14 },
  { header: 'Who or what', width: 34 },
  { header: 'To be mended in', width: 34 },
  { header: 'By', width: 34 },
  { header: 'Detail', width: 80 },
  { header: 'To mend it', width: 60 },
];
const allColumns: readonly SheetColumn[] = [
  { header: 'Project', width: 28 },
  ...findingColumns,
  { header: 'Accepted', width: 60 },
];

/** What the workbook lists of the findings of a project. */
export function* findingTexts(project: string, { findings, rules }: Told): Generator<readonly string[]> {
  const about = new Map(rules.map(({ rule }) => [rule.id, rule]));
  for (const { rule, severity, subject, where, detail, fingerprint, waiver } of findings) {
    const { title = '', fix = '' } = about.get(rule) ?? {};
    const { type, id, name } = subject;
    const who = [name, typeInWords(type), id, where?.tenant ?? ''];
    const waived = waiver === undefined ? '' : accepted(waiver);
    yield [project, severity, rule, title, ...who, detail, fix, fingerprint, waived];
  }
}

function accepted({ reason, owner, until }: NonNullable<Finding['waiver']>): string {
  return `by ${owner}, until ${until}: ${reason}`;
}

/** The sheets of a report over a fleet. */
export function fleetSheets(
  overview: FleetOverview,
  findings: Iterable<readonly string[]>,
  nowMs: number,
): readonly SheetOfTexts[] {
  return [
    { name: 'Projects', columns: projectColumns, rows: overview.rows.map((row) => projectTexts(row, nowMs)) },
    { name: 'Between projects', columns: betweenColumns, rows: betweenTexts(overview) },
    { name: 'Findings', columns: allColumns, rows: findings },
    { name: 'About', columns: aboutColumns, rows: aboutTexts(overview, nowMs), isWrapped: true },
  ];
}

function projectTexts({ standing, users, tenants, findings }: OverviewRow, nowMs: number): readonly string[] {
  const { project, state, finishedAt } = standing;
  const labels = Object.entries(project.labels).map(([name, value]) => `${name}=${value}`);
  const number = (count: number | undefined): string => (count === undefined ? '?' : String(count));
  const about = [project.name, project.id, labels.join(', '), state, finishedAt ?? '', number(users), number(tenants)];
  return [...about, ...severities.map((severity) => number(findings?.[severity])), whyUnknown(standing, nowMs) ?? ''];
}

function betweenTexts({ findings, rules }: FleetOverview): readonly (readonly string[])[] {
  const found = findings.map(({ rule, severity, subject, projects, against, detail }) => {
    const { title = '', fix = '' } = rules.find(({ id }) => id === rule) ?? {};
    const type = subject.type === 'address' ? 'address' : typeInWords(subject.type);
    return [severity, rule, title, type, subject.id, projects.join(', '), against.join(', '), detail, fix];
  });
  const lacking = rules.flatMap(({ id, severity, title, notEvaluated }) =>
    notEvaluated === undefined
      ? []
      : [[severity, id, title, '', '', '', '', `not evaluated for all, since ${notEvaluated}`, '']],
  );
  return [...found, ...lacking];
}

function aboutTexts({ rows, people }: FleetOverview, nowMs: number): readonly (readonly string[])[] {
  const standings = rows.map(({ standing }) => standing);
  const known = standings.filter(({ state }) => state === 'read').length;
  return [
    ['Made', `${new Date(nowMs).toISOString()}, by baton-descope ${version}`],
    ['Projects', String(rows.length)],
    ['Known', isComplete(standings) ? 'all' : `${known}: the sheet Projects says what is not known of the others`],
    ['Verified addresses', String(people.all)],
    ['In several projects', String(people.inSeveral)],
    ['Beware', 'It holds personal data.'],
  ];
}
