import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import type { Secret } from '../secret.ts';
import type { CallOptions } from './http/call.ts';
import { endpointLabel, type ReadEndpoint } from './http/endpoint.ts';
import { AttemptFailed } from './http/errors.ts';
import type { Deadlines } from './http/exchange.ts';
import { createLanes, type Lanes, maxParallelFetchesCeiling } from './http/limiter.ts';
import { type DescopeObserver, observed } from './http/observer.ts';
import { createPacing, type Pacing, type RateLimit } from './http/pacing.ts';
import { createRetrying } from './http/retry.ts';
import { sleep as realSleep, type Sleep } from './http/sleep.ts';
import {
  createTransport,
  type HttpAnswer,
  type HttpRequest,
  parseBody,
  type Send,
  type TransportOptions,
} from './http/transport.ts';
import { type Permission, permissionList } from './permissions.ts';
import { type Role, roleList } from './roles.ts';
import { type Tenant, tenantList } from './tenants.ts';
import { parseUser, type User, userReadEndpoints } from './users/user.ts';
import {
  type ClosedPage,
  parseUserPage,
  type TimedUserPage,
  toSearchBody,
  type UserPage,
  type UserQuery,
} from './users/user-page.ts';
import { createUserWrite, type WriteUser } from './users/user-writes.ts';
import { openWholeList, type WholeList } from './whole-list.ts';

export interface DescopeClientOptions {
  readonly baseUrl: string;
  readonly projectId: string;
  /** Asked for each request, so that a rotated key file is picked up. */
  readonly managementKey: () => Secret;
  readonly maxParallelFetches?: number;
  /** Longest single wait for a rate limit: 30 s where a caller holds a call open, 10 min for a one-shot sync. */
  readonly longestRateWaitMs?: number;
  readonly totalRateWaitMs?: number;
  readonly forgetsRateWaits?: boolean;
  /** How requests are held back before any limit is met; not at all when left out. */
  readonly rateLimit?: RateLimit;
  /** Others than the usual ones, for tests. */
  readonly deadlines?: Deadlines;
  readonly maxResponseMiB?: number;
  /** Proxies and CAs; a direct way and Node's own CAs when left out. */
  readonly route?: TransportOptions['route'];
  /** Shared with another client, so that both together keep to one limit and one pace; made for this one when left out. */
  readonly channel?: Channel;
  readonly observer?: DescopeObserver;
  readonly logger?: Logger;
  readonly now?: () => number;
  readonly sleep?: Sleep;
  readonly random?: () => number;
}

/** What all requests of a process go through: the transport, the lanes and the pace. */
export interface Channel {
  readonly send: Send;
  readonly lanes: Lanes;
  readonly pacing: Pacing;
}

/**
 * What we read of a Descope project. Lists come whole or not at all; every call is retried as a read; nothing here is
 * kept between calls. Throws ConnectorError only.
 */
export interface DescopeClient {
  readonly projectId: string;
  /** How many searches are sent in a minute at most; undefined when requests are not held back. */
  readonly searchesPerMinute: number | undefined;
  searchUsers(query: UserQuery, options?: CallOptions): Promise<TimedUserPage>;
  /** The same search, for whoever reads ahead. */
  fetchUsers(query: UserQuery, options?: CallOptions): Promise<ClosedPage>;
  /** Undefined when no user has this user id. */
  loadUser(userId: string, options?: CallOptions): Promise<User | undefined>;
  /** All rows of a list. */
  readList<Row>(list: WholeList<Row>, options?: CallOptions): Promise<readonly Row[]>;
  allTenants(options?: CallOptions): Promise<readonly Tenant[]>;
  allRoles(options?: CallOptions): Promise<readonly Role[]>;
  allPermissions(options?: CallOptions): Promise<readonly Permission[]>;
  /** Users who have exactly this login id: one, unless logins are isolated by tenant. */
  findByLoginId(loginId: string, options?: CallOptions): Promise<readonly User[]>;
  /** The first hundred users in whom Descope finds this text, and how many there are. For names only: never for a proof. */
  findByText(text: string, options?: CallOptions): Promise<UserPage>;
  /**
   * The user whom a write to this user id would change: loaded in the way in which writes address. Undefined when there is
   * none; `refused` when it would be somebody else, whose login id this is.
   */
  loadForWrite(userId: string, options?: CallOptions): Promise<User | undefined>;
  /** Sends one change, once. */
  readonly writeUser: WriteUser;
}

export type ChannelOptions = Pick<
  DescopeClientOptions,
  | 'maxResponseMiB'
  | 'baseUrl'
  | 'projectId'
  | 'managementKey'
  | 'maxParallelFetches'
  | 'rateLimit'
  | 'observer'
  | 'now'
  | 'sleep'
>;

export function createChannel(options: ChannelOptions): Channel {
  const {
    baseUrl,
    maxParallelFetches = maxParallelFetchesCeiling,
    rateLimit = 'off',
    observer,
    now = () => performance.now(),
    sleep = realSleep,
  } = options;
  const lanes = createLanes({ maxParallel: Math.min(maxParallelFetches, maxParallelFetchesCeiling), now, sleep });
  return {
    send: observed(createTransport(options), observer),
    lanes,
    pacing: createPacing({ rateLimit, baseUrl, lanes, now, sleep }),
  };
}

export function createDescopeClient(options: DescopeClientOptions): DescopeClient {
  const {
    projectId,
    observer,
    longestRateWaitMs = 30_000,
    totalRateWaitMs = Number.POSITIVE_INFINITY,
    forgetsRateWaits = false,
    logger = silentLogger,
    now = () => performance.now(),
    sleep = realSleep,
    random = Math.random,
  } = options;
  const { send, lanes, pacing } = options.channel ?? createChannel(options);
  const onRateWait = (waitMs: number): void => {
    observer?.onRateWait(waitMs);
    logger.warn('waiting for the rate limit of Descope', {
      seconds: Math.ceil(waitMs / 1000),
      until: new Date(Date.now() + waitMs).toISOString(),
    });
  };
  const retrying = createRetrying({
    lanes,
    now,
    sleep,
    random,
    longestRateWaitMs,
    totalRateWaitMs,
    forgetsRateWaits,
    onRateWait,
  });

  /** For what may be repeated only. `failed`: what a first try, made before, came to. */
  function read(
    endpoint: ReadEndpoint,
    request: HttpRequest,
    { signal, onRequest, requestId }: CallOptions = {},
    failed?: AttemptFailed,
  ): Promise<HttpAnswer> {
    const label = endpointLabel(endpoint);
    let before = failed;
    let tries = failed === undefined ? 0 : 1;
    const attempt = async (): Promise<HttpAnswer> => {
      if (before !== undefined) {
        const fault = before;
        before = undefined;
        throw fault;
      }
      tries += 1;
      if (tries > 1) {
        observer?.onRetry(label);
      }
      onRequest?.(label);
      const startedAt = now();
      try {
        return await send(endpoint, { ...request, ...(requestId !== undefined && { requestId }) }, signal);
      } finally {
        logger.debug('descope request', { endpoint: label, durationMs: Math.round(now() - startedAt) });
      }
    };
    return retrying.run(attempt, signal, pacing.lanesOf(endpoint));
  }

  /** A list is opened as it comes, row by row: it may be large. */
  async function readList<Row>(list: WholeList<Row>, call?: CallOptions): Promise<readonly Row[]> {
    const { endpoint, body } = list;
    let rows: readonly Row[] = [];
    await read(
      endpoint,
      { ...(body !== undefined && { json: body }), open: (answer) => void (rows = openWholeList(list, answer)) },
      call,
    );
    return rows;
  }

  async function searchUsers(query: UserQuery, call?: CallOptions, failed?: AttemptFailed): Promise<TimedUserPage> {
    const { json, serverTimeMs } = await read(
      userReadEndpoints.searchUsers,
      { json: toSearchBody(query) },
      call,
      failed,
    );
    return { ...parseUserPage(json, query), serverTimeMs };
  }

  async function openPage(
    query: UserQuery,
    body: Uint8Array,
    serverTimeMs: number | undefined,
    call?: CallOptions,
  ): Promise<TimedUserPage> {
    let json: unknown;
    try {
      json = parseBody(userReadEndpoints.searchUsers, body);
    } catch (thrown) {
      if (thrown instanceof AttemptFailed) {
        return await searchUsers(query, call, thrown);
      }
      throw thrown;
    } finally {
      giveBack(body);
    }
    return { ...parseUserPage(json, query), serverTimeMs };
  }

  /** Runs a load and turns "no such thing" into undefined. */
  async function orUndefined<T>(load: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await load();
    } catch (thrown) {
      if (thrown instanceof ConnectorError && thrown.kind === 'not-found') {
        return undefined;
      }
      throw thrown;
    }
  }

  return {
    projectId,
    searchesPerMinute: pacing.searchesPerMinute,
    searchUsers: (query, call) => searchUsers(query, call),
    fetchUsers: async (query, call) => {
      const { body, serverTimeMs } = await read(
        userReadEndpoints.searchUsers,
        { json: toSearchBody(query), isOpenedLater: true },
        call,
      );
      return { open: (later) => openPage(query, body, serverTimeMs, later) };
    },
    // The service may take the parameter for a login id, too: whoever else it finds is not the user with this id.
    loadUser: (userId, call) =>
      orUndefined(async () => {
        const user = parseUser(
          userReadEndpoints.loadUser,
          (await read(userReadEndpoints.loadUser, { query: { userId } }, call)).json,
        );
        return user.userId === userId ? user : undefined;
      }),
    readList,
    allTenants: (call) => readList(tenantList, call),
    allRoles: (call) => readList(roleList, call),
    allPermissions: (call) => readList(permissionList, call),
    findByLoginId: async (loginId, call) => {
      const { users } = parseUserPage(
        (
          await read(
            userReadEndpoints.searchUsers,
            { json: { limit: 100, withTestUser: true, loginIds: [loginId] } },
            call,
          )
        ).json,
      );
      return users.filter(({ loginIds }) => loginIds.includes(loginId));
    },
    findByText: async (text, call) =>
      parseUserPage(
        (await read(userReadEndpoints.searchUsers, { json: { limit: 100, withTestUser: true, text } }, call)).json,
      ),
    loadForWrite: (userId, call) =>
      orUndefined(async () => {
        const user = parseUser(
          userReadEndpoints.loadUser,
          (await read(userReadEndpoints.loadUser, { query: { loginId: userId } }, call)).json,
        );
        if (user.userId !== userId) {
          throw new ConnectorError(
            'refused',
            `${JSON.stringify(userId)} is a login id of user ${user.userId}, not a user id: a change must name the user by the user id`,
          );
        }
        return user;
      }),
    writeUser: createUserWrite({
      send,
      lanesOf: (endpoint) => pacing.lanesOf(endpoint),
      pauseForRateLimit: retrying.pauseForRateLimit,
    }),
  };
}

/**
 * Frees the memory of bytes that nobody will look at again, now and not at some full collection: a page has waited for its
 * turn long enough to have grown old. Bytes that share their memory with others are left alone.
 */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) {
    buffer.transfer(0);
  }
}
