import type { UserFilter } from '../../descope/users/user-page.ts';
import { createUserRead, type UserRead, type UserReadOptions } from '../../descope/users/user-read.ts';
import { type ReadOrigin, type UserBatch } from '../../descope/users/ledger.ts';
import type { DescopeClient } from '../../descope/client.ts';
import type { RequestObserver } from '../../descope/http/call.ts';
import type { TokenFields } from '../../model/page-token.ts';
import { toWalkPosition, UserWalk, type WalkPosition } from './user-walk.ts';

/** The calls by which users are read. */
export type UserClient = Pick<DescopeClient, 'searchUsers' | 'loadUser'> & Partial<Pick<DescopeClient, 'fetchUsers'>>;

export interface WalkTaker {
  readonly onBatch: (batch: UserBatch) => void;
  /** What was taken is void: the read begins anew. */
  readonly onForget: () => void;
}

export interface UserWalksOptions {
  readonly client: UserClient;
  readonly onRequest: RequestObserver;
  readonly main: WalkTaker;
  readonly rest: WalkTaker;
}

/** Measured: what a user of a page that is kept takes. */
const bytesOfUser = 2_500;

/** The ways in which one sync goes through the users, each begun when it is first needed. */
export class UserWalks {
  /** All users from the oldest on. */
  readonly main: UserWalk;
  /** The rest of the users, where another process had begun the listing. */
  readonly rest: UserWalk;
  /** What is walked because the process has no index, by filter. */
  readonly #filtered = new Map<string, UserWalk>();
  readonly #client: UserClient;
  readonly #onRequest: RequestObserver;
  #searchesSent = 0;

  constructor({ client, onRequest, main, rest }: UserWalksOptions) {
    this.#client = client;
    this.#onRequest = onRequest;
    this.main = new UserWalk(() => this.#open({}), main.onBatch, main.onForget);
    this.rest = new UserWalk((origin) => this.#open({}, origin), rest.onBatch, rest.onForget);
  }

  /** How many searches were sent for all of them. */
  get searchesSent(): number {
    return this.#searchesSent;
  }

  /** About how much memory they take. */
  get bytes(): number {
    return this.#all.reduce(
      (sum, { read, recentUsers }) => sum + (read?.ids.byteLength ?? 0) + recentUsers * bytesOfUser,
      0,
    );
  }

  /** The walk that a position belongs to: one that `main` did not give out is another process's; none begins anew. */
  at(position: WalkPosition | undefined): UserWalk {
    const isOfMain =
      position === undefined || position.origin === undefined || this.main.gaveOut(position) === 'exactly';
    const isOfRest = position !== undefined && this.rest.gaveOut(position) === 'exactly';
    return isOfMain && !isOfRest ? this.main : this.rest;
  }

  /** The walk through those who fit a filter; walks that are done are let go. */
  filtered(filter: UserFilter): UserWalk {
    const key = JSON.stringify(filter);
    const walk = this.#filtered.get(key) ?? new UserWalk((origin) => this.#open(filter, origin));
    for (const [other, { read }] of this.#filtered) {
      if (other !== key && read?.proof !== undefined) {
        this.#filtered.delete(other); // a page of it that is asked for again is read again
      }
    }
    this.#filtered.set(key, walk);
    return walk;
  }

  /** Whether one of them gave a cursor out: exactly so, or another process from which one of them went on. */
  gaveOut(cursor: TokenFields): 'exactly' | 'perhaps' | 'never' {
    const position = toWalkPosition(cursor);
    const answers = position === undefined ? [] : this.#all.map((walk) => walk.gaveOut(position));
    return (['exactly', 'perhaps'] as const).find((answer) => answers.includes(answer)) ?? 'never';
  }

  close(): void {
    this.#all.forEach((walk) => walk.close());
  }

  /** Drops the pages that were read ahead, while there are no calls. The next call requests them again. */
  pause(): void {
    this.#all.forEach((walk) => walk.rest());
  }

  get #all(): readonly UserWalk[] {
    return [this.main, this.rest, ...this.#filtered.values()];
  }

  #open(filter: UserFilter, origin?: ReadOrigin): UserRead {
    const { fetchUsers } = this.#client;
    const load: UserReadOptions['load'] = (userId, call) => this.#client.loadUser(userId, call);
    const isNarrowed = Object.keys(filter).length > 0;
    return createUserRead(
      {
        search: (query, call) => {
          this.#searchesSent += 1;
          return this.#client.searchUsers(query, call);
        },
        filter,
        ...(!isNarrowed && { load }),
        ...(fetchUsers !== undefined && {
          fetch: (query, call) => {
            this.#searchesSent += 1;
            return fetchUsers(query, call);
          },
        }),
        ...(origin !== undefined && { origin }),
      },
      this.#onRequest,
    );
  }
}
