import { useMemo } from 'preact/hooks';
import { type Report, useReport } from '../context.ts';
import { consentsBy, defaultInWords, isAppActive, usersOfApp, wideOf } from '../data/apps.ts';
import { isRead } from '../data/keys.ts';
import { counted } from '../format.ts';
import { type Route, toHash } from '../route.ts';
import { commonColumns } from './columns.tsx';
import { allConsents, ConsentGrid } from './consents.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, ThingName, WordStatus } from './names.tsx';
import { type RowChoice, useRowFilter } from './row-filter.tsx';
import { Section, Tile } from './section.tsx';
import { Unread } from './unread.tsx';

/** What applications may do, and who let them: consents to apps of others, and applications that people sign in to. */
export function AppsView({ route }: { readonly route: Route }) {
  const { project } = useReport();
  const { apps } = project;
  const hasThirdParty = isRead(project, 'third_party_app');
  const hasApplications = isRead(project, 'application');
  if (!hasThirdParty && !hasApplications && !project.notOffered.has('third_party_app')) {
    return <Unread what="apps" />;
  }
  return (
    <>
      <section class="tiles" aria-label="Applications in numbers">
        {hasThirdParty && (
          <>
            <Tile
              name="Third-party apps"
              value={apps.thirdParty.length}
              note={`${counted(apps.thirdParty.filter(isAppActive).length, 'is', 'are')} switched on`}
            />
            <Tile name="Consents" value={apps.consents.count} note="each lets an app act for its holder" />
            <Tile
              name="For a whole tenant"
              value={apps.consents.isTenant.reduce((sum, one) => sum + one, 0)}
              note="an app acts for all of its people"
            />
          </>
        )}
        {hasApplications && (
          <Tile
            name="Applications"
            value={apps.applications.length}
            note={`${counted(apps.users.length, 'time', 'times')} given by name`}
          />
        )}
      </section>
      {hasThirdParty ? <ThirdParty id={route[1]} /> : <Unread what="third_party_app" />}
      {hasApplications ? <Applications id={route[1]} /> : <Unread what="application" />}
    </>
  );
}

function ThirdParty({ id }: { readonly id: string | undefined }) {
  const report = useReport();
  const { project } = report;
  const { thirdParty, consents } = project.apps;
  const columns = useMemo(() => thirdPartyColumns(report), [project]);
  const chosen = thirdParty.some((app) => app.id === id) ? (id ?? '') : '';
  return (
    <>
      <Section
        title="Third-party apps"
        count={thirdParty.length}
        rule="Applications of others. Each acts for the users and tenants who consented, as far as the scopes go; a scope stands for roles or permissions of the project. One that is switched off keeps its consents: they count again when it is switched on."
        none="The project has no third-party apps."
      >
        <Grid
          label="Third-party apps"
          noun={['app', 'apps']}
          columns={columns}
          count={thirdParty.length}
          sortedBy={{ id: 'consents', desc: true }}
          href={(row) => toHash('apps', thirdParty[row]?.id ?? '')}
          isSelected={(row) => thirdParty[row]?.id === id}
        />
      </Section>
      <Section
        title="Consents"
        count={consents.count}
        rule="Who let which app act for them, how far, and until when. A consent that was over at the sync is not listed. It is wide where a scope stands for a privileged role or an administrative permission."
        none="Nobody consented to an app."
      >
        <ConsentGrid key={chosen} label="Consents" rows={allConsents(project)} chosenApp={chosen} tall />
      </Section>
    </>
  );
}

function thirdPartyColumns(report: Report): readonly GridColumn[] {
  const { project, analysis } = report;
  const { thirdParty, consents } = project.apps;
  const { byApp } = consentsBy(project);
  const wide = wideOf(project, analysis);
  const common = commonColumns(report);
  const count = (row: number, isTenant: number): number =>
    (byApp.get(row) ?? []).filter((at) => consents.isTenant[at] === isTenant).length;
  const wides = thirdParty.map((_, row) => (byApp.get(row) ?? []).filter((at) => wide(at) !== '').length);
  return [
    common.text('name', 'App', '2fr', (row) => thirdParty[row]?.name ?? '', {
      isPerson: true,
      least: 150,
      searched: (row) => `${thirdParty[row]?.name} ${thirdParty[row]?.id} ${thirdParty[row]?.clientId}`,
      cell: (row) => {
        const { id = '', name = '' } = thirdParty[row] ?? {};
        return <ThingName name={name} marks={[id]} href={toHash('apps', id)} />;
      },
      alsoExported: [
        { header: 'App id', text: (row) => thirdParty[row]?.id ?? '' },
        { header: 'Client id', text: (row) => thirdParty[row]?.clientId ?? '' },
      ],
    }),
    common.text('status', 'Status', '0.8fr', (row) => thirdParty[row]?.status ?? '', {
      least: 84,
      cell: (row) => <WordStatus word={thirdParty[row]?.status ?? ''} />,
    }),
    common.number('consents', 'Users', (row) => count(row, 0)),
    common.number('tenants', 'Tenants', (row) => count(row, 1)),
    common.number('wide', 'Wide consents', (row) => wides[row] ?? 0),
    common.text(
      'scopes',
      'Scopes, and what they stand for',
      '2.6fr',
      (row) => thirdParty[row]?.scopes.map(({ name, values }) => `${name}: ${values.join(', ')}`).join('; ') ?? '',
    ),
    common.text(
      'remarks',
      'Remarks',
      '1.4fr',
      (row) =>
        [
          ...(thirdParty[row]?.isDynamic === true ? ['registered itself'] : []),
          ...(thirdParty[row]?.skipsConsentScreen === true ? ['asks nobody: skips the consent screen'] : []),
        ].join('; '),
      { isOptional: true },
    ),
    common.text('allowed', 'Allowed tenants', '1.1fr', (row) => thirdParty[row]?.allowedTenants.join(', ') || 'any', {
      isOptional: true,
    }),
  ];
}

function Applications({ id }: { readonly id: string | undefined }) {
  const report = useReport();
  const { project } = report;
  const { applications } = project.apps;
  const columns = useMemo(() => applicationColumns(report), [project]);
  const [word] = new Set(applications.map(({ defaultAccess }) => defaultAccess));
  return (
    <>
      <Section
        title="Applications"
        count={applications.length}
        rule={`People sign in to them through Descope. Whom they let in who was given no application by name: ${defaultInWords(word ?? 'unknown')}${word === 'unknown' ? '. Tell the sync with “--application-default all” or “none”, as the project is set' : ''}. An application is a door: what somebody may do behind it is up to roles.`}
        none="The project has no applications."
      >
        <Grid
          label="Applications"
          noun={['application', 'applications']}
          columns={columns}
          count={applications.length}
          sortedBy={{ id: 'users', desc: true }}
          href={(row) => toHash('apps', applications[row]?.id ?? '')}
          isSelected={(row) => applications[row]?.id === id}
        />
      </Section>
      <ExplicitAccess id={id} />
    </>
  );
}

function applicationColumns(report: Report): readonly GridColumn[] {
  const { project } = report;
  const { applications } = project.apps;
  const common = commonColumns(report);
  return [
    common.text('name', 'Application', '2fr', (row) => applications[row]?.name ?? '', {
      isPerson: true,
      least: 150,
      searched: (row) => `${applications[row]?.name} ${applications[row]?.id}`,
      cell: (row) => {
        const { id = '', name = '' } = applications[row] ?? {};
        return <ThingName name={name} marks={[id]} href={toHash('apps', id)} />;
      },
      alsoExported: [{ header: 'Application id', text: (row) => applications[row]?.id ?? '' }],
    }),
    common.text(
      'status',
      'Status',
      '0.8fr',
      (row) => (applications[row]?.isEnabled === true ? 'enabled' : 'disabled'),
      {
        least: 84,
        cell: (row) => <WordStatus word={applications[row]?.isEnabled === true ? 'enabled' : 'disabled'} />,
      },
    ),
    common.text('type', 'Type', '0.7fr', (row) => applications[row]?.type ?? ''),
    common.number('users', 'Given by name', (row) => usersOfApp(project, row).length, { width: '1fr' }),
    common.text('default', 'Others', '1.4fr', (row) => applications[row]?.defaultAccess ?? 'unknown', {
      cell: (row) => {
        const access = applications[row]?.defaultAccess ?? 'unknown';
        return access === 'unknown' ? <Badge tone="quiet">unknown</Badge> : <>{access}</>;
      },
    }),
    common.number('groups', 'Mapped groups', (row) => applications[row]?.mappedGroups ?? 0, { isOptional: true }),
  ];
}

/** Who was given an application by name. */
function ExplicitAccess({ id }: { readonly id: string | undefined }) {
  const report = useReport();
  const { project } = report;
  const { applications, users, userStart } = project.apps;
  const appOf = useMemo(() => {
    const apps = new Uint32Array(users.length);
    applications.forEach((_, app) => apps.fill(app, userStart[app], userStart[app + 1]));
    return apps;
  }, [project]);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    return [
      common.user((row) => users[row]),
      common.status((row) => users[row]),
      common.text('app', 'Application', '2fr', (row) => applications[appOf[row] ?? 0]?.name ?? '', {
        alsoExported: [{ header: 'Application id', text: (row) => applications[appOf[row] ?? 0]?.id ?? '' }],
      }),
    ];
  }, [project]);
  const choices = useMemo<readonly RowChoice[]>(
    () => [
      { id: '', name: 'All applications', test: () => true },
      ...applications.map((app, at) => ({ id: app.id, name: app.name, test: (row: number) => appOf[row] === at })),
    ],
    [project],
  );
  const chosen = applications.some((app) => app.id === id) ? (id ?? '') : '';
  return (
    <Section
      title="Given by name"
      count={users.length}
      rule="The user’s record names the application. Whoever is named for one has only those that are named."
      none="Nobody was given an application by name."
    >
      <ByName key={chosen} {...{ columns, choices, chosen }} />
    </Section>
  );
}

function ByName({
  columns,
  choices,
  chosen,
}: {
  readonly columns: readonly GridColumn[];
  readonly choices: readonly RowChoice[];
  readonly chosen: string;
}) {
  const { project } = useReport();
  const { users } = project.apps;
  const { filter, tools } = useRowFilter('Which application', users.length, choices, chosen);
  return (
    <Grid
      label="Given by name"
      noun={['entry', 'entries']}
      columns={columns}
      count={users.length}
      filter={filter}
      tools={tools}
      href={(row) => toHash('people', project.users.id.at(users[row] ?? 0))}
      tall
    />
  );
}
