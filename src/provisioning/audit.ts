import type { Holding } from '../access/holding.ts';
import type { Flow } from '../access/inheritance.ts';
import type { Membership } from '../descope/memberships.ts';
import { entitlementIdOf } from '../model/ids.ts';
import type { BrokenRule, PolicyWord } from './access-guard.ts';
import type { Inherited } from './inherited.ts';
import type { MayReturn, Returning } from './returning.ts';
import type { HeldConsent, Shown } from './shown.ts';
import { principalTypeOf } from './principal-types.ts';

/** What a record shows in the scope of a change: ids and role names, and nothing else about the person. */
export interface AuditState {
  readonly member?: boolean;
  readonly roles?: readonly string[];
  /** Ids of the applications that a user was given by name; for a change of one, instead of the roles. */
  readonly applications?: readonly string[];
  /** The consents of the principal to the third-party app; for a change of them, instead of the roles. */
  readonly consents?: readonly HeldConsent[];
  /** Of an operation on a whole record: whether there is one, and its status. */
  readonly exists?: boolean;
  readonly status?: string;
  /** Ids of the keys that were made for the same request, or that are bound to the user and can be used. */
  readonly keys?: readonly string[];
  /** Of a user who was created: memberships, with the roles in each. */
  readonly tenants?: readonly Membership[];
  /** Whether the user can sign in with a passkey, or with a code of an authenticator. */
  readonly passkeys?: boolean;
  readonly totp?: boolean;
}

/**
 * How an attempt can end, by operation. `failed` leaves open whether something changed; its `error` says what is known.
 */
export const endings = {
  grant: ['granted', 'already-granted', 'refused', 'failed'],
  revoke: ['revoked', 'already-revoked', 'refused', 'failed'],
  create: ['created', 'invited', 'maybe-invited', 'not-invited', 'already-exists', 'refused', 'failed'],
  delete: ['deleted', 'already-deleted', 'refused', 'failed'],
  rotate: ['rotated', 'refused', 'failed'],
  issue: ['issued', 'refused', 'failed'],
  enable: ['enabled', 'already-enabled', 'refused', 'failed'],
  disable: ['disabled', 'already-disabled', 'refused', 'failed'],
  update: ['updated', 'already-updated', 'refused', 'failed'],
  invite: ['invited', 'refused', 'failed'],
  'log-out': ['logged-out', 'refused', 'failed'],
  'expire-password': ['expired', 'refused', 'failed'],
  'remove-passkeys': ['removed', 'already-removed', 'refused', 'failed'],
  'remove-totp': ['removed', 'already-removed', 'refused', 'failed'],
} as const;

/** Besides those on a project: `forget` replaces whatever names somebody in a store. */
export type AuditOperation = keyof typeof endings | 'forget';

/**
 * `intended`: a write is about to be sent, and a line with the same request id will say how it ended. `planned`: a dry
 * run.
 */
export type AuditOutcome = 'intended' | 'planned' | 'forgotten' | (typeof endings)[keyof typeof endings][number];

/** A request as it is sent to Descope, or would be. */
export interface PlannedWrite {
  readonly request: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The whole list as it was read, in whose place the body puts another. */
  readonly replaces?: Readonly<Record<string, unknown>>;
  /** What an audit line holds instead of the body, where the body tells more of a person than ids and roles. */
  readonly logged?: Readonly<Record<string, unknown>>;
}

/**
 * One line about an attempt to change something: there is one before anything is sent, and one about the end. It holds
 * no secret. A grant or revoke names an entitlement and a principal, any other operation a resource.
 */
export interface AuditEntry {
  readonly time: string;
  readonly requestId: string;
  readonly operation: AuditOperation;
  readonly entitlement?: string;
  /** The id of a user; `type:id` for a principal of another type. */
  readonly principal?: string;
  /** `type:id`; of a new account only once it is there. */
  readonly resource?: string;
  /** The store in which somebody is forgotten. */
  readonly store?: string;
  /** The login id of an account that is to be created. */
  readonly account?: string;
  readonly outcome: AuditOutcome;
  readonly before?: AuditState;
  /** The last that Descope showed; absent when nothing was shown after `before`. */
  readonly after?: AuditState;
  /** What the principal gained or lost besides what was asked for. */
  readonly alsoGained?: readonly Holding[];
  readonly alsoLost?: readonly Holding[];
  /** What the principal also holds by inheritance: where, and how sure that is. */
  readonly alsoInherited?: readonly AuditInherited[];
  /** What may give a revoked role back at the next login, or why that is not known; absent where nobody asked. */
  readonly mayReturn?: readonly MayReturn[];
  readonly mayReturnUnknown?: string;
  /** The rules of the policy that the change breaks, or why that is not known; absent where nothing is to be said. */
  readonly policyBroken?: readonly BrokenRule[];
  readonly policyUnknown?: string;
  /** Why the principal cannot use what it holds at present, such as "expired"; absent where it can. */
  readonly principalStatus?: string;
  /** "disabled" for an application that nobody reaches at present; absent for any other. */
  readonly resourceStatus?: 'disabled';
  /** Absent where no review asked for it. */
  readonly review?: AuditReview;
  readonly writes: number;
  /** What is about to be sent, for `intended`, or would be, for `planned`. */
  readonly plan?: readonly PlannedWrite[];
  readonly error?: string;
}

/** What is held in an ancestor, and flows down to where the change was made. */
export interface AuditInherited {
  readonly tenantId: string;
  readonly entitlement: string;
  readonly certainty: Flow['certainty'];
  readonly reason?: string;
}

/** For which review of access something is revoked: who decided it, and why. */
export interface AuditReview {
  readonly hash: string;
  readonly reviewer: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly decidedAt?: string;
}

/** Writes one line, and resolves only when it is kept: a write is sent only after its `intended` line is. */
export type WriteAudit = (entry: AuditEntry) => Promise<void>;

/** How a line names a principal: see `AuditEntry`. For a type that nothing can be granted to, it is the id alone. */
export function auditPrincipal(typeId: string, id: string): string {
  return typeId === 'user' || principalTypeOf(typeId) === undefined ? id : `${typeId}:${id}`;
}

/** Ancestors as a line, an answer and JSON name them. */
export function auditInherited(inherited: readonly Inherited[]): readonly AuditInherited[] {
  return inherited.map(({ source, flow: { certainty, reason } }) => ({
    tenantId: source.tenantId,
    entitlement: entitlementIdOf(source),
    certainty,
    ...(reason !== '' && { reason }),
  }));
}

/** What may come back, as the members of an entry; none where nothing does, or nobody asked. */
export function auditReturning({ mayReturn, unknown }: Returning): Pick<AuditEntry, 'mayReturn' | 'mayReturnUnknown'> {
  return { ...(mayReturn.length > 0 && { mayReturn }), ...(unknown !== undefined && { mayReturnUnknown: unknown }) };
}

/** What a policy says of a change, as the members of an entry; none where it says nothing. */
export function auditPolicy({ broken, unknown }: PolicyWord): Pick<AuditEntry, 'policyBroken' | 'policyUnknown'> {
  return {
    ...(broken.length > 0 && { policyBroken: broken }),
    ...(unknown !== undefined && { policyUnknown: unknown }),
  };
}

/** Both states as the members of an entry; what is not known is left out. */
export function auditStates(
  before: Shown | undefined,
  after: Shown | undefined,
  scope: Pick<Holding, 'tenantId' | 'appId'>,
): Pick<AuditEntry, 'before' | 'after'> {
  return {
    ...(before !== undefined && { before: auditState(before, scope) }),
    ...(after !== undefined && { after: auditState(after, scope) }),
  };
}

/** What a record shows in the scope of a change. */
function auditState(
  { roleNames, userTenants, appIds = [], consents }: Shown,
  { tenantId, appId }: Pick<Holding, 'tenantId' | 'appId'>,
): AuditState {
  if (consents !== undefined) {
    return { consents };
  }
  if (appId !== undefined) {
    return { applications: appIds };
  }
  if (tenantId === '') {
    return { roles: roleNames };
  }
  const membership = userTenants.find((entry) => entry.tenantId === tenantId);
  return { member: membership !== undefined, roles: membership?.roleNames ?? [] };
}
