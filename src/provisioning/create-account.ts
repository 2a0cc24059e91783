import { gainedBetween, type Holding, holdsNothing, isMembership } from '../access/holding.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { type NewUser, toCreateUserRequest } from '../descope/users/user-lifecycle.ts';
import type { User } from '../descope/users/user.ts';
import { ConnectorError } from '../errors.ts';
import { printable, quoted } from '../printable.ts';
import type { Secret } from '../secret.ts';
import type { PolicyWord } from './access-guard.ts';
import { type AccountSeen, type AccountStep, askedStatus, differences } from './account-shown.ts';
import { type AfterCreation, type FirstPassword, inviting, settingPassword } from './after-creation.ts';
import type { AskedOperation, AttemptContext, Operation } from './attempts.ts';
import { auditPolicy, type AuditState, type PlannedWrite } from './audit.ts';
import { guardedCreation } from './guarded-creation.ts';
import type { OperationTools } from './provisioner.ts';
import { planned, recordWork, type SendOutcome } from './record-work.ts';
import type { Plan, Progress } from './work.ts';

type AccountProgress = Progress<AccountSeen, AccountStep>;

/** How a creation ended. */
export interface Created {
  /**
   * `invited`: made, and asked to sign in. `maybe-invited`: made, and nothing shows whether the invitation left.
   * `not-invited`: found as asked after a lost answer, and not invited, since somebody else may have made it.
   */
  readonly outcome: 'created' | 'invited' | 'maybe-invited' | 'not-invited' | 'already-exists' | 'planned';
  readonly requestId: string;
  /** Undefined in a dry run, and where nobody is shown. */
  readonly user: User | undefined;
  /** The password that was set. In nothing else: no plan, no audit line, no error. */
  readonly password: Secret | undefined;
  /** A password was asked for, and is not set: the user was found after a lost answer, and may be somebody else's. */
  readonly lacksPassword: boolean;
  /** What the user holds besides what was asked for, such as default roles. */
  readonly alongside: readonly Holding[];
  /** What a policy says of what the user holds, or, in a dry run, of the default roles of its tenants. */
  readonly policy: PolicyWord;
  /** What was sent, or, in a dry run, would be. */
  readonly writes: readonly PlannedWrite[];
}

const mostCreations = 2;

/** The creation of one account. Whoever is there already is never touched. */
export function askedCreation(
  asked: NewUser,
  tools: OperationTools,
  password?: FirstPassword,
): AskedOperation<AccountSeen, AccountStep, Created> {
  const ids = [asked.loginId, ...asked.additionalLoginIds, asked.email].filter((id) => id !== '');
  return {
    turns: ids.map((id) => `account:${id.toLowerCase()}`),
    make: (context) => creation(asked, tools, context, password),
  };
}

function creation(
  asked: NewUser,
  tools: OperationTools,
  { requestId, call: attempt }: AttemptContext,
  password: FirstPassword | undefined,
): Operation<AccountSeen, AccountStep, Created> {
  const { client } = tools;
  const described = `the user with the login id ${quoted(asked.loginId)}`;
  let madeId: string | undefined;
  let sends = 0;
  let isTheirs = false; // somebody made the user between our look and our first creation

  const guarded = guardedCreation(asked, tools.policy, attempt);
  const settingOf = password && settingPassword(password, asked.loginId, tools);
  const after: AfterCreation | undefined = asked.isInvited ? inviting(asked.isTest, tools) : settingOf;

  const look = async (call: CallOptions): Promise<AccountSeen> => {
    const loginIds = [asked.loginId, ...asked.additionalLoginIds];
    const [takers, made] = await Promise.all([
      client.findTakers({ loginIds, email: asked.email }, call),
      madeId === undefined ? undefined : client.loadUser(madeId, call),
    ]);
    return { takers: takers.filter(({ userId }) => userId !== made?.userId), made };
  };

  const create: AccountStep = {
    name: 'create',
    request: planned(toCreateUserRequest(asked), loggedBody(asked)),
    mostSends: mostCreations,
    send: async (call): Promise<SendOutcome> => {
      sends += 1;
      const outcome = await client.createUser(asked, call);
      if (outcome.kind !== 'answered') {
        return outcome;
      }
      if (!outcome.isNew) {
        isTheirs = sends === 1; // before a later one, ours may have taken effect, and its answer been lost
        const error = new ConnectorError('conflict', `Descope says that it has ${described} already`);
        return { kind: 'uncertain', error };
      }
      madeId = outcome.user.userId;
      return { kind: 'answered' };
    },
    isDone: ({ made }) => made !== undefined,
  };

  return {
    about: { operation: 'create', account: asked.loginId },
    work: recordWork<AccountSeen>({
      described,
      look,
      plansAfterLast: true,
      plan: (seen, progress) => planCreation(seen, progress, asked, { create, after, madeId, isTheirs }),
      ...(asked.isInvited && { afterStop: 'look for the user in Descope before asking again' }),
    }),
    beforeWrites: async ({ sent }) => {
      if (sent.length === 0) {
        await guarded.before();
      }
    },
    told: (first, last) => ({
      ...auditPolicy(guarded.expected()),
      ...(first !== undefined && { before: stateOf(userOf(first)) }),
      ...(last !== undefined && { after: stateOf(userOf(last)) }),
      ...(last?.made !== undefined && { resource: `user:${last.made.userId}` }),
    }),
    failed: (thrown, { seen: all, sent }) => {
      if (sent.length === 0) {
        guarded.unmade();
      }
      if (!(thrown instanceof ConnectorError) || after === undefined || after.state() === 'done' || sent.length === 0) {
        return thrown;
      }
      const made = all.at(-1)?.made;
      const told = made === undefined ? after.unmade(thrown) : after.failed(thrown, made.userId);
      return new ConnectorError(thrown.kind, told, { ...thrown.facts, sent: sent.length });
    },
    ended: async ({ isPlanned, isOurs, seen, writes }, { seen: [first] }) => {
      const user = userOf(seen);
      const outcome = isPlanned ? 'planned' : outcomeOf(asked, isOurs, after);
      const alongside = isOurs && user !== undefined ? heldBesides(user, asked) : [];
      const isMade = isOurs && !isPlanned;
      const shown = await guarded.ended(isMade ? user : undefined);
      const policy = isPlanned ? guarded.expected() : shown;
      return {
        entry: {
          ...(user !== undefined && { resource: `user:${user.userId}` }),
          outcome,
          before: stateOf(first && userOf(first)),
          ...(!isPlanned && { after: stateOf(user) }),
          ...(alongside.length > 0 && { alsoGained: alongside }),
          ...auditPolicy(policy),
        },
        ...(isPlanned && { plan: writes }),
        result: {
          outcome,
          requestId,
          user,
          password: settingOf?.password(),
          lacksPassword: isOurs && settingOf !== undefined && settingOf.state() !== 'done',
          alongside,
          policy,
          writes,
        },
      };
    },
  };
}

/** What is due, judged by who is there and by what was sent. */
function planCreation(
  { takers, made }: AccountSeen,
  { sent, effected, mayBeOurs }: AccountProgress,
  asked: NewUser,
  {
    create,
    after,
    madeId,
    isTheirs,
  }: {
    readonly create: AccountStep;
    readonly after: AfterCreation | undefined;
    readonly madeId: string | undefined;
    readonly isTheirs: boolean;
  },
): Plan<AccountStep> {
  const others = takers.map(({ userId }) => userId);
  checkNobodysUserId(takers, asked, sent.length);
  if (made !== undefined) {
    checkMade(made, asked, others, sent.length);
    return after?.state() === 'due'
      ? { kind: 'due', steps: [after.step(made.userId)] }
      : { kind: 'settled', isOurs: true };
  }
  if (madeId !== undefined && effected.includes(create)) {
    throw new ConnectorError(
      'inconsistent',
      `user ${printable(madeId)} was created, and was deleted again at once: somebody else works on the same account`,
      { sent: sent.length },
    );
  }
  if (others.length > 1) {
    throw new ConnectorError(
      'precondition',
      `${others.length} different users have the login id or the email address of this account: ` +
        `${others.slice(0, 5).map(printable).join(' and ')}; say which one is meant, or make them one in Descope`,
      sent.length > 0 ? { sent: sent.length } : {},
    );
  }
  const [found] = takers;
  if (found !== undefined) {
    const isAsAsked = found.status === askedStatus(asked) && differences(found, asked).length === 0;
    return { kind: 'settled', isOurs: mayBeOurs && !isTheirs && isAsAsked };
  }
  return { kind: 'due', steps: [create, ...(after === undefined ? [] : [after.step(undefined)])] };
}

/**
 * Descope takes a user id wherever it takes a login id: two users would answer to one name, and a later change of one
 * could touch the other.
 */
function checkNobodysUserId(takers: readonly User[], asked: NewUser, sent: number): void {
  const owner = takers.find(({ userId }) => [asked.loginId, ...asked.additionalLoginIds].includes(userId));
  if (owner !== undefined) {
    throw new ConnectorError(
      'precondition',
      `this login id is the user id of another user, ${printable(owner.userId)}: Descope takes one for the other; give another login id`,
      sent > 0 ? { sent } : {},
    );
  }
}

/** Stops where the user whom Descope made is not the one that was asked for. */
function checkMade(made: User, asked: NewUser, others: readonly string[], sent: number): void {
  const status = askedStatus(asked);
  const different = [...differences(made, asked), ...(made.status === status ? [] : ['status'])];
  if (different.length > 0) {
    throw new ConnectorError(
      'inconsistent',
      `user ${printable(made.userId)} was created, but Descope does not show it as it was asked for ` +
        `(${different.join(', ')}${different.includes('status') ? `: ${status} was asked for` : ''}): look at it there ` +
        'before going on',
      { sent },
    );
  }
  if (others.length > 0) {
    throw new ConnectorError(
      'inconsistent',
      `user ${printable(made.userId)} was created, and somebody else has the same login id or email address: ` +
        `${others.slice(0, 5).map(printable).join(', ')}; look at both in Descope`,
      { sent },
    );
  }
}

function outcomeOf(
  asked: NewUser,
  isOurs: boolean,
  after: AfterCreation | undefined,
): Exclude<Created['outcome'], 'planned'> {
  if (!isOurs) {
    return 'already-exists';
  }
  return asked.isInvited ? invitedAs[after?.state() ?? 'due'] : 'created';
}

const invitedAs = { done: 'invited', unknown: 'maybe-invited', due: 'not-invited' } as const;

function userOf({ made, takers }: AccountSeen): User | undefined {
  return made ?? takers[0];
}

/** Roles, and memberships that were not asked for. */
function heldBesides(user: User, { tenantIds }: NewUser): readonly Holding[] {
  return gainedBetween(holdsNothing, user).filter((held) => !isMembership(held) || !tenantIds.includes(held.tenantId));
}

function stateOf(user: User | undefined): AuditState {
  if (user === undefined) {
    return { exists: false };
  }
  const { status, roleNames, userTenants } = user;
  return { exists: true, status, roles: roleNames, tenants: userTenants };
}

/** What an audit line says of the request: who, where and how, and of the person no more than that it was told. */
function loggedBody(asked: NewUser): Readonly<Record<string, unknown>> {
  const { json } = toCreateUserRequest(asked);
  const isPersonal = (name: string): boolean => personal.has(name);
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, isPersonal(name) ? '(told)' : value]));
}

const personal: ReadonlySet<string> = new Set([
  'email',
  'phone',
  'displayName',
  'givenName',
  'middleName',
  'familyName',
  'customAttributes',
]);
