import type { SignInUser } from '../descope/users/sign-in.ts';
import type { UserUpdate } from '../descope/users/user-updates.ts';
import { toUserUpdateRequest } from '../descope/users/user-updates.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { type Gain, hearing, type PolicyWord } from './access-guard.ts';
import type { AskedOperation, Operation } from './attempts.ts';
import { type AuditOperation, type AuditOutcome, auditPolicy, type AuditState, type PlannedWrite } from './audit.ts';
import type { Lists } from './look-up.ts';
import type { OperationTools } from './provisioner.ts';
import { planned, type RecordStep, recordWork } from './record-work.ts';
import { turnOf } from './turns.ts';
import type { Progress } from './work.ts';

export type UserSeen = SignInUser | undefined;
export type UserStep = RecordStep<UserSeen>;
export type UserProgress = Progress<UserSeen, UserStep>;

/** An operation on one user besides giving and taking access: what is due, and how that is told. */
export interface UserOperation {
  readonly operation: AuditOperation;
  /** How it ends where this attempt did it, and where nothing was due. */
  readonly done: AuditOutcome;
  readonly already?: AuditOutcome;
  /**
   * The writes that are due for the user as seen, in this order; none where all is as it should be. Refuses by
   * throwing. It is asked again after every write.
   */
  due(user: SignInUser, progress: UserProgress): readonly UserStep[];
  /** What the writes that are due give, of which a policy is asked before each; undefined where that is nothing. */
  gain?(user: SignInUser): ((lists: Lists) => Gain) | undefined;
  /** What the audit log says of the user, besides that there is one and the status. */
  state?(user: SignInUser): AuditState;
  /** Makes an error say what was done before it. */
  failed?(thrown: unknown, progress: UserProgress): unknown;
}

/** How an operation on a user ended. */
export interface UserOperated {
  readonly outcome: AuditOutcome;
  readonly requestId: string;
  /** The writes are due, and a dry run has sent none. */
  readonly isPlanned: boolean;
  /** This attempt did it; false where it was so already. */
  readonly isOurs: boolean;
  readonly before: SignInUser;
  /** As it was read after the last write. */
  readonly after: SignInUser;
  /** What was sent, or, in a dry run, would be. */
  readonly writes: readonly PlannedWrite[];
  /** What the policy says of what it gives. */
  readonly policy: PolicyWord;
}

/** The operation on the user with this user id, who must be there. */
export function askedOfUser(
  asked: UserOperation,
  userId: string,
  { client, policy }: OperationTools,
): AskedOperation<UserSeen, UserStep, UserOperated> {
  const described = `user ${printable(userId)}`;
  const present = (seen: UserSeen, progress?: UserProgress): SignInUser => seen ?? missing(described, progress);
  const stateOf = (seen: UserSeen): AuditState =>
    seen === undefined ? { exists: false } : { exists: true, status: seen.user.status, ...asked.state?.(seen) };

  return {
    turns: [turnOf({ typeId: 'user', id: userId })],
    make: ({ requestId, call: attempt }): Operation<UserSeen, UserStep, UserOperated> => {
      const { word, hear } = hearing();
      return {
        about: { operation: asked.operation, resource: `user:${userId}` },
        work: recordWork<UserSeen>({
          described,
          look: (call) => client.loadSignIn(userId, call),
          plan: (seen, progress) => {
            const steps = asked.due(present(seen, progress), progress);
            const [first, ...others] = steps;
            return first === undefined
              ? { kind: 'settled', isOurs: progress.mayBeOurs || progress.effected.length > 0 }
              : { kind: 'due', steps: [first, ...others] };
          },
        }),
        beforeWrites: async ({ seen }) => {
          const gain = asked.gain?.(present(seen.at(-1)));
          if (policy !== undefined && gain !== undefined) {
            await hear(policy.guard.before(gain(await policy.lists(attempt))));
          }
        },
        told: (first, last) => ({
          before: stateOf(first),
          ...(last !== undefined && { after: stateOf(last) }),
          ...auditPolicy(word()),
        }),
        ended: ({ isPlanned, isOurs, seen, writes }, progress) => {
          const before = present(progress.seen[0]);
          const outcome = isPlanned ? 'planned' : isOurs ? asked.done : (asked.already ?? asked.done);
          return {
            entry: {
              outcome,
              before: stateOf(before),
              ...(!isPlanned && { after: stateOf(seen) }),
              ...auditPolicy(word()),
            },
            ...(isPlanned && { plan: writes }),
            result: { outcome, requestId, isPlanned, isOurs, before, after: present(seen), writes, policy: word() },
          };
        },
        failed: (thrown, progress) => asked.failed?.(thrown, progress) ?? thrown,
      };
    },
  };
}

function missing(described: string, progress: UserProgress | undefined): never {
  const wasThere = progress?.seen.some((seen) => seen !== undefined) === true;
  throw new ConnectorError(
    'not-found',
    wasThere
      ? `${described} was deleted meanwhile`
      : `there is no ${described}: it may have been deleted; look the id up in Descope`,
    wasThere && progress.sent.length > 0 ? { sent: progress.sent.length } : {},
  );
}

/** A step that sends one update of a user. What nothing shows is done once Descope has said yes. */
export function updating(
  { client }: OperationTools,
  update: UserUpdate,
  isDone: (seen: SignInUser) => boolean,
  logged?: Readonly<Record<string, unknown>>,
): UserStep {
  return {
    name: `${update.kind} of user ${printable(update.userId)}`,
    request: planned(toUserUpdateRequest(update), logged),
    send: (call) => client.updateUser(update, call),
    isDone: (seen) => seen !== undefined && isDone(seen),
  };
}

/** Whether a step of this name has been shown to be done. */
export function isEffected({ effected }: UserProgress, { name }: Pick<UserStep, 'name'>): boolean {
  return effected.some((step) => step.name === name);
}

/** Whether a step of this name was sent, whatever came of it. */
export function isSent({ sent }: UserProgress, { name }: Pick<UserStep, 'name'>): boolean {
  return sent.some(({ step }) => step.name === name);
}
