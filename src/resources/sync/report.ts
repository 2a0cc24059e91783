import type { RequestCounts } from '../../descope/http/call.ts';
import type { ReadProof } from '../../descope/users/user-read.ts';
import type { InheritanceMode } from '../../access/inheritance.ts';
import { type ConsoleReport, consoleReport } from './console-report.ts';
import type { Findings } from './findings.ts';
import { inheritanceIn } from './inherited-edges.ts';
import type { LastLoginSource } from './last-logins.ts';
import type { Cuts } from './session-counters.ts';
import { type AccessKeyReport, accessKeyReport } from './scim-reads.ts';
import { type SsoReport, ssoReport } from './sso-report.ts';
import type { SyncSession } from './sync-session.ts';
import { type ThirdPartyReport, thirdPartyReport } from './third-party-report.ts';

/** What one complete read of the project saw, proved and found. */
export interface SyncReport {
  readonly projectId: string;
  /** Requests sent for this sync, retries included, by endpoint. */
  readonly requests: RequestCounts;
  readonly proof: ReadProof;
  readonly findings: Findings;
  readonly cuts: Cuts;
  readonly inheritance: InheritanceReport;
  /** From what it was told when users last signed in; undefined where that was not read. */
  readonly lastLogin?: LastLoginSource;
  /** Absent where access keys are not read. */
  readonly accessKeys?: AccessKeyReport;
  /** Absent where single sign-on is not read. */
  readonly sso?: SsoReport;
  /** Absent where third-party apps are not read. */
  readonly thirdParty?: ThirdPartyReport;
  /** Absent where the console is not read. */
  readonly console?: ConsoleReport;
}

/** What flows down the tree of tenants. */
export interface InheritanceReport {
  readonly mode: InheritanceMode;
  /** Grants by inheritance, and those of them that only one reading of Descope's texts allows. */
  readonly edges: number;
  readonly uncertain: number;
  /** Tenants in a loop of parents, and tenants whose parent is unknown: both inherit nothing. */
  readonly loops: number;
  readonly unknownParents: number;
  /** Dangling role names that a tenant above defines. */
  readonly ancestorDefines: number;
}

/** The report of a sync whose users are all read; undefined before that. */
export function syncReport(session: SyncSession): SyncReport | undefined {
  const completed = session.completedNow;
  if (completed === undefined) {
    return undefined;
  }
  const { catalog, inherited, proof, findings } = completed;
  const accessKeys = accessKeyReport(session);
  const sso = ssoReport(session);
  const thirdParty = thirdPartyReport(session);
  const console = consoleReport(session);
  const { mode, loops, unknownParents } = inheritanceIn(catalog, session.policy.inheritance);
  return {
    projectId: session.project.projectId,
    requests: session.requests,
    proof,
    findings,
    cuts: session.cutCounts,
    inheritance: { mode, ...inherited.counts, loops, unknownParents, ancestorDefines: findings.ancestorDefines },
    ...(session.policy.lastLogin !== undefined && { lastLogin: session.policy.lastLogin }),
    ...(accessKeys !== undefined && { accessKeys }),
    ...(sso !== undefined && { sso }),
    ...(thirdParty !== undefined && { thirdParty }),
    ...(console !== undefined && { console }),
  };
}
