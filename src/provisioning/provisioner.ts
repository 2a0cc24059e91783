import { randomUUID } from 'node:crypto';
import type { CallOptions, DescopeClient } from '../descope/client.ts';
import { sleep as realSleep, type Sleep } from '../descope/lanes.ts';
import type { User } from '../descope/rows.ts';
import { toWriteRequest, type UserChange } from '../descope/user-writes.ts';
import { endpointLabel } from '../descope/endpoints.ts';
import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { entitlementId } from '../model/ids.ts';
import { nameOfUser } from '../model/names.ts';
import { auditStates, type AuditEntry, type WriteAudit } from './audit.ts';
import type { Attempt } from './change.ts';
import { createLookUp, type Directory } from './directory.ts';
import { grant } from './grant.ts';
import { revoke } from './revoke.ts';
import type { Holding, Target } from './target.ts';

export interface ProvisionerOptions {
  readonly client: Pick<DescopeClient, 'loadForWrite' | 'writeUser' | 'allTenants' | 'allRoles'>;
  readonly audit: WriteAudit;
  /** Make a user a member of a tenant where a role inside it needs that. */
  readonly joinTenant?: boolean;
  /** Look at everything, send no write. */
  readonly dryRun?: boolean;
  readonly logger?: Logger;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly sleep?: Sleep;
}

/** A request that would be sent, as a dry run shows it. */
export interface PlannedWrite {
  readonly request: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** How an asked-for change ended, for people (`words`) and machines. */
export interface Change {
  readonly operation: 'grant' | 'revoke';
  readonly outcome: 'granted' | 'already-granted' | 'revoked' | 'already-revoked' | 'planned';
  readonly requestId: string;
  readonly target: Target;
  readonly userId: string;
  /** What came along (a grant) or went along (a revoke), besides what was asked for. */
  readonly alongside: readonly Holding[];
  /** Where each of `alongside` is listed, for those that are. */
  readonly alongsideTargets: readonly Target[];
  readonly writes: readonly PlannedWrite[];
  readonly words: { readonly isKnownUser: boolean; readonly user: string; readonly target: string; readonly alongside: readonly string[] };
}

/** Changes access in Descope, one user and one thing at a time, and writes every attempt down. */
export interface Provisioner {
  grant(target: Target, userId: string, signal?: AbortSignal): Promise<Change>;
  revoke(target: Target, userId: string, signal?: AbortSignal): Promise<Change>;
  /** Writes down a request that was refused before it came to a target. */
  refused(operation: 'grant' | 'revoke', entitlement: string, principal: string, error: unknown): Promise<void>;
}

/** What both operations come to. */
interface Ended {
  readonly outcome: 'granted' | 'already-granted' | 'revoked' | 'already-revoked';
  readonly before: User | undefined;
  readonly after: User | undefined;
  readonly changed: readonly Holding[];
  readonly directory: Directory;
}

/** Thrown in place of the first write of a dry run. */
class WouldWrite extends Error {}

export function createProvisioner(options: ProvisionerOptions): Provisioner {
  const { client, audit, joinTenant = false, dryRun = false, logger = silentLogger, now = () => performance.now(), sleep = realSleep } = options;
  const lookUp = createLookUp(client, now);
  const queues = new Map<string, Promise<unknown>>();

  /** Changes of one user happen one after the other: the second of two equal grants finds the first one done. */
  async function inTurn<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const turn = (queues.get(userId) ?? Promise.resolve()).then(work, work);
    const settled = turn.catch(() => undefined);
    queues.set(userId, settled);
    try {
      return await turn;
    } finally {
      if (queues.get(userId) === settled) {
        queues.delete(userId);
      }
    }
  }

  async function change(operation: 'grant' | 'revoke', target: Target, userId: string, run: (attempt: Attempt) => Promise<Ended>, signal?: AbortSignal): Promise<Change> {
    const requestId = randomUUID();
    const call: CallOptions = { requestId, ...(signal !== undefined && { signal }) };
    const writes: PlannedWrite[] = [];
    const onWrite = (write: UserChange): void => {
      const { endpoint, json } = toWriteRequest(write);
      writes.push({ request: endpointLabel(endpoint), body: json });
      if (dryRun) {
        throw new WouldWrite();
      }
    };
    const seen: (User | undefined)[] = [];
    const entry = { requestId, operation, entitlement: entitlementId(target.typeId, target.resourceId), principal: userId };
    const write = (rest: Omit<AuditEntry, 'time' | 'writes' | keyof typeof entry>): Promise<void> =>
      audit({ time: new Date().toISOString(), ...entry, ...rest, writes: dryRun ? 0 : writes.length });
    let ended: Ended;
    try {
      ended = await run({ client, lookUp, sleep, call, onWrite, onSeen: (user) => void seen.push(user) });
    } catch (thrown) {
      if (thrown instanceof WouldWrite) {
        await write({ outcome: 'planned', ...auditStates(seen[0], undefined, target) });
        return planned(operation, { requestId, target, userId, writes }, await lookUp('recent', call));
      }
      const last = seen.length > 1 ? seen.at(-1) : undefined;
      await write({ outcome: writes.length === 0 ? 'refused' : 'failed', ...auditStates(seen[0], last, target), error: messageOf(thrown) });
      throw thrown;
    }
    const { before, after, changed } = ended;
    const alongside = changed.filter(({ tenantId, roleName }) => tenantId !== target.tenantId || roleName !== target.roleName);
    await write({
      outcome: ended.outcome,
      ...auditStates(before, after, target),
      ...(alongside.length > 0 && (operation === 'grant' ? { alsoGained: alongside } : { alsoLost: alongside })),
    });
    // Who and what stands in the audit line with this id: a log is read by more people.
    logger.info(`${operation} ended`, { requestId, outcome: ended.outcome, alongside: alongside.length });
    return toChange(operation, ended, { requestId, target, userId, alongside, writes });
  }

  return {
    grant: (target, userId, signal) =>
      inTurn(userId, () =>
        change('grant', target, userId, async (attempt) => {
          const { gained, ...ended } = await grant(target, userId, attempt, { joinTenant });
          return { ...ended, changed: gained };
        }, signal),
      ),
    revoke: (target, userId, signal) =>
      inTurn(userId, () =>
        change('revoke', target, userId, async (attempt) => {
          const { lost, ...ended } = await revoke(target, userId, attempt);
          return { ...ended, changed: lost };
        }, signal),
      ),
    refused: (operation, entitlement, principal, error) =>
      audit({ time: new Date().toISOString(), requestId: randomUUID(), operation, entitlement, principal, outcome: 'refused', writes: 0, error: messageOf(error) }),
  };
}

type Made = Pick<Change, 'requestId' | 'target' | 'userId' | 'writes'>;

function toChange(operation: 'grant' | 'revoke', { outcome, before, after, directory }: Ended, made: Made & Pick<Change, 'alongside'>): Change {
  const { alongside, target, userId } = made;
  const person = after ?? before;
  return {
    operation,
    outcome,
    ...made,
    alongsideTargets: alongside.map((holding) => directory.targetOf(holding)).filter((listed) => listed !== undefined),
    words: {
      isKnownUser: person !== undefined,
      user: person === undefined ? userId : nameOfUser(person),
      target: directory.nameOf(target),
      alongside: alongside.map((holding) => (holding.roleName === undefined ? `membership of ${directory.nameOf(holding)}` : directory.nameOf(holding))),
    },
  };
}

/** A dry run ends at the first write: what would follow depends on its answer. */
function planned(operation: 'grant' | 'revoke', made: Made, directory: Directory): Change {
  return { operation, outcome: 'planned', ...made, alongside: [], alongsideTargets: [], words: { isKnownUser: true, user: made.userId, target: directory.nameOf(made.target), alongside: [] } };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof ConnectorError ? thrown.message : 'internal error';
}
