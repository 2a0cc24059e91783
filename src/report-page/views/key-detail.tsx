import { useCallback, useMemo } from 'preact/hooks';
import { useReport } from '../context.ts';
import { daysSince } from '../data/days.ts';
import { touchingThing } from '../data/findings.ts';
import { direct } from '../data/inherited.ts';
import { addressesInWords, heldAs, isPowerful, keyFacts } from '../data/keys.ts';
import { counted, day } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutThing, commonColumns } from './columns.tsx';
import { DetailHead, Facts, Part } from './detail-parts.tsx';
import { Grid } from './grid.tsx';
import { CreatorName, Expiry, keyWayColumn, OwnerName } from './key-columns.tsx';
import { Badge, Name, WordStatus } from './names.tsx';
import { useWayFilter, wayOfEdge, WaysNote } from './ways.tsx';

/** One access key: what it is, and what it can do. */
export function KeyDetail({ ordinal }: { readonly ordinal: number }) {
  const report = useReport();
  const { project, analysis, findings } = report;
  const key = project.keys[ordinal];
  const facts = keyFacts(project, analysis);
  const owner = facts.owners[ordinal] ?? { kind: 'itself' };
  const held = useMemo(() => heldAs(project, ordinal, owner), [project, ordinal]);
  const paths = useMemo(
    () =>
      held.flatMap((one) =>
        (project.roles[one.role]?.allows ?? []).map((permission) => Object.assign({ permission }, one)),
      ),
    [project, held],
  );
  const heldWay = useCallback((row: number) => wayOfEdge(held[row]?.edge ?? direct), [held]);
  const pathWay = useCallback((row: number) => wayOfEdge(paths[row]?.edge ?? direct), [paths]);
  const heldFilter = useWayFilter(held.length, heldWay);
  const pathFilter = useWayFilter(paths.length, pathWay);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    return {
      held: [
        common.text('what', 'What', '1fr', (row) => (held[row]?.role === -1 ? 'membership' : 'role')),
        common.role((row) => (held[row]?.role === -1 ? undefined : held[row]?.role)),
        common.place((row) => held[row]?.place),
        keyWayColumn(
          report,
          (row) => held[row]?.edge ?? direct,
          () => owner.kind === 'user',
        ),
      ],
      paths: [
        common.permission((row) => paths[row]?.permission),
        common.level((row) => paths[row]?.permission),
        common.place((row) => paths[row]?.place),
        { ...common.role((row) => paths[row]?.role), header: 'Through role' },
        keyWayColumn(
          report,
          (row) => paths[row]?.edge ?? direct,
          () => owner.kind === 'user',
        ),
      ],
    };
  }, [project, held, paths]);
  if (key === undefined) {
    return null;
  }
  const about = aboutThing('Access key', key);
  const found = touchingThing(findings, 'access_key', key.id);
  return (
    <>
      <DetailHead what="Access key" name={key.name}>
        <WordStatus word={key.status} />
        {isPowerful(project, analysis, ordinal) && <Badge tone="bad">privileged</Badge>}
        {key.isScim === true && <Badge tone="warn">provisions by SCIM</Badge>}
        {key.hasClaims && <Badge tone="info">claims of its own</Badge>}
        {key.isFixed && <Badge tone="quiet">managed by Descope</Badge>}
      </DetailHead>
      <Facts
        facts={[
          [
            'Id',
            <code>
              <Name text={key.id} />
            </code>,
          ],
          ['Expires', <Expiry of={key} />],
          [
            'Created',
            key.createdAt === 0
              ? ''
              : `${day(key.createdAt)}, ${counted(daysSince(project, key.createdAt), 'day')} before the sync`,
          ],
          ['Acts as', <OwnerName owner={owner} />],
          ['Made by', <CreatorName creator={facts.creators[ordinal] ?? { kind: 'untold', id: '' }} />],
          ['May be used from', <Name text={addressesInWords(key)} />],
          [
            'Ignored roles of its own',
            key.ignoredRoles.length === 0 ? '' : <Name text={key.ignoredRoles.join(', ')} />,
          ],
          ['Description', key.description === '' ? '' : <Name text={key.description} />],
        ]}
      />
      {found.length > 0 && (
        <p class="touching">
          Found under:{' '}
          {found.map(({ id, title }, at) => (
            <span key={id}>
              {at > 0 && ', '}
              <a href={toHash('findings', id)}>{title}</a>
            </span>
          ))}
        </p>
      )}
      {key.hasClaims && (
        <p class="note">
          It puts claims of its own into its tokens. Whatever reads them may allow more than roles say.
        </p>
      )}
      <Part title="What this key can do">
        <Grid
          label={`What key ${key.name} ${key.id} can do`}
          about={about}
          noun={['way', 'ways']}
          columns={columns.paths}
          count={paths.length}
          filter={pathFilter.filter}
          tools={pathFilter.tools}
          sortedBy={{ id: 'level', desc: false }}
          href={(row) => toHash('permissions', project.permissions[paths[row]?.permission ?? 0]?.name ?? '')}
          empty={owner.kind === 'gone' ? 'Nothing: the user as whom it acts is gone.' : 'No role that allows anything.'}
        />
      </Part>
      <Part title={owner.kind === 'itself' ? 'What this key has' : 'What its user has'}>
        <Grid
          label={`What key ${key.name} ${key.id} holds`}
          about={about}
          noun={['role or membership', 'roles and memberships']}
          columns={columns.held}
          count={held.length}
          filter={heldFilter.filter}
          tools={heldFilter.tools}
          href={(row) => {
            const { role = -1, place = -1 } = held[row] ?? {};
            return role === -1
              ? toHash('tenants', project.tenants[place]?.id ?? '')
              : toHash('roles', project.roles[role]?.id ?? '');
          }}
          empty="Holds nothing, and belongs to no tenant."
        />
        <WaysNote />
      </Part>
    </>
  );
}
