import { useMemo } from 'preact/hooks';
import { useReport } from '../context.ts';
import { isPrivileged } from '../data/analysis.ts';
import { everybodyInWords, type Gain, giverInWords } from '../data/next-login.ts';
import { toHash } from '../route.ts';
import { commonColumns } from './columns.tsx';
import { Grid } from './grid.tsx';
import type { ExportedColumn } from './grid-layout.ts';
import { Badge } from './names.tsx';

type Column = 'user' | 'status' | 'who' | 'role' | 'place' | 'giver' | 'privileged';

/** Roles that the next login gives, or gives back; nobody is counted among the holders for them. */
export function Gains({
  label,
  about,
  rows,
  columns,
  noun = ['role to gain', 'roles to gain'],
  empty,
  tall = false,
}: {
  readonly label: string;
  readonly about?: readonly ExportedColumn[];
  readonly rows: readonly Gain[];
  readonly columns: readonly Column[];
  readonly noun?: readonly [string, string];
  readonly empty: string;
  readonly tall?: boolean;
}) {
  const report = useReport();
  const { project, analysis } = report;
  const shown = useMemo(() => {
    const common = commonColumns(report);
    const user = (row: number) => rows[row]?.user;
    const isPower = (row: number): boolean => isPrivileged(analysis, rows[row]?.role ?? -1);
    const giver = (row: number): string => {
      const found = rows[row];
      return found === undefined ? '' : giverInWords(project, found.mapping);
    };
    const who = (row: number): string => {
      const found = rows[row];
      return found === undefined || found.user !== undefined ? '' : everybodyInWords(found.mapping);
    };
    const all = {
      user: () => common.user(user),
      status: () => common.status(user),
      who: () => common.text('who', 'Who', '2.4fr', who),
      role: () => common.role((row) => rows[row]?.role),
      place: () => common.place((row) => rows[row]?.place),
      giver: () => common.text('giver', 'Through', '2fr', giver),
      privileged: () =>
        common.text('privileged', 'Privileged', '1fr', (row) => (isPower(row) ? 'privileged' : ''), {
          key: (row) => Number(!isPower(row)),
          cell: (row) => (isPower(row) ? <Badge tone="bad">privileged</Badge> : null),
        }),
    } as const;
    return columns.map((column) => all[column]());
  }, [project, rows]);
  if (rows.length === 0) {
    return <p class="clear">{empty}</p>;
  }
  return (
    <Grid
      label={label}
      noun={noun}
      about={about}
      columns={shown}
      count={rows.length}
      sortedBy={{ id: 'privileged', desc: false }}
      href={(row) => {
        const { user, role = -1 } = rows[row] ?? {};
        return user === undefined
          ? toHash('roles', project.roles[role]?.id ?? '')
          : toHash('people', project.users.id.at(user));
      }}
      tall={tall}
    />
  );
}
