import { isKind } from '../../errors.ts';
import { type ConsistencyMode, inconsistentRead, type Ledger, type Pass, type UserBatch } from './ledger.ts';
import { createPageWindow, type PageWindow } from './page-window.ts';
import type { TimedUserPage, UserQuery } from './user-page.ts';
import type { User } from './user.ts';

/**
 * Each page begins with the last two users of the page before. Where the two were created in different seconds, their
 * place tells how many users are older. If that is as many as before, nobody has left and nothing has moved, in
 * whatever order the users of one second come. One user is not enough: another user of the same second could have
 * slipped in between.
 */
const overlap = 2;

export interface OverlapOptions {
  readonly call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>;
  readonly filter: Omit<UserQuery, 'limit' | 'offset'>;
  readonly pageSize: number;
  readonly ledger: Ledger;
  /** False where the service refuses to sort: then its order is not known, and the overlap proves less. */
  readonly isSorted: boolean;
}

/**
 * Reads by offsets with pages that overlap, for a service that has no time bounds: a user who joins or leaves before
 * the place of the read shows as a page that does not join the one before. The read then begins again with the first
 * page; users who were handed out before keep their number. It costs two requests in a hundred more, and twice as many
 * where the overlap proves nothing, since such a read is done twice.
 */
export function createOverlapPass({ call, filter, pageSize, ledger, isSorted }: OverlapOptions): Pass {
  const stride = pageSize - overlap;
  const order = isSorted ? {} : { unsorted: true };
  const queryAt = (page: number): UserQuery => ({ ...filter, ...order, limit: pageSize, offset: page * stride });
  let page = 0;
  let total: number | undefined;
  /** The users that the next page must begin with. */
  let joint: readonly User[] = [];
  /**
   * False once a page is out of order, or two pages join among users of the same second, whose order is not defined.
   */
  let provesOrder = isSorted;
  const seen = new Set<string>();
  const pageCount = (): number => (total === undefined ? 1 : Math.max(1, Math.ceil((total - overlap) / stride)));
  const openWindow = (): PageWindow<TimedUserPage> =>
    createPageWindow(pageCount, (index, signal) => call(queryAt(index), signal));
  let window: PageWindow<TimedUserPage> = openWindow();
  let isConfirming = false;

  async function next(signal?: AbortSignal): Promise<UserBatch | undefined> {
    if (total !== undefined && page >= pageCount()) {
      if (seen.size !== total) {
        throw inconsistentRead('fewer users were listed than the service counts');
      }
      await checkNobodyIsBehind(total, signal);
      return mode() === 'unproven' && !isConfirming ? await confirm(signal) : undefined;
    }
    const answer = await window.take(page, signal);
    check(answer);
    total ??= answer.total;
    joint = answer.users.slice(-overlap);
    provesOrder &&= isInOrder(answer.users) && (page + 1 >= pageCount() || joinsApart(joint));
    answer.users.forEach(({ userId }) => seen.add(userId));
    const batch = ledger.enter(queryAt(page), answer.users, true);
    page += 1;
    return batch;
  }

  /** A read that proves nothing is done twice: a user would have to be missing in both. */
  async function confirm(signal?: AbortSignal): Promise<UserBatch | undefined> {
    isConfirming = true;
    page = 0;
    total = undefined;
    joint = [];
    seen.clear();
    window = openWindow();
    return await next(signal);
  }

  /**
   * Looks behind the last page: a service that counts the users of a page instead of all users would end the read
   * early.
   */
  async function checkNobodyIsBehind(counted: number, signal?: AbortSignal): Promise<void> {
    const behind = await call({ ...filter, ...order, limit: pageSize, offset: counted }, signal);
    if (behind.users.length > 0 || behind.total !== counted) {
      throw inconsistentRead('there are users behind the last one that the service counts');
    }
  }

  function check({ users, total: counted }: TimedUserPage): void {
    const before = total ?? counted;
    if (counted !== before) {
      throw inconsistentRead('the number of users changed between pages');
    }
    if (users.length !== Math.min(pageSize, Math.max(0, before - page * stride))) {
      throw inconsistentRead(`a page held ${users.length} users, which are not as many as were due`);
    }
    if (
      joint.some(
        ({ userId, createdTime }, place) => users[place]?.userId !== userId || users[place].createdTime !== createdTime,
      )
    ) {
      throw inconsistentRead('two pages do not join: the list moved between them');
    }
    const fresh = users.slice(joint.length).map(({ userId }) => userId);
    if (new Set(fresh).size < fresh.length || fresh.some((userId) => seen.has(userId))) {
      throw inconsistentRead('a user was listed twice');
    }
  }

  const mode = (): ConsistencyMode => (provesOrder ? 'overlap' : 'unproven');
  return {
    next,
    close: () => window.drop(),
    repair: (thrown) => {
      if (isKind(thrown, 'upstream-contract') && thrown.facts['status'] === 400 && isSorted) {
        return createOverlapPass({ call, filter, pageSize, ledger, isSorted: false });
      }
      return isKind(thrown, 'inconsistent')
        ? createOverlapPass({ call, filter, pageSize, ledger, isSorted })
        : undefined;
    },
    resume: () => undefined,
    outcome: () => ({ mode: mode(), total: total ?? 0, bounded: total ?? 0, newer: 0, boundMs: undefined }),
  };
}

function isInOrder(users: readonly User[]): boolean {
  return users.every(
    ({ createdTime }, place) => createdTime !== undefined && createdTime >= (users[place - 1]?.createdTime ?? 0),
  );
}

/** Whether the two users of a joint were created in different seconds. */
function joinsApart([first, second]: readonly User[]): boolean {
  return (
    first?.createdTime !== undefined && second?.createdTime !== undefined && first.createdTime < second.createdTime
  );
}
