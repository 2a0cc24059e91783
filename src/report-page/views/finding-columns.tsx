import type { ReportFinding } from '../../answers/report-things.ts';
import type { Report } from '../context.ts';
import type { RuleFindings } from '../data/findings.ts';
import { tenantInWords } from '../data/people.ts';
import { toHash } from '../route.ts';
import { commonColumns, nameKey, personExport, searchedOf } from './columns.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Status, ThingName, UserName } from './names.tsx';

/** A row of a list of findings, with the rule that found it. */
export interface ShownFinding {
  readonly row: ReportFinding;
  readonly rule: RuleFindings;
}

const pages: Readonly<Record<string, string>> = {
  tenant: 'tenants',
  role: 'roles',
  permission: 'permissions',
  access_key: 'keys',
  management_key: 'keys',
  console_admin: 'console',
  application: 'apps',
  third_party_app: 'apps',
};

/** The page of what a finding is about, where there is one. */
export function hrefOf({ project }: Report, shown: ShownFinding | undefined): string {
  const [subject, place = -1] = shown?.row ?? [];
  if (typeof subject === 'number') {
    return toHash('people', project.users.id.at(subject));
  }
  const [type = '', id = ''] = subject ?? [];
  const page = Object.hasOwn(pages, type) ? pages[type] : undefined;
  const tenant = project.tenants[place];
  return page !== undefined
    ? toHash(page, id)
    : tenant === undefined
      ? toHash('findings', shown?.rule.id ?? '')
      : toHash('tenants', tenant.id);
}

/** Whom or what it is about, where, and what is wrong; who accepted it, where somebody did. */
export function findingColumns(report: Report, shown: readonly ShownFinding[]): GridColumn[] {
  const common = commonColumns(report);
  const hasPlaces = shown.some(({ row }) => row[1] !== -1);
  const hasPeople = shown.some(({ row }) => typeof row[0] === 'number');
  const hasWaived = shown.some(({ row }) => row[3] !== undefined);
  return [
    subjectColumn(report, shown),
    ...(hasPeople ? [statusColumn(report, shown)] : []),
    ...(hasPlaces ? [common.place((row) => shown[row]?.row[1])] : []),
    common.text('detail', 'What is wrong', '3fr', (row) => shown[row]?.row[2] ?? '', { least: 150 }),
    ...(hasWaived ? [untilColumn(report, shown), ownerColumn(report, shown)] : []),
  ];
}

export function waivedColumns(report: Report, shown: readonly ShownFinding[]): GridColumn[] {
  const common = commonColumns(report);
  return [
    subjectColumn(report, shown),
    common.text('rule', 'Rule', '2fr', (row) => shown[row]?.rule.title ?? ''),
    common.text('detail', 'What is wrong', '2.4fr', (row) => whereAndWhat(report, shown[row])),
    untilColumn(report, shown),
    ownerColumn(report, shown),
    common.text('reason', 'Reason', '2fr', (row) => shown[row]?.row[3]?.reason ?? ''),
  ];
}

function whereAndWhat({ project }: Report, shown: ShownFinding | undefined): string {
  const [, place = -1, detail = ''] = shown?.row ?? [];
  return place === -1 ? detail : `in ${tenantInWords(project, place)}: ${detail}`;
}

function untilColumn(report: Report, shown: readonly ShownFinding[]): GridColumn {
  return commonColumns(report).text('until', 'Waived until', '1fr', (row) => shown[row]?.row[3]?.until ?? '');
}

function ownerColumn(report: Report, shown: readonly ShownFinding[]): GridColumn {
  return commonColumns(report).text('owner', 'Waived by', '1.7fr', (row) => shown[row]?.row[3]?.owner ?? '', {
    least: 130,
    alsoExported: [{ header: 'Reason of the waiver', text: (row) => shown[row]?.row[3]?.reason ?? '' }],
  });
}

function statusColumn(report: Report, shown: readonly ShownFinding[]): GridColumn {
  const userOf = (row: number): number | undefined => {
    const subject = shown[row]?.row[0];
    return typeof subject === 'number' ? subject : undefined;
  };
  return {
    ...commonColumns(report).status(userOf),
    cell: (row) => {
      const user = userOf(row);
      return user === undefined ? null : <Status user={user} />;
    },
  };
}

function subjectColumn(report: Report, shown: readonly ShownFinding[]): GridColumn {
  const { users } = report.project;
  const subjectOf = (row: number) => shown[row]?.row[0] ?? (['', '', ''] as const);
  const userOf = (row: number): number | undefined => {
    const subject = subjectOf(row);
    return typeof subject === 'number' ? subject : undefined;
  };
  const nameOf = (row: number): string => {
    const subject = subjectOf(row);
    return typeof subject === 'number' ? users.name.at(subject) : subject[2] === '' ? subject[1] : subject[2];
  };
  return commonColumns(report).text('subject', 'Who or what', '3fr', nameOf, {
    isPerson: true,
    least: 170,
    key: (row) => nameKey(nameOf(row)),
    searched: (row) => {
      const subject = subjectOf(row);
      return typeof subject === 'number' ? searchedOf(report, subject) : `${subject[2]} ${subject[1]} ${subject[0]}`;
    },
    alsoExported: [
      {
        header: 'Type',
        text: (row) => {
          const subject = subjectOf(row);
          return typeof subject === 'number' ? 'user' : subject[0];
        },
      },
      {
        header: 'Id',
        text: (row) => {
          const subject = subjectOf(row);
          return typeof subject === 'number' ? users.id.at(subject) : subject[1];
        },
      },
      ...personExport(report, userOf),
    ],
    cell: (row) => {
      const subject = subjectOf(row);
      if (typeof subject === 'number') {
        return <UserName user={subject} />;
      }
      const [type, id] = subject;
      const name = nameOf(row);
      return (
        <ThingName
          name={name}
          marks={[type.replaceAll('_', ' '), ...(name === id ? [] : [id])]}
          href={hrefOf(report, shown[row])}
        />
      );
    },
  });
}
