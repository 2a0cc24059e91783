import type { SyncReport } from '../connector.ts';
import { rfc3339OfMs } from '../model/time.ts';
import type { TenantRoles } from '../sync-format/summary.ts';

/** What the file's rows add up to, as the output counts them. */
export interface SummaryCounts {
  readonly resourceTypes: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly entitlements: Readonly<Record<string, number>>;
  readonly grants: Readonly<Record<string, number>>;
}

export interface SyncRun {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly tenantRoles?: TenantRoles | undefined;
}

/**
 * The closing summary of a sync file: only a complete sync has one. Times are RFC 3339. Part of the file's contract.
 */
export type SyncSummary = ReturnType<typeof toSummary>;

export function toSummary(
  report: SyncReport,
  counts: SummaryCounts,
  { startedAtMs, finishedAtMs, tenantRoles }: SyncRun,
  contentHash: string,
) {
  const { proof, findings, requests, cuts, inheritance, lastLogin, accessKeys, sso, thirdParty, console } = report;
  return {
    complete: true,
    projectId: report.projectId,
    ...(tenantRoles !== undefined && { tenantRoles }),
    startedAt: rfc3339OfMs(startedAtMs),
    finishedAt: rfc3339OfMs(finishedAtMs),
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
      ...(proof.boundMs !== undefined && { usersCreatedUpTo: rfc3339OfMs(proof.boundMs) }),
      readFrom: rfc3339OfMs(proof.readFromMs),
      readUntil: rfc3339OfMs(proof.readUntilMs),
      assumptions: [
        'the number of users that Descope gives is exact',
        'Descope lists a new user within 15 seconds',
        'nobody is created with a creation time of long ago',
      ],
    },
    dangling: findings.dangling,
    ambiguous: findings.ambiguous,
    cut: cuts,
    inheritance: {
      mode: inheritance.mode,
      edges: inheritance.edges,
      uncertain: inheritance.uncertain,
      loops: inheritance.loops,
      unknown_parents: inheritance.unknownParents,
      ancestor_defines: inheritance.ancestorDefines,
    },
    last_login: lastLogin ?? 'off',
    ...(accessKeys !== undefined && {
      access_keys: {
        scim: accessKeys.scim,
        scim_keys: accessKeys.scimKeys,
        bound_to_nobody: accessKeys.boundToNobody,
      },
    }),
    ...(sso !== undefined && {
      sso: {
        settings: sso.settings,
        ...(sso.tenantSettings !== undefined && { tenant_settings: sso.tenantSettings }),
        ...(sso.xaa !== undefined && { xaa: sso.xaa }),
        ...(sso.groups !== undefined && { groups: sso.groups }),
        vanished_tenants: sso.vanishedTenants,
        unknown_roles: sso.unknownRoles,
        ...(sso.unmatchedMembers !== undefined && { unmatched_members: sso.unmatchedMembers }),
      },
    }),
    ...(thirdParty !== undefined && {
      third_party: {
        apps: thirdParty.apps,
        consents: thirdParty.consents,
        expired_consents: thirdParty.expiredConsents,
        dangling_consents: thirdParty.danglingConsents,
      },
    }),
    ...(console !== undefined && {
      console: {
        unlisted_projects: console.unlistedProjects,
        unlisted_tags: console.unlistedTags,
        own_keys: console.keyExpiry.isOwnKnown ? 'known' : 'unknown',
        keys_ending_soon: console.keyExpiry.soon.map(({ keyId, name, endsAtMs, daysLeft, ours }) => ({
          key_id: keyId,
          name,
          expires_at: rfc3339OfMs(endsAtMs),
          days_left: daysLeft,
          ours,
        })),
      },
    }),
    contentHash,
  };
}

/** The proof for people: it stands on the report's page and in the spreadsheet, so it names no field of this file. */
function whatIsProved({ mode, passes, boundMs }: SyncReport['proof']): string {
  if (mode === 'overlap') {
    return (
      'as many different users were read as Descope counts, and every page began with the last two users of the page ' +
      'before it, who were created in different seconds: nobody can have slipped through between two pages'
    );
  }
  if (mode === 'unproven') {
    return (
      'nothing is proved: Descope does not limit its list to a time, and does not sort it or holds users created in ' +
      'the same second; as many users were read as it counts, twice'
    );
  }
  if (boundMs === undefined) {
    return 'every user: Descope gave all of them in one answer';
  }
  const everyone = `every user created up to ${toWords(boundMs)} and not deleted during the read`;
  return passes > 1
    ? `${everyone}: the list changed while it was read, so the rest was read in the order of creation, page by page`
    : `${everyone}: Descope counted the same number at the beginning, on every page and at the end, as many different ` +
        'users were read, and nobody stood behind the last of them';
}

/** "2026-11-25 16:13:05 UTC". */
function toWords(ms: number): string {
  return `${rfc3339OfMs(ms).slice(0, 19).replace('T', ' ')} UTC`;
}

function withTotal(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return { ...counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) };
}
