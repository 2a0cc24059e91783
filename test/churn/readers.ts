import DescopeClient from '@descope/node-sdk';
import type { ConsistencyMode } from '../../src/descope/users/ledger.ts';
import { createUserRead } from '../../src/descope/users/user-read.ts';
import { isKind } from '../../src/errors.ts';
import type { Plan } from './scenarios.ts';
import type { World } from './world.ts';

const pageSize = 100;

/** How a read ended: with whom it saw, or (ours) without a result. */
export interface Reading {
  readonly ids: ReadonlySet<string>;
  readonly ended: 'complete' | 'failed';
  readonly mode: ConsistencyMode | undefined;
  readonly passes: number;
}

export type Reader = (world: World, plan: Plan) => Promise<Reading>;

const complete = (ids: ReadonlySet<string>): Reading => ({ ids, ended: 'complete', mode: undefined, passes: 1 });

/** Ours: complete, or an alarm. */
export const readOurs: Reader = async ({ search, now }) => {
  const read = createUserRead({ search, now });
  const ids = new Set<string>();
  try {
    for (let batch = await read.next(); batch !== undefined; batch = await read.next()) {
      batch.users.forEach(({ userId }) => ids.add(userId));
    }
  } catch (thrown) {
    if (!isKind(thrown, 'inconsistent', 'upstream-contract')) {
      throw thrown;
    }
    return { ids, ended: 'failed', mode: undefined, passes: 0 };
  }
  return { ids, ended: 'complete', mode: read.proof?.mode, passes: read.proof?.passes ?? 0 };
};

/** One offset after the other until the total is reached, sorted by creation where the service sorts. */
export const readPlainly: Reader = async ({ post }, { switches }) => {
  const ids = new Set<string>();
  const order = switches.sort === 'unknown-field' ? {} : { sort: [{ field: 'createdTime', desc: false }] };
  let total = Number.POSITIVE_INFINITY;
  for (let offset = 0; offset < total; offset += pageSize) {
    const page = await post({ limit: pageSize, offset, withTestUser: true, ...order });
    page.users.forEach(({ userId }) => ids.add(userId));
    total = page.total;
  }
  return complete(ids);
};

/** Page 0, 1, 2 until one is not full; over HTTP with the vendor's SDK. `searchAll` takes no order. */
export const readAsSdk: Reader = async ({ post, address }) => {
  const ids = new Set<string>();
  const management = address === undefined ? undefined : DescopeClient(address).management;
  for (let page = 0; ; page += 1) {
    const users =
      management === undefined
        ? (await post({ limit: pageSize, page, withTestUser: true })).users
        : ((await management.user.searchAll(undefined, undefined, pageSize, page, undefined, true)).data ?? []);
    users.forEach(({ userId }) => ids.add(userId));
    if (users.length < pageSize) {
      return complete(ids);
    }
  }
};
