import type { SyncReport } from '../connector.ts';

/** What the file's rows add up to, as the output counts them. */
export interface SummaryCounts {
  readonly resourceTypes: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly entitlements: Readonly<Record<string, number>>;
  readonly grants: Readonly<Record<string, number>>;
}

/** Which roles in tenants a sync lists: every pair, or those that somebody holds. */
export type TenantRoles = 'all' | 'observed';

export interface SyncRun {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly tenantRoles?: TenantRoles | undefined;
}

/** The closing summary of a sync file: only a complete sync has one. Times are RFC 3339. Part of the file's contract. */
export type SyncSummary = ReturnType<typeof toSummary>;

export function toSummary(report: SyncReport, counts: SummaryCounts, { startedAtMs, finishedAtMs, tenantRoles }: SyncRun, contentHash: string) {
  const { proof, findings, requests, cuts, inheritance } = report;
  return {
    complete: true,
    projectId: report.projectId,
    ...(tenantRoles !== undefined && { tenantRoles }),
    startedAt: toTime(startedAtMs),
    finishedAt: toTime(finishedAtMs),
    counts: {
      resourceTypes: counts.resourceTypes,
      resources: withTotal(counts.resources),
      entitlements: withTotal(counts.entitlements),
      grants: withTotal(counts.grants),
    },
    requests: withTotal(requests),
    consistency: {
      mode: proof.mode,
      passes: proof.passes,
      proved: whatIsProved(proof),
      usersAtStart: proof.total,
      usersBelowBound: proof.bounded,
      usersNewer: proof.newer,
      ...(proof.boundMs !== undefined && { usersCreatedUpTo: toTime(proof.boundMs) }),
      readFrom: toTime(proof.readFromMs),
      readUntil: toTime(proof.readUntilMs),
      assumptions: ['"total" is exact', 'a search shows a new user within 15 s', 'nobody is created with a creation time of long ago'],
    },
    dangling: findings.dangling,
    ambiguous: findings.ambiguous,
    cut: cuts,
    notDerived: {
      what: 'access inherited down a tenant tree is not derived yet',
      inheritingTenants: inheritance.tenants,
      inheritedRoles: inheritance.roles,
    },
    contentHash,
  };
}

function whatIsProved({ mode, passes, boundMs }: SyncReport['proof']): string {
  if (mode === 'overlap') {
    return 'every page began with the last two users of the one before, created in different seconds, and as many users were read as the service counts';
  }
  if (mode === 'unproven') {
    return 'nothing: the service does not bound its list in time, and does not sort it or holds users created within the same second; as many users were read as it counts, twice';
  }
  if (passes > 1) {
    return 'every user created up to usersCreatedUpTo and present throughout was read: the list moved, and was read on by time of creation, page by page';
  }
  return boundMs === undefined
    ? 'one answer held every user'
    : 'every user created up to usersCreatedUpTo and present throughout was read: equal totals, rows = distinct ids = total, nobody beyond the bound';
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

function withTotal(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return { ...counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) };
}
