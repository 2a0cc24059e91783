import type { RequestCounts } from '../../descope/http/call.ts';
import type { ReadProof } from '../../descope/users/user-read.ts';
import { ancestorsOf } from './inheritance.ts';
import type { Findings } from './findings.ts';
import type { Cuts } from './session-counters.ts';
import type { SyncSession } from './sync-session.ts';

/** What one complete read of the project saw, proved and found. */
export interface SyncReport {
  readonly projectId: string;
  /** Requests sent for this sync, retries included, by endpoint. */
  readonly requests: RequestCounts;
  readonly proof: ReadProof;
  readonly findings: Findings;
  readonly cuts: Cuts;
  readonly inheritance: InheritanceGap;
}

/** What is not derived yet: access that a user of a parent tenant has in its sub-tenants. */
export interface InheritanceGap {
  /** Tenants that inherit from a parent, as far as their own setting says. */
  readonly tenants: number;
  /** Pairs of such a tenant and a role that somebody holds in one of its ancestors. */
  readonly roles: number;
}

/** The report of a sync whose users are all read; undefined before that. */
export function syncReport(session: SyncSession): SyncReport | undefined {
  const completed = session.completedNow;
  if (completed === undefined) {
    return undefined;
  }
  const { catalog, index, proof, findings } = completed;
  const heirs = catalog.tenants.filter((tenant) => tenant.parent !== '' && tenant.roleInheritance !== 'none');
  const inheritedRoles = heirs.map(
    ({ id }) => new Set(ancestorsOf(catalog, id).flatMap((ancestor) => index.rolesHeldIn(ancestor))).size,
  );
  return {
    projectId: session.project.projectId,
    requests: session.requests,
    proof,
    findings,
    cuts: session.cutCounts,
    inheritance: { tenants: heirs.length, roles: inheritedRoles.reduce((sum, count) => sum + count, 0) },
  };
}
