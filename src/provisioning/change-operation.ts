import { ConnectorError } from '../errors.ts';
import { entitlementIdOf } from '../model/ids.ts';
import type { AccessGuard } from './access-guard.ts';
import { afterSteps } from './after-steps.ts';
import { withAllOpen } from './application.ts';
import type { AttemptContext, Ended as WorkEnded, Operation as RecordOperation, Told } from './attempts.ts';
import type { Rest } from './audit-trail.ts';
import { type AuditEntry, auditInherited, auditPolicy, auditPrincipal, auditReturning, auditStates } from './audit.ts';
import type { Catalog } from '../access/catalog.ts';
import type { Target } from '../access/target.ts';
import { alongsideOf, alsoInherited, type Change, type Ended, isDisabled, type Operation, toChange } from './change.ts';
import { withMembershipLeft } from './grant.ts';
import { guardedGrant } from './guarded-grant.ts';
import { type HoldingWork, holdingWork } from './holding-work.ts';
import type { LookUp } from './look-up.ts';
import type { Planner, Progress, Seen } from './plan.ts';
import { described, type PrincipalRecord, type Subject } from './principal.ts';
import type { Asked } from './provisioned-type.ts';
import type { ChangeRequest } from './request.ts';
import { nothingReturns, type Returning, type ReturningMode, returningOf } from './returning.ts';
import type { Step } from './step.ts';
import { entitlementOf } from './types.ts';

/** One grant or revoke: what is asked, and how it is judged. */
export interface AskedChange {
  readonly operation: Operation;
  readonly asked: Asked;
  /** Throws where the record that the change goes by forbids it. */
  readonly check: ChangeRequest['check'];
  readonly lookUp: LookUp;
  readonly client: HoldingWork['client'];
  /** What is done about a revoked role that a login gives back. */
  readonly returning: ReturningMode;
  /** Asks a policy before a grant; without it nothing is asked. */
  readonly guard: AccessGuard | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** A grant or revoke as the core runs it. */
export function changeOperation(
  { operation, asked, check, lookUp, client, returning: returningMode, guard, now }: AskedChange,
  { requestId, call }: AttemptContext,
): RecordOperation<Seen, Step, Change> {
  const { target, subject } = asked;
  const { typeId, id } = { typeId: subject.type.typeId, id: subject.id };
  const { planGrant, planRevoke } = entitlementOf(target);
  const planner = unlessRefused(operation, subject, {
    check,
    planner: (operation === 'grant' ? planGrant : planRevoke)(asked),
  });
  const returns = operation === 'revoke' && typeId === 'user' ? returningMode : 'ignore';
  const guarded = guardedGrant(guard, operation, asked);
  let returning: Returning | undefined;
  return {
    about: { operation, entitlement: entitlementIdOf(target), principal: auditPrincipal(typeId, id) },
    work: holdingWork({ client, subject, lookUp, planner, now }),
    told: (first, last) => ({
      ...auditStates(first?.record, last?.record, target),
      ...auditPolicy(guarded.word()),
    }),
    beforeWrites: async (progress, steps) => {
      await guarded.before(progress, steps);
      const catalog = progress.seen.at(-1)?.catalog;
      if (catalog !== undefined) {
        returning ??= await returningOf(returns, client, { target, userId: id, catalog }, call);
      }
    },
    announced: ({ record, catalog }) => statusOf(record, target, catalog),
    failed: (thrown, progress) => {
      guarded.failed(progress);
      return withAllOpen(withMembershipLeft(thrown, target, subject, progress), asked, progress);
    },
    ended: async (work, progress) => {
      const ended = endedOf(operation, work, progress);
      await guarded.ended(ended.before, work.seen.record, ended.lists);
      const alongside = alongsideOf(operation, ended, target);
      const inherited = alsoInherited(ended, target, subject);
      const policy = guarded.word();
      const made = {
        operation,
        requestId,
        target,
        alongside,
        inherited,
        returning: returning ?? nothingReturns,
        policy,
      };
      return {
        ...entryOf(made, ended),
        log: { alongside: alongside.length },
        result: toChange(made, subject, ended),
      };
    },
  };
}

/**
 * Asks whoever sent the request, and the type of the principal, before the planner: what they refuse is refused whatever
 * is held. Once something was sent, the sender is asked of what is to be sent again alone. A principal that
 * cannot be edited is refused where something would be written, before the first write.
 */
function unlessRefused(
  operation: Operation,
  subject: Subject,
  { check, planner }: Pick<AskedChange, 'check'> & { readonly planner: Planner },
): Planner {
  const { id, type } = subject;
  return (seen, progress) => {
    const ask = (): void => (seen.record === undefined ? undefined : check?.(seen.record));
    if (progress.sent.length === 0) {
      ask();
    }
    const refusal = seen.record && type.refusalOf?.(operation, id, seen.record);
    if (refusal !== undefined) {
      throw refusal;
    }
    const plan = planner(seen, progress);
    if (plan.kind === 'due' && seen.record?.fixed !== undefined && progress.sent.length === 0) {
      throw new ConnectorError('refused', `${described(subject)} ${seen.record.fixed}`);
    }
    if (plan.kind === 'due' && progress.sent.length > 0) {
      ask();
    }
    return plan;
  };
}

/** Why a principal cannot use what it holds, as members of a line. */
function statusOf(
  record: PrincipalRecord | undefined,
  target: Target,
  catalog: Catalog | undefined,
): Pick<AuditEntry, 'principalStatus' | 'resourceStatus'> {
  return {
    ...(record?.idle !== undefined && { principalStatus: record.idle }),
    ...(isDisabled(target, catalog) && { resourceStatus: 'disabled' as const }),
  };
}

type Made = Pick<Change, 'operation' | 'target' | 'alongside' | 'inherited' | 'returning' | 'policy'>;

/** What the line about the end says of an attempt without an error; a dry run has changed nothing. */
function entryOf(
  { operation, target, alongside, inherited, returning, policy }: Made,
  { outcome, before, after, writes, lists: { catalog } }: Ended,
): Pick<Told<Change>, 'entry' | 'plan'> {
  const told: Partial<Rest> = {
    ...(inherited.length > 0 && { alsoInherited: auditInherited(inherited) }),
    ...auditReturning(returning),
    ...auditPolicy(policy),
    ...statusOf(after ?? before, target, catalog),
  };
  if (outcome === 'planned') {
    return { entry: { outcome, ...auditStates(before, undefined, target), ...told }, plan: writes };
  }
  const also = operation === 'grant' ? { alsoGained: alongside } : { alsoLost: alongside };
  const states = auditStates(before, after, target);
  return { entry: { outcome, ...states, ...(alongside.length > 0 && also), ...told } };
}

const outcomes = { grant: ['already-granted', 'granted'], revoke: ['already-revoked', 'revoked'] } as const;

/** What a change came to; of a dry run, what the record would show if nothing else changed with it. */
function endedOf(
  operation: Operation,
  { isPlanned, isOurs, seen, steps, writes }: WorkEnded<Seen, Step>,
  progress: Progress,
): Ended {
  const { record } = seen;
  if (isPlanned && record !== undefined) {
    return { outcome: 'planned', before: record, after: afterSteps(record, steps), writes, lists: seen };
  }
  const before = progress.seen.find((one) => one.record !== undefined)?.record;
  return { outcome: outcomes[operation][isOurs ? 1 : 0], before, after: record, writes, lists: seen };
}
