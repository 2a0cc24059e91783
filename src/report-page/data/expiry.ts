import { showsKeys } from './keys.ts';
import { signOnKnown } from './next-login.ts';
import { timeOf } from './days.ts';
import type { Project } from './project.ts';

/** What ends, in the order in which it is drawn. */
export const endingKinds = ['Access keys', 'Management keys', 'Certificates'] as const;
export type EndingKind = (typeof endingKinds)[number];

/** Everything that ends in one month, or before the first or after the last that is told. */
export interface MonthOfEnds {
  /** "over", "2026-12" or "later". */
  readonly month: string;
  readonly counts: Readonly<Record<EndingKind, number>>;
}

export interface Ends {
  readonly months: readonly MonthOfEnds[];
  /** Kinds that the file tells of. */
  readonly kinds: readonly EndingKind[];
  /** Active keys that never end; no certificate does not. */
  readonly never: number;
}

/** The month of the sync and those after it, so many in all. */
const monthsTold = 12;

/** What ends when, month by month. Keys that are switched off are left out, those whose time was over are not. */
export function endsByMonth(project: Project): Ends {
  const now = timeOf(project);
  const keysOf = (type: 'access_key' | 'management_key') => (showsKeys(project, type) ? all[type] : []);
  const all = { access_key: project.keys, management_key: project.console.keys };
  const keys = {
    'Access keys': keysOf('access_key').filter(({ status }) => status !== 'inactive'),
    'Management keys': keysOf('management_key').filter(({ status }) => status !== 'inactive'),
  };
  const times: Readonly<Record<EndingKind, readonly number[]>> = {
    'Access keys': endsOf(keys['Access keys']),
    'Management keys': endsOf(keys['Management keys']),
    Certificates: project.signOn.configurations
      .flatMap(({ certificates }) => certificates.map(({ notAfter }) => Date.parse(notAfter)))
      .filter((time) => !Number.isNaN(time)),
  };
  const names = monthsFrom(now);
  const months = ['over', ...names, 'later'].map((month) => ({
    month,
    counts: Object.fromEntries(
      endingKinds.map((kind) => [kind, times[kind].filter((time) => monthOf(time, now, names) === month).length]),
    ) as Record<EndingKind, number>, // it has every kind
  }));
  return {
    months,
    kinds: endingKinds.filter((kind) =>
      kind === 'Certificates'
        ? !signOnKnown(project).missing.includes('sso_configuration')
        : showsKeys(project, kind === 'Access keys' ? 'access_key' : 'management_key'),
    ),
    never: [...keys['Access keys'], ...keys['Management keys']].filter(({ expiresAt }) => expiresAt === 0).length,
  };
}

function endsOf(keys: readonly { readonly expiresAt: number }[]): number[] {
  return keys.filter(({ expiresAt }) => expiresAt !== 0).map(({ expiresAt }) => expiresAt * 1000);
}

function monthsFrom(now: number): string[] {
  const from = new Date(now);
  return Array.from({ length: monthsTold }, (_, at) =>
    new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + at)).toISOString().slice(0, 7),
  );
}

function monthOf(time: number, now: number, names: readonly string[]): string {
  const month = new Date(time).toISOString().slice(0, 7);
  return time < now ? 'over' : names.includes(month) ? month : 'later';
}
