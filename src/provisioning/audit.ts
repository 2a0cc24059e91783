import type { User } from '../descope/rows.ts';
import type { Holding, Target } from './target.ts';

/** What a record shows where a change acts: nothing about the person but ids and role names. */
export interface AuditState {
  readonly member?: boolean;
  readonly roles: readonly string[];
}

/** How an attempt ended. `failed` leaves open whether something changed; its `error` says what is known. */
export type AuditOutcome = 'granted' | 'already-granted' | 'revoked' | 'already-revoked' | 'planned' | 'refused' | 'failed';

/** One attempt to change access, as it is written down: one JSON line, whatever came of it, never a secret. */
export interface AuditEntry {
  readonly time: string;
  readonly requestId: string;
  readonly operation: 'grant' | 'revoke';
  readonly entitlement: string;
  readonly principal: string;
  readonly outcome: AuditOutcome;
  readonly before?: AuditState;
  /** The last that Descope showed; absent when nothing was shown after `before`. */
  readonly after?: AuditState;
  /** What came or went besides what was asked for. */
  readonly alsoGained?: readonly Holding[];
  readonly alsoLost?: readonly Holding[];
  readonly writes: number;
  readonly error?: string;
}

/** Where the lines go. It must not return before the line is kept. */
export type WriteAudit = (entry: AuditEntry) => Promise<void>;

/** Both states as the members of an entry; what is not known is left out. */
export function auditStates(before: User | undefined, after: User | undefined, target: Pick<Target, 'tenantId'>): Pick<AuditEntry, 'before' | 'after'> {
  const states = { before: auditState(before, target), after: auditState(after, target) };
  return { ...(states.before !== undefined && { before: states.before }), ...(states.after !== undefined && { after: states.after }) };
}

/** The scope of a target, as a record shows it. */
function auditState(user: User | undefined, { tenantId }: Pick<Target, 'tenantId'>): AuditState | undefined {
  if (user === undefined) {
    return undefined;
  }
  if (tenantId === '') {
    return { roles: user.roleNames };
  }
  const membership = user.userTenants.find((entry) => entry.tenantId === tenantId);
  return { member: membership !== undefined, roles: membership?.roleNames ?? [] };
}
