import { randomUUID } from 'node:crypto';
import type { ApplicationDefault } from '../access/application-default.ts';
import type { Catalog } from '../access/catalog.ts';
import type { Holding } from '../access/holding.ts';
import type { InheritanceMode } from '../access/inheritance.ts';
import type { Principal } from '../access/principal.ts';
import type { Target } from '../access/target.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { sleep as realSleep, type Sleep } from '../descope/http/sleep.ts';
import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { entitlementIdOf, maxIdBytes } from '../model/ids.ts';
import { afterSteps } from './after-steps.ts';
import { type AuditLine, createAuditTrail } from './audit-trail.ts';
import {
  type AuditEntry,
  auditInherited,
  auditPrincipal,
  auditReturning,
  auditStates,
  type WriteAudit,
} from './audit.ts';
import { alongsideOf, alsoInherited, type Change, type Ended, isDisabled, type Operation, toChange } from './change.ts';
import { withMembershipLeft } from './grant.ts';
import type { Inherited } from './inherited.ts';
import { inTurns } from './in-turns.ts';
import { createLookUps } from './look-up.ts';
import { newProgress, plannedWrites, type Planner, presentRecord, type Progress } from './plan.ts';
import { nothingReturns, type Returning, type ReturningMode, returningOf } from './returning.ts';
import type { PrincipalRecord, Subject } from './principal.ts';
import { subjectOf } from './principal-types.ts';
import { type Attempt, type ChangeClient, lookAndPlan, reconcile } from './reconcile.ts';
import type { ChangeRequest } from './request.ts';
import { withAllOpen } from './application.ts';
import { entitlementOf, listsOf } from './types.ts';

export interface ProvisionerOptions {
  readonly client: ChangeClient;
  readonly audit: WriteAudit;
  /** Add the membership of a tenant where a role inside it needs that. */
  readonly joinTenant?: boolean;
  /** What is done about a revoked role that a login gives back. */
  readonly returning?: ReturningMode;
  /** What users reach who were given no application by name. */
  readonly applicationDefault?: ApplicationDefault;
  /** What is taken to flow down the tree of tenants. */
  readonly inheritance?: InheritanceMode;
  /** Look at everything, send no write. */
  readonly dryRun?: boolean;
  /** Without it everything is refused, and written down as that. */
  readonly isEnabled?: boolean;
  readonly logger?: Logger;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly sleep?: Sleep;
}

/** A request as its sender names it, for the audit line of one that is refused before it is understood. */
export interface RequestWords {
  readonly entitlement: string;
  readonly principal: { readonly typeId: string; readonly id: string };
}

/** Changes access in Descope, one principal and one thing at a time, and writes every attempt down. */
export interface Provisioner {
  grant(target: Target, principal: Principal, signal?: AbortSignal): Promise<Change>;
  revoke(target: Target, principal: Principal, signal?: AbortSignal): Promise<Change>;
  /** Reads a request, then grants or revokes what it asks for. One that `read` refuses is written down, too. */
  attempt(
    operation: Operation,
    words: RequestWords,
    read: () => ChangeRequest | Promise<ChangeRequest>,
    signal?: AbortSignal,
  ): Promise<Change>;
  /**
   * What changes of a type's entitlements are judged by: the tenants and roles of the project, or the applications; a
   * minute old at most. For what is asked for by name.
   */
  catalog(typeId: string, signal?: AbortSignal): Promise<Catalog>;
}

export function createProvisioner(options: ProvisionerOptions): Provisioner {
  const {
    client,
    joinTenant = false,
    dryRun = false,
    isEnabled = true,
    inheritance = 'auto',
    applicationDefault = 'unknown',
    returning: returningMode = 'ignore',
    logger = silentLogger,
    now = () => performance.now(),
    sleep = realSleep,
  } = options;
  const lookUpOf = createLookUps(client, now, inheritance);
  const trail = createAuditTrail(options.audit, logger);
  const inTurn = inTurns();

  async function change(
    operation: Operation,
    target: Target,
    principal: Principal,
    signal: AbortSignal | undefined,
  ): Promise<Change> {
    const requestId = randomUUID();
    const call: CallOptions = { requestId, ...(signal !== undefined && { signal }) };
    const { gives, lists, planGrant, planRevoke } = entitlementOf(target);
    const subject = subjectOf(principal, gives, target.resourceId);
    const asked = { target, subject, joinTenant, applicationDefault };
    const planner = unlessRefused(operation, subject, (operation === 'grant' ? planGrant : planRevoke)(asked));
    const progress = newProgress();
    const line = trail.lineOf({
      requestId,
      operation,
      entitlement: entitlementIdOf(target),
      principal: auditPrincipal(principal.typeId, principal.id),
    });
    const returns = operation === 'revoke' && principal.typeId === 'user' ? returningMode : 'ignore';
    let returning: Returning | undefined;
    const lookAtReturn = async (): Promise<void> => {
      const { catalog } = progress;
      if (catalog !== undefined) {
        returning ??= await returningOf(returns, client, { target, userId: principal.id, catalog }, call);
      }
    };
    const announce = announcing(line, target, subject, progress);
    const attempt: Attempt = {
      client,
      subject,
      lookUp: lookUpOf(lists),
      sleep,
      now,
      call,
      progress,
      beforeWrites: async (steps, record) => {
        await lookAtReturn();
        if (!dryRun) {
          await announce(steps, record);
        }
      },
    };
    try {
      checkEnabled();
      const ended = await (dryRun ? rehearse : carryOut)(operation, planner, attempt);
      const { outcome } = ended;
      const alongside = alongsideOf(operation, ended, target);
      const inherited = alsoInherited(ended, target, subject);
      const made = { operation, requestId, target, alongside, inherited, returning: returning ?? nothingReturns };
      await line.ended(entryOf({ ...made, ended, sent: progress.sent.length }));
      // Who and what stands in the audit line with this id: a log is read by more people.
      logger.info(`${operation} ended`, { requestId, outcome, alongside: alongside.length });
      return toChange(made, subject, ended);
    } catch (thrown) {
      if (line.hasEnded()) {
        throw thrown;
      }
      const told = withAllOpen(withMembershipLeft(thrown, target, subject, progress), asked, progress);
      const { seen, sent } = progress;
      await line.failed(told, {
        ...auditStates(seen[0], seen.length > 1 ? seen.at(-1) : undefined, target),
        writes: sent.length,
      });
      throw told;
    }
  }

  function checkEnabled(): void {
    if (!isEnabled) {
      throw new ConnectorError('precondition', 'provisioning is not enabled: start the server with --provisioning');
    }
  }

  /** The request, or the reason why it is none, written down. */
  async function readRequest(
    operation: Operation,
    { entitlement, principal: { typeId, id } }: RequestWords,
    read: () => ChangeRequest | Promise<ChangeRequest>,
  ): Promise<ChangeRequest> {
    try {
      checkEnabled();
      return await read();
    } catch (thrown) {
      const line = trail.lineOf({
        requestId: randomUUID(),
        operation,
        entitlement: entitlement.slice(0, maxIdBytes),
        principal: auditPrincipal(typeId, id.slice(0, maxIdBytes)),
      });
      await line.failed(thrown, { writes: 0 });
      throw thrown;
    }
  }

  const inTurnOf =
    (operation: Operation): Provisioner['grant'] =>
    (target, principal, signal) =>
      inTurn(`${principal.typeId}:${principal.id}`, () => change(operation, target, principal, signal));
  const operations = { grant: inTurnOf('grant'), revoke: inTurnOf('revoke') };

  return {
    ...operations,
    attempt: async (operation, words, read, signal) => {
      const { target, principal } = await readRequest(operation, words, read);
      return await operations[operation](target, principal, signal);
    },
    catalog: async (typeId, signal) => {
      const lookUp = lookUpOf(listsOf(typeId));
      return (await lookUp('recent', signal === undefined ? {} : { signal })).catalog;
    },
  };
}

/** Asks the type of the principal before the planner: what it refuses is refused whatever is held. */
function unlessRefused(operation: Operation, { id, type }: Subject, planner: Planner): Planner {
  return (seen, progress) => {
    const refusal = seen.record && type.refusalOf?.(operation, id, seen.record);
    if (refusal !== undefined) {
      throw refusal;
    }
    return planner(seen, progress);
  };
}

/** Writes the `intended` line: once, and again when a later plan has a request that no line has announced. */
function announcing(line: AuditLine, target: Target, subject: Subject, progress: Progress): Attempt['beforeWrites'] {
  const intended = new Set<string>();
  return async (steps, record) => {
    const plan = plannedWrites(subject, steps, record);
    const requests = plan.map((write) => JSON.stringify(write));
    if (requests.some((request) => !intended.has(request))) {
      requests.forEach((request) => intended.add(request));
      await line.intended({
        ...auditStates(progress.seen[0], undefined, target),
        ...statusOf(record, target, progress.catalog),
        writes: progress.sent.length,
        plan,
      });
    }
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

/** What the line about the end says of an attempt without an error; a dry run has changed nothing. */
function entryOf({
  operation,
  target,
  alongside,
  inherited,
  returning,
  ended: {
    outcome,
    before,
    after,
    writes,
    lists: { catalog },
  },
  sent,
}: {
  readonly operation: Operation;
  readonly target: Target;
  readonly alongside: readonly Holding[];
  readonly inherited: readonly Inherited[];
  readonly returning: Returning;
  readonly ended: Ended;
  readonly sent: number;
}): Parameters<AuditLine['ended']>[0] {
  const told = {
    ...(inherited.length > 0 && { alsoInherited: auditInherited(inherited) }),
    ...auditReturning(returning),
    ...statusOf(after ?? before, target, catalog),
  };
  if (outcome === 'planned') {
    return { outcome, ...auditStates(before, undefined, target), ...told, writes: sent, plan: writes };
  }
  const also = operation === 'grant' ? { alsoGained: alongside } : { alsoLost: alongside };
  return { outcome, ...auditStates(before, after, target), ...(alongside.length > 0 && also), ...told, writes: sent };
}

const outcomes = { grant: ['already-granted', 'granted'], revoke: ['already-revoked', 'revoked'] } as const;

async function carryOut(operation: Operation, planner: Planner, attempt: Attempt): Promise<Ended> {
  const { isOurs, after, lists } = await reconcile(planner, attempt);
  const { seen, sent } = attempt.progress;
  return {
    outcome: outcomes[operation][isOurs ? 1 : 0],
    before: firstRecord(attempt.progress) ?? seen[0],
    after,
    writes: sent.map(({ request }) => request),
    lists,
  };
}

/** A dry run: the plan, and what the record would show if nothing else changed with it. */
async function rehearse(operation: Operation, planner: Planner, attempt: Attempt): Promise<Ended> {
  const { seen, plan } = await lookAndPlan(planner, attempt);
  const { record } = seen;
  if (plan.kind === 'due') {
    const before = presentRecord(seen);
    await attempt.beforeWrites(plan.steps, before);
    const writes = plannedWrites(attempt.subject, plan.steps, before);
    return { outcome: 'planned', before, after: afterSteps(before, plan.steps), writes, lists: seen };
  }
  return { outcome: outcomes[operation][0], before: record, after: record, writes: [], lists: seen };
}

function firstRecord({ seen }: Progress): PrincipalRecord | undefined {
  return seen.find((record) => record !== undefined);
}
