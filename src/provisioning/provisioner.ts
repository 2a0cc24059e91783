import { randomUUID } from 'node:crypto';
import type { CallOptions } from '../descope/http/call.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import { sleep as realSleep, type Sleep } from '../descope/http/sleep.ts';
import type { User } from '../descope/users/user.ts';
import { toWriteRequest } from '../descope/users/user-writes.ts';
import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { nameOfUser } from '../model/names.ts';
import { createAuditTrail } from './audit-trail.ts';
import { type AuditState, auditStates, type PlannedWrite, type WriteAudit } from './audit.ts';
import type { Catalog } from '../access/catalog.ts';
import { gainedBetween, type Holding } from '../access/holding.ts';
import { nameOf, tenantName } from '../access/names.ts';
import { entitlementIdOf, type Target, targetOf } from '../access/target.ts';
import { createLookUp } from './look-up.ts';
import { planGrant, withMembershipLeft } from './grant.ts';
import { inTurns } from './in-turns.ts';
import { afterSteps, isSameStep, newProgress, type Planner, type Progress, type Step } from './plan.ts';
import { type Attempt, type ChangeClient, lookAndPlan, reconcile } from './reconcile.ts';
import { planRevoke } from './revoke.ts';

export interface ProvisionerOptions {
  readonly client: ChangeClient;
  readonly audit: WriteAudit;
  /** Make a user a member of a tenant where a role inside it needs that. */
  readonly joinTenant?: boolean;
  /** Look at everything, send no write. */
  readonly dryRun?: boolean;
  /** Without it everything is refused, and written down as that. */
  readonly isEnabled?: boolean;
  readonly logger?: Logger;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly sleep?: Sleep;
}

/** How an asked-for change ended, for people (`words`) and machines. */
export interface Change {
  readonly operation: 'grant' | 'revoke';
  readonly outcome: 'granted' | 'already-granted' | 'revoked' | 'already-revoked' | 'planned';
  readonly requestId: string;
  readonly target: Target;
  readonly userId: string;
  /** What the record showed in the scope of the change, and shows now; what it would show, in a dry run. */
  readonly before?: AuditState;
  readonly after?: AuditState;
  /** What came along (a grant) or went along (a revoke), besides what was asked for. */
  readonly alongside: readonly Holding[];
  /** Where each of `alongside` is listed, for those that are. */
  readonly alongsideTargets: readonly Target[];
  /** What was sent, or, in a dry run, would be: all of it, in this order. */
  readonly writes: readonly PlannedWrite[];
  readonly words: ChangeWords;
}

/** What people call those that a change is about. */
export interface ChangeWords {
  readonly isKnownUser: boolean;
  readonly isKnownTenant: boolean;
  readonly user: string;
  /** The first login id; '' for a user who is not known. */
  readonly login: string;
  readonly target: string;
  /** The tenant's name; '' for the whole project. */
  readonly tenant: string;
  readonly alongside: readonly string[];
}

/** Changes access in Descope, one user and one thing at a time, and writes every attempt down. */
export interface Provisioner {
  /** Throws `precondition` when nothing may be changed; whoever asked is then told by `refused`. */
  checkEnabled(): void;
  grant(target: Target, userId: string, signal?: AbortSignal): Promise<Change>;
  revoke(target: Target, userId: string, signal?: AbortSignal): Promise<Change>;
  /** The tenants and roles of the project; a minute old at most. For what is asked for by name. */
  catalog(signal?: AbortSignal): Promise<Catalog>;
  /** Writes down a request that was refused before it came to a target. */
  refused(operation: 'grant' | 'revoke', entitlement: string, principal: string, error: unknown): Promise<void>;
}

type Operation = 'grant' | 'revoke';

export function createProvisioner(options: ProvisionerOptions): Provisioner {
  const {
    client,
    joinTenant = false,
    dryRun = false,
    isEnabled = true,
    logger = silentLogger,
    now = () => performance.now(),
    sleep = realSleep,
  } = options;
  const lookUp = createLookUp(client, now);
  const trail = createAuditTrail(options.audit, logger);
  const inTurn = inTurns();

  async function change(operation: Operation, target: Target, userId: string, signal?: AbortSignal): Promise<Change> {
    const requestId = randomUUID();
    const call: CallOptions = { requestId, ...(signal !== undefined && { signal }) };
    const progress = newProgress();
    const planner = operation === 'grant' ? planGrant(target, userId, { joinTenant }) : planRevoke(target, userId);
    const line = trail.lineOf({
      requestId,
      operation,
      entitlement: entitlementIdOf(target),
      principal: userId,
    });
    const intended: Step[] = [];
    const beforeWrites = async (steps: readonly Step[]): Promise<void> => {
      if (steps.some((step) => !intended.some((one) => isSameStep(one, step)))) {
        intended.push(...steps);
        await line.intended({
          ...auditStates(progress.seen[0], undefined, target),
          writes: progress.sent.length,
          plan: requestsOf(userId, steps),
        });
      }
    };
    const attempt: Attempt = { client, lookUp, sleep, call, progress, beforeWrites };
    try {
      checkEnabled();
      const ended = dryRun
        ? await rehearse(operation, userId, planner, attempt)
        : await carryOut(operation, userId, planner, attempt);
      const { before, after } = ended;
      const changed =
        before === undefined || after === undefined
          ? []
          : operation === 'grant'
            ? gainedBetween(before, after)
            : gainedBetween(after, before);
      const alongside = changed.filter(
        ({ tenantId, roleName }) => tenantId !== target.tenantId || roleName !== target.roleName,
      );
      const writes = requestsOf(userId, ended.writes);
      await line.ended({
        outcome: ended.outcome,
        ...auditStates(before, ended.outcome === 'planned' ? undefined : after, target),
        ...(alongside.length > 0 &&
          ended.outcome !== 'planned' &&
          (operation === 'grant' ? { alsoGained: alongside } : { alsoLost: alongside })),
        writes: progress.sent.length,
        ...(ended.outcome === 'planned' && { plan: writes }),
      });
      // Who and what stands in the audit line with this id: a log is read by more people.
      logger.info(`${operation} ended`, { requestId, outcome: ended.outcome, alongside: alongside.length });
      return toChange({ operation, outcome: ended.outcome, requestId, target, userId, writes, alongside }, ended);
    } catch (thrown) {
      if (line.hasEnded()) {
        throw thrown;
      }
      const told = withMembershipLeft(thrown, target, userId, progress);
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

  return {
    checkEnabled,
    catalog: (signal) => lookUp('recent', signal === undefined ? {} : { signal }),
    grant: (target, userId, signal) => inTurn(userId, () => change('grant', target, userId, signal)),
    revoke: (target, userId, signal) => inTurn(userId, () => change('revoke', target, userId, signal)),
    refused: (operation, entitlement, principal, error) =>
      trail.lineOf({ requestId: randomUUID(), operation, entitlement, principal }).failed(error, { writes: 0 }),
  };
}

/** What both ways, and both operations, come to. */
interface Ended {
  readonly outcome: Change['outcome'];
  readonly before: User | undefined;
  readonly after: User | undefined;
  readonly writes: readonly Step[];
  readonly catalog: Catalog;
}

const outcomes = { grant: ['already-granted', 'granted'], revoke: ['already-revoked', 'revoked'] } as const;

async function carryOut(operation: Operation, userId: string, planner: Planner, attempt: Attempt): Promise<Ended> {
  const { isOurs, after, catalog } = await reconcile(userId, planner, attempt);
  const { seen, sent } = attempt.progress;
  return {
    outcome: outcomes[operation][isOurs ? 1 : 0],
    before: firstRecord(attempt.progress) ?? seen[0],
    after,
    writes: sent,
    catalog,
  };
}

/** A dry run: the plan, and what the record would show if nothing came along with it. */
async function rehearse(operation: Operation, userId: string, planner: Planner, attempt: Attempt): Promise<Ended> {
  const { seen, plan } = await lookAndPlan(userId, planner, attempt);
  const { user, catalog } = seen;
  if (plan.kind === 'due') {
    return {
      outcome: 'planned',
      before: user,
      after: user && afterSteps(user, plan.steps),
      writes: plan.steps,
      catalog,
    };
  }
  return { outcome: outcomes[operation][0], before: user, after: user, writes: [], catalog };
}

function firstRecord({ seen }: Progress): User | undefined {
  return seen.find((record) => record !== undefined);
}

function requestsOf(userId: string, steps: readonly Step[]): readonly PlannedWrite[] {
  return steps.map((step) => {
    const { endpoint, json } = toWriteRequest({ ...step, userId });
    return { request: endpointLabel(endpoint), body: json };
  });
}

type Made = Pick<Change, 'operation' | 'outcome' | 'requestId' | 'target' | 'userId' | 'alongside' | 'writes'>;

function toChange(made: Made, { before, after, catalog }: Ended): Change {
  const { alongside, target, userId } = made;
  const person = after ?? before;
  return {
    ...made,
    ...auditStates(before, after, target),
    alongsideTargets: alongside.map((holding) => targetOf(catalog, holding)).filter((listed) => listed !== undefined),
    words: {
      isKnownUser: person !== undefined,
      isKnownTenant: target.tenantId === '' || catalog.tenant(target.tenantId) !== undefined,
      user: person === undefined ? userId : nameOfUser(person),
      login: person?.loginIds[0] ?? '',
      target: nameOf(catalog, target),
      tenant: target.tenantId === '' ? '' : tenantName(catalog, target.tenantId),
      alongside: alongside.map((holding) =>
        holding.roleName === undefined ? `membership of ${nameOf(catalog, holding)}` : nameOf(catalog, holding),
      ),
    },
  };
}
