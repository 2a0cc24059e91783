import type { KeyChange, KeyWriteOutcome } from '../../src/descope/access-key-calls.ts';
import type { AccessKey } from '../../src/descope/access-keys.ts';
import type { DescopeClient } from '../../src/descope/client.ts';
import { type ConsentHolder, type ConsentOutcome, isConsentOf } from '../../src/descope/consent-calls.ts';
import type { Consent } from '../../src/descope/consents.ts';
import { auditPageSize, type AuditPage, type AuditQuery, type AuditRecord } from '../../src/descope/audit/audit.ts';
import type { CallOptions } from '../../src/descope/http/call.ts';
import type { Permission } from '../../src/descope/permissions.ts';
import type { Role } from '../../src/descope/roles.ts';
import type { Tenant } from '../../src/descope/tenants.ts';
import type { TimedUserPage, UserQuery } from '../../src/descope/users/user-page.ts';
import type { UserChange, WriteOutcome, WriteUser } from '../../src/descope/users/user-writes.ts';
import { decodeUser, type User } from '../../src/descope/users/user.ts';
import type { TenantAnswer, TenantCall } from '../../src/descope/tenant-call.ts';
import type { WholeList } from '../../src/descope/whole-list.ts';
import { ConnectorError } from '../../src/errors.ts';

/** Where the clock of a model stands at first, in epoch milliseconds. */
export const serverNowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A project as it is now. Apart from the users, each list has the name of its key in Descope's answer. */
export interface Rows {
  readonly users: readonly User[];
  readonly tenants: readonly Tenant[];
  readonly roles: readonly Role[];
  readonly permissions: readonly Permission[];
}

/**
 * Decoded rows of lists that not every project here has, by the list's key in Descope's answer; by its path, where two
 * lists have one key.
 */
export type MoreLists = Readonly<Record<string, readonly unknown[]>>;

/**
 * What Descope answers of one tenant, as JSON, by the call's path and the tenant's id. A number is an error status, with
 * Descope's code where there is one; '*' stands for every tenant that is not named. A path that is not there answers
 * 404 for every tenant, and a tenant that the project does not have 404 with the code for that.
 */
export type OfTenants = Readonly<Record<string, Readonly<Record<string, object | number>>>>;

/** How a request is noted: lists by their key, as "allTenants"; calls of one tenant, and lists that
 * the model has by their path, by method and path. */
export type ModelEndpoint =
  | 'searchAudit'
  | 'loginTimes'
  | 'searchUsers'
  | 'loadUser'
  | 'loadForWrite'
  | 'writeUser'
  | 'loadKey'
  | 'updateKey'
  | 'findConsents'
  | 'deleteConsent'
  | `all${string}`
  | `${'GET' | 'POST' | 'PATCH'} ${string}`;

export interface ModelRequest {
  readonly endpoint: ModelEndpoint;
  readonly query?: UserQuery;
  readonly audit?: AuditQuery;
  readonly userIds?: readonly string[];
  readonly id?: string;
  readonly change?: UserChange;
  readonly keyChange?: KeyChange;
  readonly requestId?: string;
}

/** What differs between models. All of it may be changed later, between requests and by a hook. */
export interface ModelOptions {
  readonly rows: Partial<Rows>;
  readonly lists: MoreLists;
  readonly ofTenants: OfTenants;
  readonly nowMs: number;
  readonly tieOrder: (() => number) | undefined;
  readonly areBoundsInclusive: boolean;
  readonly onRequest: DescopeModel['onRequest'];
}

/** A model as a whole client: a call that it does not have fails the test that makes it. */
export function asClient(model: object): DescopeClient {
  return new Proxy(model, {
    get: (calls, name) => {
      if (!(name in calls)) {
        throw new Error(`the model has no ${String(name)}`);
      }
      return Reflect.get(calls, name);
    },
  }) as DescopeClient;
}

/**
 * A Descope project in memory, behind the calls of our client: what unit tests read and change instead of a service. It
 * answers as Descope's API is taken to do, notes every request, and lets a test change rows, clock and answers between
 * two requests. Members are properties, so that a test may take them away or replace them.
 */
export class DescopeModel {
  readonly projectId: string = 'P2fake';
  /** The project as it is now: put other rows in to change it. */
  rows: Rows;
  /** The lists that it has besides. */
  lists: MoreLists;
  /** What it answers of single tenants. */
  ofTenants: OfTenants;
  /** The clock of the service, in epoch milliseconds. Descope shows and filters whole seconds. */
  nowMs: number;
  /** From when on a search finds a user; those who are not in it are found. */
  readonly visibleFromMs = new Map<string, number>();
  /** Orders the users of one second by a number in [0, 1). Without it they keep the order of `rows`. */
  tieOrder: (() => number) | undefined;
  /** Whether a search by creation time includes its bounds. */
  areBoundsInclusive: boolean;
  /** Filtered searches answer with users who do not match besides. */
  hasSloppyFilters = false;

  /** Every request so far. */
  readonly requests: ModelRequest[] = [];
  /** What searches asked for so far. */
  readonly queries: UserQuery[] = [];
  /** Called before a request is answered, with its place in `requests`: what it throws is the answer. */
  onRequest: ((request: ModelRequest, place: number) => void | Promise<void>) | undefined;
  /** Changes a page of users before it is sent. */
  tamper: (page: TimedUserPage, query: UserQuery) => TimedUserPage = (page) => page;
  /** What happens to a write, instead of its being carried out. */
  onWrite: ((change: UserChange, carryOut: () => User) => WriteOutcome) | undefined;
  /** Its audit log, and from when on a search finds a record; one that is not named is found at once. */
  audits: readonly AuditRecord[] = [];
  readonly auditShownFromMs = new Map<string, number>();
  /** The most records of one answer. */
  auditPageSize = auditPageSize;
  /** Changes a page of the log before it is sent. */
  tamperAudit: (page: AuditPage, query: AuditQuery) => AuditPage = (page) => page;
  /** Its access keys, which are changed one by one. */
  keys: readonly AccessKey[] = [];
  /** What happens to an update of a key, instead of its being carried out. */
  onUpdateKey: ((change: KeyChange, carryOut: () => AccessKey) => KeyWriteOutcome) | undefined;
  /** Path of the list whose rows were given by a key, as the first request showed. */
  readonly #ownerOf = new Map<string, string>();
  #created = 0;

  constructor({
    rows,
    lists = {},
    ofTenants = {},
    nowMs = serverNowMs,
    tieOrder,
    areBoundsInclusive = true,
    onRequest,
  }: Partial<ModelOptions>) {
    this.rows = { users: [], tenants: [], roles: [], permissions: [], ...rows };
    this.lists = lists;
    this.ofTenants = ofTenants;
    this.nowMs = nowMs;
    this.tieOrder = tieOrder;
    this.areBoundsInclusive = areBoundsInclusive;
    this.onRequest = onRequest;
  }

  readonly userIds = (): string[] => this.rows.users.map(({ userId }) => userId);
  readonly countOf = (endpoint: ModelEndpoint): number =>
    this.requests.filter((request) => request.endpoint === endpoint).length;

  /** A user is created now; searches find it after the lag. */
  readonly create = (lagMs = 0): string => {
    this.#created += 1;
    const userId = `U-new-${this.#created}`;
    this.add(decodeUser({ userId, createdTime: Math.floor(this.nowMs / 1000) }));
    this.visibleFromMs.set(userId, this.nowMs + lagMs);
    return userId;
  };

  readonly add = (...users: readonly User[]): void => {
    this.rows = { ...this.rows, users: [...this.rows.users, ...users] };
  };

  readonly delete = (userId: string): void => {
    this.rows = { ...this.rows, users: this.rows.users.filter((row) => row.userId !== userId) };
  };

  searchUsers = async (query: UserQuery, call?: CallOptions): Promise<TimedUserPage> => {
    this.queries.push(query);
    return this.tamper(await this.#answer({ endpoint: 'searchUsers', query }, call, () => this.#page(query)), query);
  };

  /** Both bounds are inclusive, as a search of the service may take them. */
  searchAudit = async (query: AuditQuery, call?: CallOptions): Promise<AuditPage> => {
    const { fromMs, toMs, actions, excludedActions = [], userIds, isOldestFirst, page: number } = query;
    const find = (): AuditPage => {
      const found = this.audits
        .filter(({ id }) => (this.auditShownFromMs.get(id) ?? 0) <= this.nowMs)
        .filter(({ occurredMs }) => occurredMs >= fromMs && occurredMs <= toMs)
        .filter(({ action }) => actions?.includes(action) ?? !excludedActions.includes(action))
        .filter(({ userId }) => userIds?.includes(userId) ?? true)
        .toSorted((a, b) => (isOldestFirst ? a.occurredMs - b.occurredMs : b.occurredMs - a.occurredMs));
      const size = this.auditPageSize;
      return { records: found.slice(number * size, (number + 1) * size), total: found.length };
    };
    return this.tamperAudit(await this.#answer({ endpoint: 'searchAudit', audit: query }, call, find), query);
  };

  /** Epoch seconds of the last login by user id, as the history tells them. */
  logins: ReadonlyMap<string, number> = new Map();

  loginTimes = (userIds: readonly string[], call?: CallOptions): Promise<ReadonlyMap<string, number>> =>
    this.#answer({ endpoint: 'loginTimes', userIds }, call, () => {
      const asked = new Set(userIds);
      return new Map([...this.logins].filter(([userId]) => asked.has(userId)));
    });

  loadUser = (id: string, call?: CallOptions): Promise<User | undefined> =>
    this.#answer({ endpoint: 'loadUser', id }, call, () => this.#user(id));

  loadForWrite = (id: string, call?: CallOptions): Promise<User | undefined> =>
    this.#answer({ endpoint: 'loadForWrite', id }, call, () => this.#user(id));

  writeUser: WriteUser = (change, call) =>
    this.#answer({ endpoint: 'writeUser', change }, call, () => {
      const carryOut = (): User => this.#carryOut(change);
      return this.onWrite?.(change, carryOut) ?? { kind: 'answered', user: carryOut() };
    });

  loadKey = (id: string, call?: CallOptions): Promise<AccessKey | undefined> =>
    this.#answer({ endpoint: 'loadKey', id }, call, () => this.keys.find((key) => key.id === id));

  updateKey = (change: KeyChange, call?: CallOptions): Promise<KeyWriteOutcome> =>
    this.#answer({ endpoint: 'updateKey', keyChange: change }, call, () => {
      const carryOut = (): AccessKey => this.#updateKey(change);
      return this.onUpdateKey?.(change, carryOut) ?? { kind: 'answered', key: carryOut() };
    });

  /** Of the list of consents, which a test must have put in. */
  findConsents = (appId: string, holder: ConsentHolder, call?: CallOptions): Promise<readonly Consent[]> =>
    this.#answer({ endpoint: 'findConsents', id: holder.id }, call, () =>
      this.#consents.filter((one) => one.appId === appId && isConsentOf(one, holder)),
    );

  deleteConsent = (kind: ConsentHolder['kind'], consentId: string, call?: CallOptions): Promise<ConsentOutcome> =>
    this.#answer({ endpoint: 'deleteConsent', id: consentId }, call, () => {
      const consents = this.#consents.filter(
        ({ id, userId }) => id !== consentId || (userId === '' ? 'tenant' : 'user') !== kind,
      );
      this.lists = { ...this.lists, consents };
      return { kind: 'accepted' };
    });

  get #consents(): readonly Consent[] {
    return (this.lists['consents'] ?? []) as readonly Consent[]; // as a test puts them in
  }

  readList = <Row>(
    { key, endpoint: { method, path } }: Pick<WholeList<Row>, 'key' | 'endpoint'>,
    call?: CallOptions,
  ): Promise<readonly Row[]> => {
    const find = (): readonly unknown[] | undefined =>
      this.lists[path] ?? { ...this.lists, ...this.rows, users: undefined }[key];
    if (find() === undefined) {
      throw new Error(`the model has no list of ${key}`);
    }
    this.#checkWhose(key, path);
    const endpoint: ModelEndpoint = Object.hasOwn(this.lists, path)
      ? `${method} ${path}`
      : `all${key.charAt(0).toUpperCase()}${key.slice(1)}`;
    // The rows of a list are what its decoder makes of the field with its key.
    return this.#answer({ endpoint }, call, () => find() as readonly Row[]);
  };

  readOfTenant = <Answer>(
    { endpoint: { method, path }, parse }: TenantCall<Answer>,
    id: string,
    call?: CallOptions,
  ): Promise<TenantAnswer<Answer>> =>
    this.#answer({ endpoint: `${method} ${path}`, id }, call, () => {
      const isThere = this.rows.tenants.some((tenant) => tenant.id === id);
      const ofTenants = this.ofTenants[path];
      if (ofTenants !== undefined && !isThere) {
        return refusalOf(`${method} ${path}`, 404, 'E112202');
      }
      const answer = ofTenants?.[id] ?? ofTenants?.['*'] ?? 404;
      if (typeof answer === 'number') {
        return refusalOf(`${method} ${path}`, answer);
      }
      return { answer: parse(Buffer.from(JSON.stringify(answer))) };
    });

  /** Throws where two lists would get the same rows, since their answers have them under the same key. */
  #checkWhose(key: string, path: string): void {
    const owner = this.#ownerOf.get(key) ?? path;
    if (!Object.hasOwn(this.lists, path)) {
      this.#ownerOf.set(key, owner);
      if (owner !== path) {
        throw new Error(`${owner} and ${path} both answer with "${key}": give the rows of each by its path`);
      }
    }
  }

  /** Notes a request, lets a moment and what the test wants pass, and reads the answer off what the project is then. */
  async #answer<T>(request: ModelRequest, call: CallOptions | undefined, read: () => T): Promise<T> {
    const noted = call?.requestId === undefined ? request : { ...request, requestId: call.requestId };
    const place = this.requests.push(noted) - 1;
    call?.onRequest?.(request.endpoint);
    await Promise.resolve();
    call?.signal?.throwIfAborted();
    const pending = this.onRequest?.(noted, place);
    if (pending !== undefined) {
      await pending;
      call?.signal?.throwIfAborted();
    }
    return read();
  }

  #user(userId: string): User | undefined {
    return this.rows.users.find((row) => row.userId === userId);
  }

  #page(query: UserQuery): TimedUserPage {
    const found = this.rows.users
      .filter((row) => (this.visibleFromMs.get(row.userId) ?? 0) <= this.nowMs)
      .filter((row) => isWithinTimes(row, query, this.areBoundsInclusive))
      .filter((row) => this.hasSloppyFilters || isMatch(row, query))
      .map((row) => ({ row, createdTime: row.createdTime ?? 0, tie: this.tieOrder?.() ?? 0 }))
      .sort((left, right) => left.createdTime - right.createdTime || left.tie - right.tie);
    return {
      users: found.slice(query.offset, query.offset + query.limit).map(({ row }) => row),
      total: found.length,
      serverTimeMs: Math.floor(this.nowMs / 1000) * 1000,
    };
  }

  #updateKey({ id, name, lists }: KeyChange): AccessKey {
    const before = this.keys.find((key) => key.id === id);
    if (before === undefined) {
      throw new Error('the model has no such access key');
    }
    const after = { ...before, name, ...lists };
    this.keys = this.keys.map((key) => (key === before ? after : key));
    return after;
  }

  #carryOut(change: UserChange): User {
    const before = this.#user(change.userId);
    if (before === undefined) {
      throw new Error('the model has no such user');
    }
    const after = changedUser(before, change);
    this.rows = { ...this.rows, users: this.rows.users.map((row) => (row === before ? after : row)) };
    return after;
  }
}

/** Whether a user was created within the times that a search asks for. */
export function isWithinTimes(
  { createdTime = 0 }: Pick<User, 'createdTime'>,
  { fromCreatedTimeMs = Number.NEGATIVE_INFINITY, toCreatedTimeMs = Number.POSITIVE_INFINITY }: Partial<UserQuery>,
  areBoundsInclusive = true,
): boolean {
  const createdMs = createdTime * 1000;
  return areBoundsInclusive
    ? createdMs >= fromCreatedTimeMs && createdMs <= toCreatedTimeMs
    : createdMs > fromCreatedTimeMs && createdMs < toCreatedTimeMs;
}

function refusalOf(endpoint: string, status: number, code?: string): { readonly refusal: ConnectorError } {
  const kinds: Readonly<Record<number, ConnectorError['kind']>> = {
    400: 'upstream-contract',
    403: 'forbidden',
    404: 'upstream-contract',
  };
  const facts = { endpoint, status, ...(code !== undefined && { code }) };
  const error = new ConnectorError(kinds[status] ?? 'unavailable', `${endpoint} answered ${status}`, facts);
  if (status === 400 || status === 404) {
    return { refusal: error };
  }
  throw error;
}

function isMatch({ userId, roleNames, userTenants, ssoAppIds }: User, query: UserQuery): boolean {
  const { tenantIds, roleNames: wanted, tenantRoleNames, ssoAppIds: wantedApps } = query;
  const held = new Map(userTenants.map((entry) => [entry.tenantId, entry.roleNames]));
  return (
    (query.userIds === undefined || query.userIds.includes(userId)) &&
    (tenantIds === undefined || tenantIds.some((id) => held.has(id))) &&
    (wanted === undefined || wanted.some((name) => roleNames.includes(name))) &&
    (wantedApps === undefined || wantedApps.some((id) => ssoAppIds.includes(id))) &&
    (tenantRoleNames === undefined ||
      Object.entries(tenantRoleNames).some(([id, names]) =>
        names.some((name) => held.get(id)?.includes(name) ?? false),
      ))
  );
}

/** The user after a write that did what it said. */
function changedUser(row: User, { operation, tenantId, roleName, appId }: UserChange): User {
  if (appId !== undefined) {
    const others = row.ssoAppIds.filter((id) => id !== appId);
    return { ...row, ssoAppIds: operation === 'add' ? [...others, appId] : others };
  }
  const changed = (names: readonly string[]): readonly string[] =>
    roleName === undefined
      ? names
      : operation === 'add'
        ? [...new Set([...names, roleName])]
        : names.filter((name) => name !== roleName);
  if (tenantId === '') {
    return { ...row, roleNames: changed(row.roleNames) };
  }
  const others = row.userTenants.filter((entry) => entry.tenantId !== tenantId);
  const own = row.userTenants.find((entry) => entry.tenantId === tenantId);
  if (roleName === undefined && operation === 'remove') {
    return { ...row, userTenants: others };
  }
  return { ...row, userTenants: [...others, { tenantId, roleNames: changed(own?.roleNames ?? []) }] };
}
