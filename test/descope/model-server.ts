import type { CallOptions } from '../../src/descope/http/call.ts';
import type { TimedUserPage, UserQuery } from '../../src/descope/users/user-page.ts';
import { decodeUser } from '../../src/descope/users/user.ts';
import { turn } from './support.ts';

export interface ModelUser {
  readonly userId: string;
  /** When the user was created, in epoch seconds with a fraction; Descope shows and filters whole seconds. */
  readonly createdAt: number;
  /** From when on a search finds the user. */
  readonly visibleFrom: number;
}

export interface ModelOptions {
  /** Epoch seconds. */
  readonly startAt: number;
  readonly users: readonly ModelUser[];
  /** A number in [0, 1). Without one, users of the same second keep their order; with one, it changes from request to request. */
  readonly tieOrder?: (() => number) | undefined;
  /** Called before each request is answered: lets time pass, users come and go, requests fail. */
  readonly beforeAnswer?: (server: ModelServer, query: UserQuery) => void | Promise<void>;
  /** Whether a search by creation time includes its bounds. */
  readonly areBoundsInclusive?: boolean;
}

/** What Descope's user search is taken to do, in memory: the assumptions of stable paging, and nothing beyond them. */
export class ModelServer {
  readonly queries: UserQuery[] = [];
  readonly users = new Map<string, ModelUser>();
  /** Changes an answer before it is sent. */
  tamper: (page: TimedUserPage, query: UserQuery) => TimedUserPage = (page) => page;
  clock: number;
  readonly #options: ModelOptions;
  #created = 0;

  constructor(options: ModelOptions) {
    this.#options = options;
    this.clock = options.startAt;
    for (const user of options.users) {
      this.users.set(user.userId, user);
    }
  }

  /** A user is created now; searches find it after the lag. */
  create(lag = 0): string {
    this.#created += 1;
    const userId = `U-new-${this.#created}`;
    this.users.set(userId, { userId, createdAt: this.clock, visibleFrom: this.clock + lag });
    return userId;
  }

  delete(userId: string): void {
    this.users.delete(userId);
  }

  readonly search = async (query: UserQuery, { signal }: CallOptions = {}): Promise<TimedUserPage> => {
    this.queries.push(query);
    signal?.throwIfAborted();
    await this.#options.beforeAnswer?.(this, query);
    signal?.throwIfAborted();
    return this.tamper(this.#answer(query), query);
  };

  #answer({ limit, offset, fromCreatedTimeMs, toCreatedTimeMs }: UserQuery): TimedUserPage {
    const { tieOrder, areBoundsInclusive = true } = this.#options;
    const from = (fromCreatedTimeMs ?? Number.NEGATIVE_INFINITY) + (areBoundsInclusive ? 0 : 1);
    const to = (toCreatedTimeMs ?? Number.POSITIVE_INFINITY) - (areBoundsInclusive ? 0 : 1);
    const found = [...this.users.values()]
      .filter((user) => user.visibleFrom <= this.clock)
      .map(({ userId, createdAt }) => ({ userId, createdTime: Math.floor(createdAt), tie: tieOrder?.() ?? 0 }))
      .filter(({ createdTime }) => createdTime * 1000 >= from && createdTime * 1000 <= to)
      .sort(
        (left, right) =>
          left.createdTime - right.createdTime || left.tie - right.tie || (left.userId < right.userId ? -1 : 1),
      );
    return {
      users: found.slice(offset, offset + limit).map(({ userId, createdTime }) => decodeUser({ userId, createdTime })),
      total: found.length,
      serverTimeMs: Math.floor(this.clock) * 1000,
    };
  }
}

/** A project in which nothing happens: that many users, created one a minute, the last of them an hour ago. */
export function quietProject(count: number, options: Partial<ModelOptions> = {}): ModelServer {
  const startAt = Date.parse('2025-03-04T10:00:00Z') / 1000 + 0.7;
  const users = Array.from({ length: count }, (_, index) => {
    const createdAt = startAt - 3_600 - 60 * (count - index);
    return { userId: userIdAt(index), createdAt, visibleFrom: createdAt };
  });
  return new ModelServer({ startAt, users, ...options });
}

/** The user who was created as the nth of a quiet project. */
export function userIdAt(index: number): string {
  return `U${String(index).padStart(6, '0')}`;
}

/** A repeatable source of chance (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets a few requests overtake each other. */
export async function wander(chance: () => number): Promise<void> {
  for (let left = Math.floor(chance() * 4); left > 0; left -= 1) {
    await turn();
  }
}
