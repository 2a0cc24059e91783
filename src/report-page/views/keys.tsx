import { useMemo } from 'preact/hooks';
import { type Report, useReport } from '../context.ts';
import { endsSoon, isPowerful, keyFacts, showsKeys, soonDays } from '../data/keys.ts';
import { counted, number } from '../format.ts';
import { type Route, toHash } from '../route.ts';
import { managementColumns } from './console-columns.tsx';
import { Grid } from './grid.tsx';
import { KeyDetail } from './key-detail.tsx';
import { keyColumns } from './key-columns.tsx';
import { type RowChoice, useRowFilter } from './row-filter.tsx';
import { Section, Tile } from './section.tsx';
import { Unread } from './unread.tsx';

/** What acts without a person: access keys of the project, and management keys of the company beside them. */
export function KeysView({ route }: { readonly route: Route }) {
  const { project, analysis } = useReport();
  const hasKeys = showsKeys(project, 'access_key');
  const hasManagement = showsKeys(project, 'management_key');
  if (!hasKeys && !hasManagement) {
    return <Unread what="keys" />;
  }
  const id = route[1];
  const all = [...project.keys, ...project.console.keys];
  return (
    <>
      <section class="tiles" aria-label="Keys in numbers">
        <Tile
          name="Access keys"
          value={project.keys.length}
          note={`${number(project.keys.filter(({ status }) => status === 'active').length)} of them active`}
        />
        <Tile
          name="Privileged access keys"
          value={project.keys.filter((_, at) => isPowerful(project, analysis, at)).length}
          note="hold a privileged role, act as somebody who does, or make and remove people by SCIM"
        />
        <Tile
          name="Never expire"
          value={all.filter(({ expiresAt, status }) => expiresAt === 0 && status === 'active').length}
          note="active keys, management keys too"
        />
        <Tile
          name={`End within ${soonDays} days`}
          value={all.filter((key) => endsSoon(project, key)).length}
          note="whatever uses them stops then"
        />
        {hasManagement && (
          <Tile name="Management keys" value={project.console.keys.length} note="of the whole company" />
        )}
      </section>
      {hasKeys && <AccessKeys id={id} />}
      {hasManagement ? <ManagementKeys id={id} /> : <Unread what="management" />}
      {!hasKeys && <Unread what="access_key" />}
    </>
  );
}

/** The columns of the list, in their order. */
const shown = [
  'name',
  'status',
  'expires',
  'owner',
  'privileged',
  'roles',
  'permissions',
  'age',
  'addresses',
  'creator',
  'inherited',
  'tenants',
  'ignored',
] as const;

function AccessKeys({ id }: { readonly id: string | undefined }) {
  const report = useReport();
  const { project } = report;
  const { keys } = project;
  const columns = useMemo(() => {
    const all = keyColumns(report, (row) => row);
    return shown.map((column) => all[column]);
  }, [project]);
  const choices = useMemo(() => choicesOf(report), [project]);
  const { filter, tools } = useRowFilter('Which access keys', keys.length, choices);
  const chosen = id === undefined ? -1 : keys.findIndex((key) => key.id === id);
  return (
    <Section
      title="Access keys"
      count={keys.length}
      rule="A key that is bound to a user acts as that user, with all that the user can do; roles of its own are ignored. Every other key acts for itself. Days are counted from the sync. Descope does not tell when a key was used last."
      none="The project has no access keys."
    >
      <div class={chosen === -1 ? 'explorer' : 'explorer split wide-right'}>
        <Grid
          label="Access keys"
          noun={['access key', 'access keys']}
          columns={columns}
          isCompact={chosen !== -1}
          count={keys.length}
          filter={filter}
          tools={tools}
          sortedBy={{ id: 'privileged', desc: false }}
          href={(row) => toHash('keys', keys[row]?.id ?? '')}
          isSelected={(row) => row === chosen}
          tall
        />
        {chosen !== -1 && (
          <article class="panel detail">
            <a class="close" href={toHash('keys')} aria-label="Close">
              ✕
            </a>
            <KeyDetail key={chosen} ordinal={chosen} />
          </article>
        )}
      </div>
    </Section>
  );
}

function choicesOf({ project, analysis }: Report): readonly RowChoice[] {
  const { keys } = project;
  const { owners } = keyFacts(project, analysis);
  const statuses = [...new Set(keys.map(({ status }) => status))];
  return [
    { id: '', name: 'All access keys', test: () => true },
    ...statuses.map((word) => ({
      id: `status ${word}`,
      name: `Status: ${word === '' ? 'unknown' : word}`,
      test: (row: number) => keys[row]?.status === word,
    })),
    { id: 'privileged', name: 'Privileged', test: (row) => isPowerful(project, analysis, row) },
    { id: 'scim', name: 'Provision by SCIM', test: (row) => keys[row]?.isScim === true },
    { id: 'bound', name: 'Bound to a user', test: (row) => owners[row]?.kind !== 'itself' },
    { id: 'itself', name: 'Acting for themselves', test: (row) => owners[row]?.kind === 'itself' },
    { id: 'never', name: 'Never expire', test: (row) => keys[row]?.expiresAt === 0 },
    { id: 'soon', name: `End within ${soonDays} days`, test: (row) => isSoon(project, row) },
    { id: 'anywhere', name: 'May be used from anywhere', test: (row) => keys[row]?.addresses.length === 0 },
    { id: 'ignored', name: 'With ignored roles', test: (row) => (keys[row]?.ignoredRoles.length ?? 0) > 0 },
  ];
}

function isSoon(project: Report['project'], row: number): boolean {
  const key = project.keys[row];
  return key !== undefined && endsSoon(project, key);
}

function ManagementKeys({ id }: { readonly id: string | undefined }) {
  const report = useReport();
  const { keys, projects } = report.project.console;
  const columns = useMemo(() => managementColumns(report), [report.project]);
  return (
    <Section
      title="Management keys"
      count={keys.length}
      rule={`They open the Management API of ${counted(projects.length, 'project')} of the company. What their roles allow is not published, so that each counts as privileged. Descope tells neither who made them nor when they were used last.`}
      none="The company has no management keys."
    >
      <Grid
        label="Management keys"
        noun={['management key', 'management keys']}
        columns={columns}
        count={keys.length}
        sortedBy={{ id: 'expires', desc: false }}
        isSelected={(row) => keys[row]?.id === id}
        tall
      />
    </Section>
  );
}
