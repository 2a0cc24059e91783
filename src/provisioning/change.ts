import type { CallOptions, DescopeClient } from '../descope/client.ts';
import type { Sleep } from '../descope/lanes.ts';
import type { User } from '../descope/rows.ts';
import type { UserChange } from '../descope/user-writes.ts';
import { ConnectorError } from '../errors.ts';
import type { LookUp, Directory } from './directory.ts';
import { holds } from './target.ts';

/** A write is sent at most this often, each time only after a load has shown that the last one did nothing. */
const maxSends = 3;
const firstBackoffMs = 500;

export type ChangeClient = Pick<DescopeClient, 'loadForWrite' | 'writeUser' | 'allTenants' | 'allRoles'>;

export interface Attempt {
  readonly client: ChangeClient;
  readonly lookUp: LookUp;
  readonly sleep: Sleep;
  readonly call: CallOptions;
  /** Counts the writes that are sent; in a dry run they are only noted down. */
  readonly onWrite: (change: UserChange) => void;
  /** Told of every record of the user that Descope showed, in order; undefined: it knew no such user. */
  readonly onSeen: (user: User | undefined) => void;
}

/** What is known before a write: the lists, and the user as loaded just now (undefined: there is none). */
export interface Seen {
  readonly directory: Directory;
  readonly user: User | undefined;
}

/**
 * What to do next, judged from what is seen: it is settled one way or the other, or a write is due. `needsFreshLists`: lists
 * that are a minute old may not settle it.
 */
export type Verdict<Settled> = { readonly settled: Settled; readonly needsFreshLists?: boolean } | { readonly write: Omit<UserChange, 'userId'> };

/** `mayBeOurs`: a write was sent whose outcome is not known, so what is seen now may be its effect. */
export type Judge<Settled> = (seen: Seen, mayBeOurs: boolean) => Verdict<Settled>;

/** A change that was brought about: the record that shows it, and the lists it was judged by. */
export interface Effected {
  readonly after: User;
  readonly directory: Directory;
}

/**
 * Brings one change about. `judge` looks at the project and settles the matter (already so, refused by throwing) or names
 * the one write that is due. The write counts when the answer shows its effect; where the answer was lost, refused or does
 * not show it, everything is looked at afresh before anything is sent again, so that a write which did happen is never
 * repeated and one which did not is never believed.
 */
export async function bringAbout<Settled>(userId: string, judge: Judge<Settled>, attempt: Attempt): Promise<{ readonly settled: Settled } | Effected> {
  const { client, call, sleep, onWrite, onSeen } = attempt;
  let failure: ConnectorError | undefined;
  let wasRefused = false;
  let mayBeOurs = false;
  for (let sent = 0; ; sent += 1) {
    const seen = await (sent === 0 ? lookFirst(userId, judge, attempt) : lookAfresh(userId, attempt));
    onSeen(seen.user);
    const verdict = judge(seen, mayBeOurs);
    if ('settled' in verdict) {
      return verdict;
    }
    if (failure !== undefined && (wasRefused || sent >= maxSends)) {
      throw failure;
    }
    const write = { ...verdict.write, userId };
    onWrite(write);
    const outcome = await client.writeUser(write, call);
    if (outcome.kind === 'answered') {
      onSeen(outcome.user);
      if (holds(outcome.user, write) === (write.operation === 'add')) {
        return { after: outcome.user, directory: seen.directory };
      }
      failure = new ConnectorError('inconsistent', `Descope accepted the change but does not show it; look at user ${userId} there before going on`);
    } else {
      failure = outcome.error;
      wasRefused = outcome.kind === 'refused';
    }
    if (!wasRefused) {
      mayBeOurs = true;
      await sleep(firstBackoffMs * 2 ** sent, call.signal);
    }
  }
}

/** The lists may be a minute old when they allow something; before they forbid it, or settle what hangs on them, they are read again. */
async function lookFirst<Settled>(userId: string, judge: Judge<Settled>, { client, lookUp, call }: Attempt): Promise<Seen> {
  const [directory, user] = await Promise.all([lookUp('recent', call), client.loadForWrite(userId, call)]);
  return mayStand(judge, { directory, user }) ? { directory, user } : { directory: await lookUp('fresh', call), user };
}

function mayStand<Settled>(judge: Judge<Settled>, seen: Seen): boolean {
  try {
    const verdict = judge(seen, false);
    return 'write' in verdict || verdict.needsFreshLists !== true;
  } catch {
    return false;
  }
}

/** After a write that did not plainly succeed nothing that was seen before counts. */
async function lookAfresh(userId: string, { client, lookUp, call }: Attempt): Promise<Seen> {
  try {
    const [directory, user] = await Promise.all([lookUp('fresh', call), client.loadForWrite(userId, call)]);
    return { directory, user };
  } catch (thrown) {
    throw thrown instanceof ConnectorError ? new ConnectorError(thrown.kind, `a change was sent and may have happened, but reading it back failed: ${thrown.message}`, thrown.facts) : thrown;
  }
}
