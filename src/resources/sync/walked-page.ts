import type { User } from '../../descope/users/user.ts';
import type { TokenFields } from '../../model/page-token.ts';
import type { Row } from '../../model/row.ts';
import { createGauge, type Page, type PageRequest } from './paging.ts';
import { toWalkCursor, toWalkPosition, type UserWalk, type WalkPosition } from './user-walk.ts';

/**
 * One page of rows that are made of users as a walk comes to them. A page may be empty and have a next one. `bounds`
 * travel along in the cursor; `prepare` reads what the rows of these users need besides.
 */
export async function walkedPage<R extends Row<unknown>>(
  walk: UserWalk,
  { cursor, limit, signal }: PageRequest,
  rowsOf: (user: User) => readonly R[],
  bounds: TokenFields = {},
  prepare?: (users: readonly User[]) => Promise<void>,
): Promise<Page<R>> {
  const page = await walk.pageAt(toWalkPosition(cursor), signal);
  if (page === undefined) {
    return { rows: [] };
  }
  await prepare?.(page.users);
  const toCursor = (position: WalkPosition): TokenFields => ({ ...bounds, ...toWalkCursor(position) });
  const rows: R[] = [];
  const isFull = createGauge();
  let passed = 0;
  for (const [place, user] of page.users.entries()) {
    for (const row of rowsOf(user)) {
      passed += 1;
      if (passed > page.skip) {
        if (rows.length === limit || isFull(rows, row)) {
          return { rows, next: toCursor(page.within(passed - 1, place)) };
        }
        rows.push(row);
      }
    }
  }
  const isFollowed = page.isFollowed || (await walk.pageAt(page.following, signal)) !== undefined;
  return isFollowed ? { rows, next: toCursor(page.following) } : { rows };
}
