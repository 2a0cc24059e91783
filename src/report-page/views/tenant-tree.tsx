import { useMemo } from 'preact/hooks';
import { useReport } from '../context.ts';
import { inheritanceKnown } from '../data/inherited.ts';
import { type Passage, treePlaceOf } from '../data/tree.ts';
import { counted, number } from '../format.ts';
import { toHash } from '../route.ts';
import { aboutThing, commonColumns } from './columns.tsx';
import { Part } from './detail-parts.tsx';
import { Grid } from './grid.tsx';
import { Badge, Name, PlaceName } from './names.tsx';

const words: Readonly<Record<Passage['what'], string>> = {
  sure: 'memberships and roles',
  'membership-sure': 'memberships, roles uncertain',
  uncertain: 'uncertain',
  nothing: 'nothing',
  untold: 'the file does not tell',
};

function PassageBadge({ what }: { readonly what: Passage['what'] }) {
  const tones = {
    sure: 'info',
    'membership-sure': 'warn',
    uncertain: 'warn',
    nothing: 'quiet',
    untold: 'quiet',
  } as const;
  return <Badge tone={tones[what]}>{words[what]}</Badge>;
}

/** What Descope has as the tenant's own setting: whose setting decides is not certain, so each is shown. */
function settingInWords(setting = ''): string {
  return setting === '' ? 'setting empty, read as full inheritance' : `setting “${setting}”`;
}

/** Where a tenant stands in the tree: what it inherits from each tenant above, and what each child inherits from it. */
export function TenantTree({ tenant }: { readonly tenant: number }) {
  const report = useReport();
  const { project } = report;
  const place = useMemo(() => treePlaceOf(project, tenant), [project, tenant]);
  const { above, children, below, fault } = place;
  const columns = useMemo(() => {
    const common = commonColumns(report);
    return [
      common.place((row) => children[row]?.tenant, 'Child tenant'),
      common.text('what', 'Inherits', '1.3fr', (row) => words[children[row]?.what ?? 'untold'], {
        least: 205,
        cell: (row) => <PassageBadge what={children[row]?.what ?? 'untold'} />,
      }),
      common.text('why', 'Why', '2.4fr', (row) => children[row]?.why ?? ''),
      common.number(
        'people',
        'People with access',
        (row) => report.analysis.tenantPeople[children[row]?.tenant ?? -1] ?? 0,
      ),
    ];
  }, [project, children]);
  const found = project.tenants[tenant];
  if (found === undefined || (above.length === 0 && children.length === 0 && fault === '')) {
    return null;
  }
  return (
    <Part title="Place in the tree">
      {inheritanceKnown(project) !== 'derived' && (
        <p class="note">
          {inheritanceKnown(project) === 'switched-off'
            ? 'The sync was told not to derive what tenants inherit.'
            : 'This file does not tell what tenants inherit: an older version or another tool wrote it.'}
        </p>
      )}
      {fault !== '' && (
        <p class="note">
          <Name text={`Its place is not clear: ${fault}.`} />
        </p>
      )}
      <ol class="tree">
        {above.map((one, depth) => (
          <li key={one.tenant} style={{ '--depth': String(Math.min(depth, 8)) }}>
            <PlaceName place={one.tenant} /> <PassageBadge what={one.what} />
            <span class="tree-why">
              <Name
                text={[one.why, settingInWords(project.tenants[one.tenant]?.roleInheritance)]
                  .filter(Boolean)
                  .join('; ')}
              />
            </span>
          </li>
        ))}
        <li class="tree-here" aria-current="true" style={{ '--depth': String(Math.min(above.length, 8)) }}>
          <strong>
            <Name text={found.name} />
          </strong>{' '}
          <span class="tree-why">
            <Name text={settingInWords(found.roleInheritance)} />
          </span>
        </li>
      </ol>
      {above.length > 0 && <p class="note">Beside each tenant above: what this tenant inherits from it.</p>}
      {children.length > 0 && (
        <>
          <p class="note">
            {counted(children.length, 'child tenant')}
            {below > children.length ? `, ${number(below)} tenants below in all` : ''}. “Inherits” is what each gets
            from this tenant.
          </p>
          <Grid
            label={`Child tenants of ${found.name} ${found.id}`}
            noun={['tenant', 'tenants']}
            about={aboutThing('Below tenant', found)}
            columns={columns}
            count={children.length}
            sortedBy={{ id: 'place', desc: false }}
            href={(row) => toHash('tenants', project.tenants[children[row]?.tenant ?? -1]?.id ?? '')}
          />
        </>
      )}
    </Part>
  );
}
