import { useMemo } from 'preact/hooks';
import { useReport } from '../context.ts';
import type { Held } from '../data/access.ts';
import { usersOfApp } from '../data/apps.ts';
import { direct } from '../data/inherited.ts';
import { isRead, keyFacts, keyWays, lastSix, showsKeys } from '../data/keys.ts';
import { toHash } from '../route.ts';
import { aboutPerson, aboutThing, commonColumns } from './columns.tsx';
import { ConsentGrid, consentsOf } from './consents.tsx';
import { Part } from './detail-parts.tsx';
import { Grid } from './grid.tsx';
import type { ExportedColumn } from './grid-layout.ts';
import { keyColumns, keyWayColumn } from './key-columns.tsx';
import { Name, ThingName } from './names.tsx';

/** Access keys that come to something: by what they hold themselves, or as the user to whom they are bound. */
export function KeysWith({
  title,
  label,
  about,
  isWanted,
  empty,
}: {
  readonly title: string;
  readonly label: string;
  readonly about: readonly ExportedColumn[];
  /** The same function as long as the same is wanted. */
  readonly isWanted: (held: Pick<Held, 'role' | 'place'>) => boolean;
  readonly empty: string;
}) {
  const report = useReport();
  const { project, analysis } = report;
  const isShown = showsKeys(project, 'access_key');
  const ways = useMemo(() => (isShown ? keyWays(project, analysis, isWanted) : []), [project, isWanted]);
  const columns = useMemo(() => {
    const { name, status, owner } = keyColumns(report, (row) => ways[row]?.key ?? 0);
    const common = commonColumns(report);
    const { owners } = keyFacts(project, analysis);
    const marksOf = (row: number): string[] => {
      const at = ways[row]?.key ?? 0;
      const one = owners[at];
      return [
        lastSix(project.keys[at]?.id ?? ''),
        ...(one?.kind === 'user' ? [`acts as ${project.users.name.at(one.user)}`] : []),
      ];
    };
    return [
      {
        ...name,
        cell: (row: number) => {
          const { id = '', name: called = '' } = project.keys[ways[row]?.key ?? 0] ?? {};
          return <ThingName name={called} marks={marksOf(row)} href={toHash('keys', id)} />;
        },
      },
      { ...status, isOptional: true },
      { ...owner, isOptional: true },
      common.role((row) => (ways[row]?.role === -1 ? undefined : ways[row]?.role)),
      common.place((row) => ways[row]?.place),
      keyWayColumn(
        report,
        (row) => ways[row]?.edge ?? direct,
        (row) => owners[ways[row]?.key ?? 0]?.kind === 'user',
      ),
    ];
  }, [project, ways]);
  return isShown ? (
    <Part title={title}>
      <Grid
        label={label}
        noun={['way of a key', 'ways of keys']}
        about={about}
        columns={columns}
        count={ways.length}
        sortedBy={{ id: 'name', desc: false }}
        href={(row) => toHash('keys', project.keys[ways[row]?.key ?? 0]?.id ?? '')}
        empty={empty}
      />
    </Part>
  ) : null;
}

/** What acts for a person: keys that are bound to them, apps that they consented to; and applications given by name. */
export function OthersOfPerson({ user }: { readonly user: number }) {
  const report = useReport();
  const { project, analysis } = report;
  const { users } = project;
  const about = aboutPerson(report, user);
  const keys = showsKeys(project, 'access_key') ? (keyFacts(project, analysis).boundTo.get(user) ?? []) : [];
  const consents = consentsOf(project, 'byUser', user);
  const columns = useMemo(() => {
    const { name, status, expires, age, addresses } = keyColumns(report, (row) => keys[row] ?? 0);
    return [name, status, expires, age, addresses];
  }, [project, keys]);
  const apps = useMemo(
    () => project.apps.applications.filter((_, app) => usersOfApp(project, app).includes(user)),
    [project, user],
  );
  const who = `${users.name.at(user)} ${users.id.at(user)}`;
  return (
    <>
      {keys.length > 0 && (
        <Part title="Keys that act as this person">
          <Grid
            label={`Keys that act as ${who}`}
            noun={['access key', 'access keys']}
            about={about}
            columns={columns}
            count={keys.length}
            href={(row) => toHash('keys', project.keys[keys[row] ?? 0]?.id ?? '')}
          />
        </Part>
      )}
      {consents.length > 0 && (
        <Part title="Apps of others that act for this person">
          <ConsentGrid
            label={`Consents of ${who}`}
            about={about}
            rows={consents}
            columns={['app', 'wide', 'scopes', 'created', 'expires', 'inside']}
          />
        </Part>
      )}
      {apps.length > 0 && (
        <Part title="Applications given by name">
          <p>
            {apps.map(({ id, name }, at) => (
              <span key={id}>
                {at > 0 && ', '}
                <a class="thing" href={toHash('apps', id)}>
                  <Name text={name} />
                </a>
              </span>
            ))}
          </p>
        </Part>
      )}
    </>
  );
}

/** Apps of others that act for a whole tenant. */
export function ConsentsOfTenant({ tenant }: { readonly tenant: number }) {
  const { project } = useReport();
  const found = project.tenants[tenant];
  const consents = consentsOf(project, 'byTenant', tenant);
  return found === undefined || !isRead(project, 'third_party_app') || consents.length === 0 ? null : (
    <Part title="Apps of others that act for the whole tenant">
      <ConsentGrid
        label={`Consents of ${found.name} ${found.id}`}
        about={aboutThing('In tenant', found)}
        rows={consents}
        columns={['app', 'wide', 'scopes', 'grantor', 'created', 'expires']}
      />
    </Part>
  );
}
