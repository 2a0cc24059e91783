import { useMemo } from 'preact/hooks';
import { type Report, useReport } from '../context.ts';
import { isPrivilegedGrant, viaInWords } from '../data/console.ts';
import { isRead, lastSix } from '../data/keys.ts';
import { counted } from '../format.ts';
import { type Route, toHash } from '../route.ts';
import { commonColumns, nameKey } from './columns.tsx';
import { Grid } from './grid.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, Name, ThingName, WordStatus } from './names.tsx';
import { type RowChoice, useRowFilter } from './row-filter.tsx';
import { Section, Tile } from './section.tsx';
import { Unread } from './unread.tsx';

/** Who runs the console: administrators and management keys, project by project. */
export function ConsoleView({ route }: { readonly route: Route }) {
  const { project } = useReport();
  const { projects, admins, keys } = project.console;
  if (!isRead(project, 'project')) {
    return <Unread what="console" />;
  }
  const isHumansOnly = project.about.isHumansOnly === true;
  return (
    <>
      <section class="tiles" aria-label="The console in numbers">
        <Tile name="Projects" value={projects.length} note="of the company" />
        <Tile
          name="Administrators"
          value={admins.length}
          note={`${counted(admins.filter(({ status }) => status === 'invited').length, 'was invited and never', 'were invited and never')} joined`}
        />
        <Tile
          name="Company administrators"
          value={admins.filter(({ isCompanyAdmin }) => isCompanyAdmin).length}
          note="administer every project"
        />
        {!isHumansOnly && <Tile name="Management keys" value={keys.length} note="call the API without a person" />}
      </section>
      {isHumansOnly && <Unread what="management" />}
      <Rights id={route[1]} />
      <Administrators id={route[1]} />
    </>
  );
}

/** Whose a grant is: an administrator or a management key. */
function holderOf({ console: { admins, keys } }: Report['project'], isKey: boolean, holder: number) {
  return isKey ? keys[holder] : admins[holder];
}

function Rights({ id }: { readonly id: string | undefined }) {
  const report = useReport();
  const { project } = report;
  const { grants, projects } = project.console;
  const columns = useMemo(() => rightsColumns(report), [project]);
  const choices = useMemo<readonly RowChoice[]>(
    () => [
      { id: '', name: 'All projects', test: () => true },
      ...projects.map(({ id: one, name }, at) => ({
        id: one,
        name: `Project ${name}`,
        test: (row: number) => grants[row]?.project === at,
      })),
      { id: 'admins', name: 'Administrators only', test: (row) => grants[row]?.isKey === false },
      { id: 'keys', name: 'Management keys only', test: (row) => grants[row]?.isKey === true },
      { id: 'company', name: 'Through the company', test: (row) => grants[row]?.via.startsWith('company') === true },
      { id: 'tag', name: 'By tag', test: (row) => grants[row]?.via === 'tag' },
      { id: 'uncertain', name: 'Uncertain', test: (row) => grants[row]?.isUncertain === true },
    ],
    [project],
  );
  const { filter, tools } = useRowFilter('Which rights', grants.length, choices);
  return (
    <Section
      title="Who may act on which project"
      count={grants.length}
      rule="Roles are Descope’s own words. Only “auditor” is known to change nothing: every other role of an administrator, and every role of a management key, counts as privileged. It is uncertain where the project has some only of the tags that an entry names."
      none="Nobody has a role in a project."
    >
      <Grid
        label="Who may act on which project"
        noun={['right', 'rights']}
        columns={columns}
        count={grants.length}
        filter={filter}
        tools={tools}
        sortedBy={{ id: 'project', desc: false }}
        isSelected={(row) => {
          const grant = grants[row];
          return grant !== undefined && holderOf(project, grant.isKey, grant.holder)?.id === id;
        }}
        tall
      />
    </Section>
  );
}

function rightsColumns(report: Report): readonly GridColumn[] {
  const { project } = report;
  const { grants, projects, admins } = project.console;
  const common = commonColumns(report);
  const of = (row: number) => grants[row];
  const holder = (row: number) => {
    const grant = of(row);
    return grant === undefined ? undefined : holderOf(project, grant.isKey, grant.holder);
  };
  const isKey = (row: number): boolean => of(row)?.isKey === true;
  const marks = (row: number): string[] => {
    const admin = admins[of(row)?.holder ?? -1];
    return isKey(row)
      ? ['management key', lastSix(holder(row)?.id ?? '')]
      : [admin?.email || admin?.login || '', holder(row)?.id ?? ''].filter((mark) => mark !== '');
  };
  const isPower = (row: number): boolean => {
    const grant = of(row);
    return grant !== undefined && isPrivilegedGrant(grant);
  };
  const via = (row: number): string => {
    const grant = of(row);
    return grant === undefined ? '' : viaInWords(grant);
  };
  return [
    common.text('project', 'Project', '1.5fr', (row) => projects[of(row)?.project ?? -1]?.name ?? '', {
      least: 120,
      alsoExported: [{ header: 'Project id', text: (row) => projects[of(row)?.project ?? -1]?.id ?? '' }],
    }),
    common.text('who', 'Who', '2.4fr', (row) => holder(row)?.name ?? '', {
      isPerson: true,
      least: 170,
      key: (row) => nameKey(holder(row)?.name ?? ''),
      searched: (row) => `${holder(row)?.name} ${holder(row)?.id} ${marks(row).join(' ')}`,
      alsoExported: [
        { header: 'Kind', text: (row) => (isKey(row) ? 'management_key' : 'console_admin') },
        { header: 'Id', text: (row) => holder(row)?.id ?? '' },
      ],
      cell: (row) => (
        <ThingName
          name={holder(row)?.name ?? ''}
          marks={marks(row)}
          href={toHash(isKey(row) ? 'keys' : 'console', holder(row)?.id ?? '')}
        />
      ),
    }),
    common.text('status', 'Status', '0.8fr', (row) => holder(row)?.status ?? '', {
      least: 84,
      cell: (row) => <WordStatus word={holder(row)?.status ?? ''} />,
    }),
    common.text('roles', 'Roles', '1.8fr', (row) => of(row)?.roles.join(', ') ?? ''),
    common.text('via', 'How', '1.8fr', via, {
      least: 150,
      cell: (row) => (
        <>
          {of(row)?.isUncertain === true && (
            <>
              <Badge tone="warn">uncertain</Badge>{' '}
            </>
          )}
          <Name text={via(row).replace(/, uncertain$/, '')} />
        </>
      ),
    }),
    common.text('privileged', 'Privileged', '1fr', (row) => (isPower(row) ? 'privileged' : ''), {
      key: (row) => Number(!isPower(row)),
      cell: (row) => (isPower(row) ? <Badge tone="bad">privileged</Badge> : null),
    }),
  ];
}

function Administrators({ id }: { readonly id: string | undefined }) {
  const report = useReport();
  const { admins, grants } = report.project.console;
  const columns = useMemo(() => {
    const common = commonColumns(report);
    const counts = new Uint32Array(admins.length);
    grants.forEach(({ isKey, holder }) => (isKey ? 0 : (counts[holder] = (counts[holder] ?? 0) + 1)));
    return [
      common.text('name', 'Administrator', '2.4fr', (row) => admins[row]?.name ?? '', {
        isPerson: true,
        least: 170,
        key: (row) => nameKey(admins[row]?.name ?? ''),
        searched: (row) => `${admins[row]?.name} ${admins[row]?.email} ${admins[row]?.login} ${admins[row]?.id}`,
        alsoExported: [
          { header: 'Email', text: (row) => admins[row]?.email ?? '' },
          { header: 'Id', text: (row) => admins[row]?.id ?? '' },
        ],
        cell: (row) => (
          <ThingName
            name={admins[row]?.name ?? ''}
            marks={[admins[row]?.email ?? '', admins[row]?.id ?? ''].filter((mark) => mark !== '')}
            href={toHash('console', admins[row]?.id ?? '')}
          />
        ),
      }),
      common.text('status', 'Status', '0.8fr', (row) => admins[row]?.status ?? '', {
        least: 84,
        cell: (row) => <WordStatus word={admins[row]?.status ?? ''} />,
      }),
      common.text(
        'company',
        'Company administrator',
        '1.1fr',
        (row) => (admins[row]?.isCompanyAdmin === true ? 'yes' : ''),
        {
          key: (row) => Number(admins[row]?.isCompanyAdmin !== true),
          cell: (row) => (admins[row]?.isCompanyAdmin === true ? <Badge tone="bad">yes</Badge> : null),
        },
      ),
      common.number('projects', 'Rights', (row) => counts[row] ?? 0),
      common.text('others', 'Other roles', '1.6fr', (row) => admins[row]?.otherRoles.join(', ') ?? ''),
      common.text('unlisted', 'Named, and not listed', '1.4fr', (row) => admins[row]?.unlisted.join(', ') ?? '', {
        isOptional: true,
      }),
    ];
  }, [report.project]);
  return (
    <Section
      title="Administrators of the console"
      count={admins.length}
      rule="They are no users of a project, even where one has the same address. “Other roles” are words that this program does not know: take them for privileged."
      none="The company has no administrators that could be listed."
    >
      <Grid
        label="Administrators of the console"
        noun={['administrator', 'administrators']}
        columns={columns}
        count={admins.length}
        sortedBy={{ id: 'company', desc: false }}
        isSelected={(row) => admins[row]?.id === id}
        tall
      />
    </Section>
  );
}
