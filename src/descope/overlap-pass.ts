import { isKind } from '../errors.ts';
import type { TimedUserPage, UserQuery } from './client.ts';
import { alarm, type ConsistencyMode, type Ledger, type Pass, type UserBatch } from './ledger.ts';
import { createPageWindow } from './page-window.ts';
import type { User } from './rows.ts';

export interface OverlapOptions {
  readonly call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>;
  readonly filter: Omit<UserQuery, 'limit' | 'offset'>;
  readonly pageSize: number;
  readonly ledger: Ledger;
  /** False where the service refuses to sort: then its order is not known, and the overlap proves less. */
  readonly isSorted: boolean;
}

/**
 * Reads by offsets, each page beginning with the last user of the one before, for a service that takes no bounds of time:
 * a user more or less ahead of the read shows as a page that does not join. It is then begun again from the first page;
 * users who were handed out before keep their number. One request in a hundred more.
 */
export function createOverlapPass({ call, filter, pageSize, ledger, isSorted }: OverlapOptions): Pass {
  const stride = pageSize - 1;
  const order = isSorted ? {} : { unsorted: true };
  const queryAt = (page: number): UserQuery => ({ ...filter, ...order, limit: pageSize, offset: page * stride });
  let page = 0;
  let total: number | undefined;
  let lastUserId: string | undefined;
  let lastSecond: number | undefined;
  /** Whether two pages join among users of the same second, whose order nobody promises. */
  let splitsTies = false;
  const seen = new Set<string>();
  const pageCount = (): number => (total === undefined ? 1 : Math.max(1, Math.ceil((total - 1) / stride)));
  const window = createPageWindow(pageCount, (index, signal) => call(queryAt(index), signal));

  async function next(signal?: AbortSignal): Promise<UserBatch | undefined> {
    if (total !== undefined && page >= pageCount()) {
      if (seen.size !== total) {
        throw alarm('fewer users were listed than the service counts');
      }
      return undefined;
    }
    const answer = await window.take(page, signal);
    check(answer);
    total ??= answer.total;
    lastUserId = answer.users.at(-1)?.userId;
    splitsTies ||= endsInTie(answer.users, lastSecond);
    lastSecond = answer.users.at(-1)?.createdTime;
    answer.users.forEach(({ userId }) => seen.add(userId));
    const batch = ledger.enter(queryAt(page), answer.users, true);
    page += 1;
    return batch;
  }

  function check({ users, total: counted }: TimedUserPage): void {
    const before = total ?? counted;
    if (counted !== before) {
      throw alarm('the number of users changed between pages');
    }
    if (users.length !== Math.min(pageSize, Math.max(0, before - page * stride))) {
      throw alarm(`a page held ${users.length} users, which are not as many as were due`);
    }
    if (lastUserId !== undefined && users[0]?.userId !== lastUserId) {
      throw alarm('two pages do not join: the list moved between them');
    }
    const isRepeat = users.some(({ userId }, place) => seen.has(userId) && !(place === 0 && userId === lastUserId));
    if (isRepeat) {
      throw alarm('a user was listed twice');
    }
  }

  const mode = (): ConsistencyMode => (isSorted && !splitsTies ? 'overlap' : 'unproven');
  return {
    next,
    close: () => window.drop(),
    repair: (thrown) => {
      if (isKind(thrown, 'upstream-contract') && thrown.facts['status'] === 400 && isSorted) {
        return createOverlapPass({ call, filter, pageSize, ledger, isSorted: false });
      }
      return isKind(thrown, 'inconsistent') ? createOverlapPass({ call, filter, pageSize, ledger, isSorted }) : undefined;
    },
    outcome: () => ({ mode: mode(), total: total ?? 0, bounded: total ?? 0, newer: 0, boundMs: undefined }),
  };
}

/** Whether the row in which this page joins the one before, or the one after, has a neighbour of the same second. */
function endsInTie(users: readonly User[], lastSecond: number | undefined): boolean {
  const [first, second] = users;
  const [beforeLast, last] = users.slice(-2);
  const joinsInTie = lastSecond !== undefined && second !== undefined && second.createdTime === first?.createdTime;
  return joinsInTie || (users.length > 1 && last !== undefined && last.createdTime === beforeLast?.createdTime);
}
