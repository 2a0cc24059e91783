import { useMemo } from 'preact/hooks';
import { type Report, useReport } from '../context.ts';
import { consentsBy, grantorsOf, scopesOf, tenantsOfConsent, wideOf } from '../data/apps.ts';
import { usersByIds } from '../data/keys.ts';
import { personInWords } from '../data/people.ts';
import { day } from '../format.ts';
import { toHash } from '../route.ts';
import { commonColumns, personExport } from './columns.tsx';
import { Grid } from './grid.tsx';
import type { ExportedColumn, GridColumn } from './grid-layout.ts';
import { Badge, Name, PlaceName, ThingName, UserName } from './names.tsx';
import { type RowChoice, useRowFilter } from './row-filter.tsx';

type Column = 'app' | 'holder' | 'scopes' | 'grantor' | 'created' | 'expires' | 'wide' | 'inside';

/** Consents to apps of others, each with what it allows; `rows` are their places. */
export function ConsentGrid({
  label,
  about,
  rows,
  columns = ['app', 'holder', 'wide', 'scopes', 'grantor', 'created', 'expires', 'inside'],
  chosenApp = '',
  tall = false,
}: {
  readonly label: string;
  readonly about?: readonly ExportedColumn[];
  readonly rows: ArrayLike<number>;
  readonly columns?: readonly Column[];
  readonly chosenApp?: string;
  readonly tall?: boolean;
}) {
  const report = useReport();
  const { project } = report;
  const { thirdParty, consents } = project.apps;
  const shown = useMemo(() => {
    const all = columnsOf(report, (row) => rows[row] ?? 0);
    return columns.map((column) => all[column]);
  }, [project, rows]);
  const choices = useMemo<readonly RowChoice[]>(
    () => [
      { id: '', name: 'All apps', test: () => true },
      ...[...new Set(Array.from(rows, (row) => consents.app[row] ?? -1))]
        .toSorted((left, right) => left - right)
        .map((at) => ({
          id: thirdParty[at]?.id ?? '',
          name: thirdParty[at]?.name ?? '',
          test: (row: number) => consents.app[rows[row] ?? 0] === at,
        })),
    ],
    [project, rows],
  );
  const { filter, tools } = useRowFilter('Which app', rows.length, choices, chosenApp);
  return (
    <Grid
      label={label}
      noun={['consent', 'consents']}
      about={about}
      columns={shown}
      count={rows.length}
      filter={filter}
      tools={columns.includes('app') ? tools : undefined}
      href={(row) => {
        const at = rows[row] ?? 0;
        const holder = consents.holder[at] ?? 0;
        return consents.isTenant[at] === 1
          ? toHash('tenants', project.tenants[holder]?.id ?? '')
          : toHash('people', project.users.id.at(holder));
      }}
      tall={tall}
    />
  );
}

function columnsOf(report: Report, at: (row: number) => number): Readonly<Record<Column, GridColumn>> {
  const { project, analysis } = report;
  const { users, tenants, apps } = project;
  const { consents, thirdParty } = apps;
  const common = commonColumns(report);
  const wide = wideOf(project, analysis);
  const grantors = usersByIds(project, new Set(apps.scopes.grantors.flat()));
  const named = new Map(
    [...project.console.keys, ...project.keys].map(({ id, name }) => [id, `key ${name} (${id})`] as const),
  );
  const app = (row: number) => thirdParty[consents.app[at(row)] ?? -1];
  const isTenant = (row: number): boolean => consents.isTenant[at(row)] === 1;
  const holder = (row: number): number => consents.holder[at(row)] ?? 0;
  const userOf = (row: number): number | undefined => (isTenant(row) ? undefined : holder(row));
  const nameOf = (row: number): string =>
    isTenant(row) ? (tenants[holder(row)]?.name ?? '') : users.name.at(holder(row));
  const grantor = (row: number): string => {
    const names = grantorsOf(project, at(row)).map((id) => {
      const user = grantors.get(id);
      return user === undefined ? (named.get(id) ?? id) : personInWords(project, user);
    });
    return consents.grantors[at(row)] === 0 ? nameOf(row) : names.join(', ');
  };
  const time = (row: number, seconds: number | undefined, none: string): string => day(seconds ?? 0) || none;
  return {
    app: common.text('app', 'App', '1.6fr', (row) => app(row)?.name ?? '', {
      least: 120,
      isPerson: true,
      cell: (row) => (
        <ThingName name={app(row)?.name ?? ''} marks={[app(row)?.id ?? '']} href={toHash('apps', app(row)?.id ?? '')} />
      ),
      alsoExported: [{ header: 'App id', text: (row) => app(row)?.id ?? '' }],
    }),
    holder: common.text('holder', 'Who consented', '2.4fr', nameOf, {
      isPerson: true,
      least: 170,
      searched: (row) =>
        isTenant(row)
          ? `${nameOf(row)} ${tenants[holder(row)]?.id}`
          : `${nameOf(row)} ${users.email.at(holder(row))} ${users.login.at(holder(row))} ${users.id.at(holder(row))}`,
      cell: (row) =>
        isTenant(row) ? (
          <>
            <Badge tone="warn">whole tenant</Badge> <PlaceName place={holder(row)} />
          </>
        ) : (
          <UserName user={holder(row)} />
        ),
      alsoExported: [
        { header: 'Tenant id', text: (row) => (isTenant(row) ? (tenants[holder(row)]?.id ?? '') : '') },
        ...personExport(report, userOf),
      ],
    }),
    scopes: common.text('scopes', 'Scopes', '1.6fr', (row) => scopesOf(project, at(row)).join(', '), {
      cell: (row) => {
        const scopes = scopesOf(project, at(row));
        return scopes.length === 0 ? <span class="whole">none</span> : <Name text={scopes.join(', ')} />;
      },
    }),
    wide: common.text('wide', 'Wide', '0.7fr', (row) => (wide(at(row)) === '' ? '' : 'wide'), {
      key: (row) => Number(wide(at(row)) === ''),
      cell: (row) => (wide(at(row)) === '' ? null : <Badge tone="bad">wide</Badge>),
      alsoExported: [{ header: 'Why wide', text: (row) => wide(at(row)) }],
    }),
    grantor: common.text('grantor', 'Granted by', '1.4fr', grantor, {
      cell: (row) =>
        consents.grantors[at(row)] === 0 ? <span class="whole">the same</span> : <Name text={grantor(row)} />,
    }),
    created: common.text('created', 'Created', '0.9fr', (row) => time(row, consents.createdAt[at(row)], 'not told'), {
      key: (row) => consents.createdAt[at(row)] ?? 0,
    }),
    expires: common.text('expires', 'Expires', '0.9fr', (row) => time(row, consents.expiresAt[at(row)], 'never'), {
      key: (row) => consents.expiresAt[at(row)] || Number.MAX_SAFE_INTEGER,
    }),
    inside: common.text('inside', 'Inside tenants', '1fr', (row) => tenantsOfConsent(project, at(row)).join(', '), {
      isOptional: true,
    }),
  };
}

const everyone = new WeakMap<Report['project'], Uint32Array>();

/** Places of all consents; the same list each time, on which what a grid worked out hangs. */
export function allConsents(project: Report['project']): Uint32Array {
  const all = everyone.get(project) ?? Uint32Array.from({ length: project.apps.consents.count }, (_, at) => at);
  everyone.set(project, all);
  return all;
}

/** Consents of one user, or of one tenant. */
export function consentsOf(project: Report['project'], holder: 'byUser' | 'byTenant', of: number): readonly number[] {
  return consentsBy(project)[holder].get(of) ?? [];
}
