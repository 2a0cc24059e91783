import type { TenantRoles } from '../sync-format/summary.ts';
import { ConnectorError } from '../errors.ts';
import { printable, quoted } from '../printable.ts';
import type { SummaryCounts } from './summary.ts';

/** What is compared of a sync: of which project, under which policy, and how much it found. */
export interface SyncExtent {
  readonly projectId: string;
  readonly tenantRoles?: TenantRoles | undefined;
  readonly counts: Pick<SummaryCounts, 'resources' | 'grants'>;
  /** Types that were asked for, and of which the deployment does not tell. */
  readonly typesNotOffered?: readonly string[];
  /** True where access keys were read, and the deployment does not tell which are those of SCIM. */
  readonly isScimUntold?: boolean;
}

/** What is known of the sync before: a file need not tell its project. */
export type LastExtent = Omit<SyncExtent, 'projectId' | 'isScimUntold'> & {
  readonly projectId: string | undefined;
  /** How many access keys it knows to be those of SCIM. */
  readonly scimKeys?: number | undefined;
};

export interface ShrinkLimits {
  /** How many percent fewer are believed. */
  readonly maxShrink: number;
  /** True when somebody has looked, and says that it is right. */
  readonly isAccepted: boolean;
  /** What stays as it was, and how to say that it is right; where there is a file that would be replaced, left out. */
  readonly words?: { readonly kept: string; readonly remedy: string };
}

const fileWords = { kept: 'the file stays as it was', remedy: 'run it again with --accept-shrink' };

/** What is known of an output that is to be replaced: extracts, such as tables, tell their project only. */
export interface OwnedOutput {
  readonly projectId: string | undefined;
  /** True for the sync of another product's connector. */
  readonly isForeign?: boolean;
}

export interface OwnerRules {
  /** True when somebody says that it may be replaced. */
  readonly isAccepted: boolean;
  /** How to say so, where there is no flag for it. */
  readonly remedy?: string | undefined;
}

const defaultRemedy = 'give --replace-other-project';

/**
 * Refuses to replace what is of another project, with a `held` error: the file of one project would be lost for that of
 * another. What does not tell its project may be replaced by a sync that tells its own, and by what does not tell it
 * either.
 */
export function checkOwner(
  target: string,
  last: OwnedOutput,
  projectId: string | undefined,
  { isAccepted, remedy = defaultRemedy }: OwnerRules,
): readonly string[] {
  const whose =
    last.isForeign === true
      ? "the sync of another product's connector"
      : last.projectId !== undefined && last.projectId !== projectId
        ? `of another project, ${quoted(last.projectId)}`
        : undefined;
  if (whose === undefined) {
    return [];
  }
  if (!isAccepted) {
    const ours =
      projectId === undefined
        ? 'what is to be written does not tell its project'
        : `this is project ${quoted(projectId)}`;
    throw new ConnectorError(
      'held',
      `held back, ${printable(target)} stays as it was: it is ${whose}, and ${ours}; name another with --out, or ${remedy}`,
    );
  }
  return [`note: what stood at ${printable(target)} was ${whose}; it is replaced, as accepted`];
}

/** Fewer missing than this are never held: in a small project one person leaving is many percent. */
const fewestMissing = 5;

/**
 * Holds a sync that found far fewer users, tenants or grants than the last one, or to which Descope did not tell of a type
 * that the last one has, with a `held` error: whoever reads the file takes absence for access that was removed. Syncs
 * of different policies are not compared; returns what to tell, a line each.
 */
export function checkShrink(
  last: LastExtent,
  found: SyncExtent,
  { maxShrink, isAccepted, words: { kept, remedy } = fileWords }: ShrinkLimits,
): readonly string[] {
  if (last.projectId !== undefined && last.projectId !== found.projectId) {
    return []; // two projects have nothing to compare: see `checkOwner`
  }
  if (last.tenantRoles !== undefined && found.tenantRoles !== undefined && last.tenantRoles !== found.tenantRoles) {
    return [
      `note: the file before was made with --tenant-roles ${last.tenantRoles}: this sync was not compared with it`,
    ];
  }
  const gone = [
    ...(found.typesNotOffered ?? []).filter((typeId) => (last.counts.resources[typeId] ?? 0) > 0),
    ...(found.isScimUntold === true && (last.scimKeys ?? 0) > 0 ? ['SCIM keys'] : []),
  ];
  if (gone.length > 0 && !isAccepted) {
    throw new ConnectorError(
      'held',
      `held back, ${kept}: it has ${gone.join(' and ')}, and Descope does not tell of them any more; if that is right, ${remedy}`,
    );
  }
  const shrunk = shrunkBy(last, found, maxShrink);
  if (shrunk === '') {
    return [];
  }
  if (!isAccepted) {
    throw new ConnectorError(
      'held',
      `held back, ${kept}: ${shrunk} since then, more than ${maxShrink} % fewer; if that is right, ${remedy}`,
    );
  }
  return [`note: ${shrunk} since the file before, as accepted`];
}

/** "users went from 1,200 to 300, grants from 5,000 to 900"; empty when nothing shrank beyond the limit. */
function shrunkBy(last: LastExtent, found: SyncExtent, maxShrink: number): string {
  const now = measures(found);
  const parts = measures(last).flatMap(({ what, count: before }, place) => {
    const after = now[place]?.count ?? 0;
    const missing = before - after;
    return missing >= fewestMissing && missing * 100 > before * maxShrink
      ? [{ what, numbers: `from ${before.toLocaleString('en')} to ${after.toLocaleString('en')}` }]
      : [];
  });
  return parts
    .map(({ what, numbers }, place) => (place === 0 ? `${what} went ${numbers}` : `${what} ${numbers}`))
    .join(', ');
}

function measures({ counts }: LastExtent): readonly { readonly what: string; readonly count: number }[] {
  return [
    { what: 'users', count: counts.resources['user'] ?? 0 },
    { what: 'tenants', count: counts.resources['tenant'] ?? 0 },
    { what: 'grants', count: sumOf(counts.grants) },
  ];
}

/** A summary counts by type and adds the total; an output counts by type only. */
function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.entries(counts).reduce((sum, [typeId, count]) => (typeId === 'total' ? sum : sum + count), 0);
}
