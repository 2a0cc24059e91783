import { useMemo } from 'preact/hooks';
import type { ReportConfiguration } from '../../answers/report-format.ts';
import { useReport } from '../context.ts';
import { certificateEnds } from '../data/certificates.ts';
import { aboutThing, commonColumns } from './columns.tsx';
import { Part } from './detail-parts.tsx';
import { Grid } from './grid.tsx';

/** How the people of a tenant sign in through identity providers; nothing where no configuration of it was read. */
export function SignOnOfTenant({ tenant }: { readonly tenant: number }) {
  const report = useReport();
  const { project } = report;
  const rows = useMemo(() => project.signOn.configurations.filter((one) => one.tenant === tenant), [project, tenant]);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    const text = (id: string, header: string, width: string, of: (one: ReportConfiguration) => string) =>
      common.text(id, header, width, (row) => {
        const one = rows[row];
        return one === undefined ? '' : of(one);
      });
    return [
      text('id', 'Configuration', '1.2fr', ({ ssoId }) => ssoId),
      text('kind', 'Protocol', '0.8fr', ({ kind }) => (kind === 'none' || kind === '' ? 'none' : kind.toUpperCase())),
      text('new', 'New people', '1.4fr', ({ isJitDisabled }) =>
        isJitDisabled === undefined ? 'not known' : isJitDisabled ? 'only who was pushed' : 'made at sign-in',
      ),
      text('domains', 'Domains', '1.4fr', ({ domains }) => domains.join(', ')),
      text('certificates', 'Certificates', '2fr', (one) => certificateEnds(project, one).join('; ')),
    ];
  }, [project, rows]);
  const found = project.tenants[tenant];
  return found === undefined || rows.length === 0 ? null : (
    <Part title="Single sign-on">
      <p class="note">
        {rows.some(({ isEnforced }) => isEnforced)
          ? 'Single sign-on is enforced for members of this tenant.'
          : 'Single sign-on is not enforced: members may sign in otherwise.'}
      </p>
      <Grid
        label={`Single sign-on of ${found.name} ${found.id}`}
        noun={['configuration', 'configurations']}
        about={aboutThing('In tenant', found)}
        columns={columns}
        count={rows.length}
        sortedBy={{ id: 'id', desc: false }}
      />
    </Part>
  );
}
