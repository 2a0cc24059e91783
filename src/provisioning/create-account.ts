import { gainedBetween, type Holding, isMembership } from '../access/holding.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { toSetPasswordRequest } from '../descope/users/passwords.ts';
import { type NewUser, toCreateUserRequest } from '../descope/users/user-lifecycle.ts';
import type { User } from '../descope/users/user.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Secret } from '../secret.ts';
import { askedStatus, differences } from './account-shown.ts';
import type { AskedOperation, AttemptContext, Operation } from './attempts.ts';
import type { AuditState, PlannedWrite } from './audit.ts';
import type { OperationTools } from './provisioner.ts';
import { planned, type RecordStep, recordWork, type SendOutcome } from './record-work.ts';
import type { Plan, Progress } from './work.ts';

/** What Descope shows of an account that is to be made. */
export interface AccountSeen {
  /** All users who have one of its login ids, or its address. */
  readonly takers: readonly User[];
  /** The user whom an answer said to be made. */
  readonly made: User | undefined;
}

export type AccountStep = RecordStep<AccountSeen>;
type AccountProgress = Progress<AccountSeen, AccountStep>;

/** A password that the new user is to have, made before anything is sent. */
export interface FirstPassword {
  readonly value: Secret;
  /** The user must choose another at the first login. */
  readonly isTemporary: boolean;
}

/** How a creation ended. */
export interface Created {
  /**
   * `invited`: made, and asked to sign in. `maybe-invited`: the invitation was sent, and nothing shows whether it arrived.
   */
  readonly outcome: 'created' | 'invited' | 'maybe-invited' | 'already-exists' | 'planned';
  readonly requestId: string;
  /** Undefined in a dry run, and where nobody is shown. */
  readonly user: User | undefined;
  /** The answer was lost, and the user was found as asked: whether a message left is not known. */
  readonly wasLost: boolean;
  /** The password that was set. In nothing else: no plan, no audit line, no error. */
  readonly password: Secret | undefined;
  /** A password was asked for, and is not set: the user was found after a lost answer, and may be somebody else's. */
  readonly lacksPassword: boolean;
  /** What the user holds besides what was asked for, such as default roles. */
  readonly alongside: readonly Holding[];
  /** What was sent, or, in a dry run, would be. */
  readonly writes: readonly PlannedWrite[];
}

/** An invitation is a message: it is never sent twice. */
const mostCreations = 2;
const mostInvitations = 1;

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
  { requestId }: AttemptContext,
  password: FirstPassword | undefined,
): Operation<AccountSeen, AccountStep, Created> {
  const { client } = tools;
  const described = `the user with the login id ${JSON.stringify(printable(asked.loginId))}`;
  let madeId: string | undefined;
  let isPasswordSet = false;
  let sends = 0;
  let isTheirs = false; // somebody made the user between our look and our first creation

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
    mostSends: asked.isInvited ? mostInvitations : mostCreations,
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

  const setPassword = (first: FirstPassword): AccountStep => {
    const request = { loginId: asked.loginId, isTemporary: first.isTemporary };
    return {
      name: 'set the password',
      request: planned(toSetPasswordRequest(request)),
      send: async (call): Promise<SendOutcome> => {
        const outcome = await client.setPassword({ ...request, password: first.value }, call);
        isPasswordSet = outcome.kind === 'accepted';
        return outcome;
      },
      isDone: () => isPasswordSet, // nothing shows it: the same password again changes nothing
    };
  };
  const after = password === undefined ? [] : [setPassword(password)];
  const due = (): readonly AccountStep[] => (isPasswordSet ? [] : after);

  return {
    about: { operation: 'create', account: asked.loginId },
    work: recordWork<AccountSeen>({
      described,
      look,
      plansAfterLast: true,
      plan: (seen, progress) => planCreation(seen, progress, asked, { create, after: due(), isTheirs }),
      ...(asked.isInvited && {
        afterStop: 'the invitation may have been sent; look for the user in Descope before asking again',
      }),
    }),
    told: (first, last) => ({
      ...(first !== undefined && { before: stateOf(userOf(first)) }),
      ...(last !== undefined && { after: stateOf(userOf(last)) }),
    }),
    failed: (thrown, { seen: all, sent }) => {
      const made = all.at(-1)?.made;
      return made !== undefined && !isPasswordSet && password !== undefined && thrown instanceof ConnectorError
        ? new ConnectorError(
            thrown.kind,
            `user ${printable(made.userId)} was created and stays, but the password is not known to be set: ${thrown.message}; rotate the user's credential, or delete the user`,
            { ...thrown.facts, sent: sent.length },
          )
        : thrown;
    },
    ended: ({ isPlanned, isOurs, seen, writes }, { seen: [first] }) => {
      const user = userOf(seen);
      const outcome = isPlanned ? 'planned' : outcomeOf(asked, user, isOurs);
      const alongside = isOurs && user !== undefined ? heldBesides(user, asked) : [];
      return {
        entry: {
          ...(user !== undefined && { resource: `user:${user.userId}` }),
          outcome,
          before: stateOf(first && userOf(first)),
          ...(!isPlanned && { after: stateOf(user) }),
          ...(alongside.length > 0 && { alsoGained: alongside }),
        },
        ...(isPlanned && { plan: writes }),
        result: {
          outcome,
          requestId,
          user,
          wasLost: isOurs && seen.made === undefined,
          password: isPasswordSet ? password?.value : undefined,
          lacksPassword: password !== undefined && isOurs && !isPasswordSet,
          alongside,
          writes,
        },
      };
    },
  };
}

/** What is due, judged by who is there and by what was sent. */
function planCreation(
  { takers, made }: AccountSeen,
  { sent, mayBeOurs }: AccountProgress,
  asked: NewUser,
  {
    create,
    after,
    isTheirs,
  }: { readonly create: AccountStep; readonly after: readonly AccountStep[]; readonly isTheirs: boolean },
): Plan<AccountStep> {
  const others = takers.map(({ userId }) => userId);
  if (made !== undefined) {
    checkMade(made, asked, others, sent.length);
    const [next, ...later] = after;
    return next === undefined ? { kind: 'settled', isOurs: true } : { kind: 'due', steps: [next, ...later] };
  }
  if (others.length > 1) {
    throw new ConnectorError(
      'precondition',
      `${others.length} different users have the login id or the email address of this account: ${others.slice(0, 5).map(printable).join(' and ')}; say which one is meant, or make them one in Descope`,
      sent.length > 0 ? { sent: sent.length } : {},
    );
  }
  const [found] = takers;
  if (found !== undefined) {
    const isAsAsked = found.status === askedStatus(asked) && differences(found, asked).length === 0;
    return { kind: 'settled', isOurs: mayBeOurs && !isTheirs && isAsAsked };
  }
  if (asked.isInvited && mayBeOurs) {
    return { kind: 'settled', isOurs: false }; // it may have been sent, and is never sent again
  }
  return { kind: 'due', steps: [create, ...after] };
}

/** Stops where the user whom Descope made is not the one that was asked for. */
function checkMade(made: User, asked: NewUser, others: readonly string[], sent: number): void {
  const status = askedStatus(asked);
  const different = [...differences(made, asked), ...(made.status === status ? [] : ['status'])];
  if (different.length > 0) {
    throw new ConnectorError(
      'inconsistent',
      `user ${printable(made.userId)} was created, but Descope does not show it as it was asked for (${different.join(', ')}${different.includes('status') ? `: ${status} was asked for` : ''}): look at it there before going on`,
      { sent },
    );
  }
  if (others.length > 0) {
    throw new ConnectorError(
      'inconsistent',
      `user ${printable(made.userId)} was created, and somebody else has the same login id or email address: ${others.slice(0, 5).map(printable).join(', ')}; look at both in Descope`,
      { sent },
    );
  }
}

function outcomeOf(asked: NewUser, user: User | undefined, isOurs: boolean): Exclude<Created['outcome'], 'planned'> {
  if (!isOurs) {
    return user === undefined ? 'maybe-invited' : 'already-exists';
  }
  return asked.isInvited ? 'invited' : 'created';
}

function userOf({ made, takers }: AccountSeen): User | undefined {
  return made ?? takers[0];
}

/** Roles, and memberships that were not asked for. */
function heldBesides(user: User, { tenantIds }: NewUser): readonly Holding[] {
  return gainedBetween({ roleNames: [], userTenants: [] }, user).filter(
    (held) => !isMembership(held) || !tenantIds.includes(held.tenantId),
  );
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
