import type { CallOptions, RequestCounts } from '../descope/http/call.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { User } from '../descope/users/user.ts';
import {
  createUserRead,
  type ReadOrigin,
  type ReadProof,
  type UserRead,
  type UserReadOptions,
} from '../descope/users/user-read.ts';
import type { IdBytes } from '../model/blank-form.ts';
import type { ResourceTypeId } from '../model/ids.ts';
import type { TokenFields } from '../model/page-token.ts';
import type { CutCounter, DropReason } from '../model/text.ts';
import { AccessIndex } from './access-index.ts';
import { Catalog, compare } from '../access/catalog.ts';
import type { Catalogs } from './catalogs.ts';
import { checkDangling, type DanglingPolicy, type Findings, findReferences, listsToReread } from './findings.ts';
import { createHeldBindings, type HeldBindings } from './held-bindings.ts';
import { type Holders, indexedHolders, listedHolders } from './holders.ts';
import { Ordinals } from './ordinals.ts';
import { createShared } from './shared.ts';
import { isWalkCursor, toWalkPosition, UserWalk, type WalkPage, type WalkPosition } from './user-walk.ts';

/** What a project's reading needs of the client. */
export type ProjectRead = Pick<
  DescopeClient,
  'projectId' | 'searchUsers' | 'loadUser' | 'allTenants' | 'allRoles' | 'allPermissions'
> &
  Partial<Pick<DescopeClient, 'fetchUsers'>>;

export interface SyncPolicy extends DanglingPolicy {
  /** Which project role x tenant pairs exist as bindings: every one, or those that somebody holds. */
  readonly tenantRoles: 'all' | 'observed';
}

/** What stands when every user has been read and every reference looked up. */
export interface Settled {
  readonly catalog: Catalog;
  /** What the lists showed at first, before a second look. */
  readonly firstCatalog: Catalog;
  readonly index: AccessIndex;
  readonly heldBindings: HeldBindings;
  readonly findings: Findings;
  readonly proof: ReadProof;
  /** Names this read: a place within its lists means nothing in another. */
  readonly readId: string;
  /** Every user, by number. */
  readonly users: IdBytes;
}

/** The lists as first read, and with what a second look at them added. */
export type LookedUp = Pick<Settled, 'catalog' | 'firstCatalog'>;

/** Who holds something, asked in three ways: of the index, of Descope's search, of one user's record. */
export interface HoldersQuestion {
  readonly filter: NonNullable<UserReadOptions['filter']>;
  /** Whether there is such a thing at all: what only users' records name is dangling, and nobody holds it. */
  readonly exists: (catalog: Catalog) => boolean;
  readonly of: (index: AccessIndex) => Ordinals;
  readonly holds: (user: User) => boolean;
}

const nobody = new Ordinals();
/** So many pages come within a second: two rounds of six at once. */
const quickPages = 12;
/** Measured: what an empty read takes, and a user of a page that is kept. */
const bytesOfRead = 12_000;
const bytesOfUser = 2_500;

export interface Cuts {
  readonly textsCut: number;
  readonly attributesDropped: number;
  /** How many of them for which reason; absent when there are none. */
  readonly dropReasons?: Readonly<Partial<Record<DropReason, number>>>;
}

/**
 * Everything one sync has read of the project: the three lists, once; the users, once, as a compact index. It belongs
 * to one `active_sync_id` and dies with it. Calls may overlap; users are read in order, one page at a time, ahead of
 * the caller.
 */
export class SyncRead {
  readonly cuts: CutCounter;
  /** Types whose resources were listed before the users were all read: what a second look adds must be told late. */
  readonly listedEarly = new Set<ResourceTypeId>();
  /** Set by GetResource: this is a targeted sync, which must not read everybody to answer for one resource. */
  isTargeted = false;
  readonly policy: SyncPolicy;
  readonly project: ProjectRead;
  readonly #requests = new Map<string, number>();
  readonly #cutCounts: {
    textsCut: number;
    attributesDropped: number;
    dropReasons?: Partial<Record<DropReason, number>>;
  } = { textsCut: 0, attributesDropped: 0 };
  readonly #loadCatalog: (signal?: AbortSignal) => Promise<Catalog>;
  #settle: (signal?: AbortSignal) => Promise<Settled>;
  #index = new AccessIndex();
  /** All users from the oldest on. */
  readonly #main = new UserWalk(
    () => this.#openRead(),
    (batch) => this.#index.add(batch),
    () => this.#forgetDerived(),
  );
  #restIndex = new AccessIndex();
  /** The rest of the users, where another process had begun the listing. */
  readonly #rest = new UserWalk(
    (origin) => this.#openRead({}, origin),
    (batch) => this.#restIndex.add(batch),
    () => {
      this.#restIndex = new AccessIndex();
    },
  );
  /** What is walked because the process has no index, by what is asked for. */
  readonly #walks = new Map<string, UserWalk>();
  #lookedAgain: Catalog | undefined;
  /** Searches for walks and reads, and how many of them a process without an index may send before it makes one. */
  #searchesSent = 0;
  #wholeCost: number | undefined;
  readonly #searches = new Map<string, (signal?: AbortSignal) => Promise<Holders>>();
  #queue: Promise<unknown> = Promise.resolve();
  #settled: Settled | undefined;

  readonly #catalogs: Catalogs;
  #firstCatalog: Catalog | undefined;
  #searchedBytes = 0;

  readonly #onSettled: ((settled: Settled) => void) | undefined;

  constructor(project: ProjectRead, policy: SyncPolicy, catalogs: Catalogs, onSettled?: (settled: Settled) => void) {
    this.#onSettled = onSettled;
    this.project = project;
    this.policy = policy;
    this.#catalogs = catalogs;
    this.cuts = {
      textCut: () => {
        this.#cutCounts.textsCut += 1;
      },
      attributesDropped: (reason) => {
        const reasons = (this.#cutCounts.dropReasons ??= {});
        this.#cutCounts.attributesDropped += 1;
        reasons[reason] = (reasons[reason] ?? 0) + 1;
      },
    };
    this.#loadCatalog = createShared(async (signal) => {
      const call = this.call(signal);
      this.#firstCatalog = catalogs.share(
        new Catalog(
          ...(await Promise.all([project.allTenants(call), project.allRoles(call), project.allPermissions(call)])),
        ),
      );
      return this.#firstCatalog;
    });
    this.#settle = createShared((signal) => this.#readToTheEnd(signal));
  }

  /** Options for a call to Descope that counts for this sync. */
  call(signal?: AbortSignal): CallOptions {
    return {
      ...(signal !== undefined && { signal }),
      onRequest: (endpoint) => this.#requests.set(endpoint, (this.#requests.get(endpoint) ?? 0) + 1),
    };
  }

  /** Tenants, roles and permissions: as first read, or, once the users are settled, with what a second look added. */
  async catalog(signal?: AbortSignal): Promise<Catalog> {
    return this.#settled?.catalog ?? this.#lookedAgain ?? (await this.#loadCatalog(signal));
  }

  /** The catalog, for a type whose resources are about to be listed. */
  async catalogToList(typeId: ResourceTypeId, signal?: AbortSignal): Promise<Catalog> {
    if (this.#settled === undefined) {
      this.listedEarly.add(typeId);
    }
    return await this.catalog(signal);
  }

  /**
   * Who holds one thing. From the index of the full read, which is made now if it is not there (another process began
   * this sync); in a targeted sync, which has none, by a filtered search whose rows are checked again.
   */
  async holders(question: HoldersQuestion, signal?: AbortSignal): Promise<Holders> {
    if (this.#main.read === undefined && this.isTargeted) {
      return question.exists(await this.catalog(signal)) ? await this.#found(question, signal) : listedHolders([]);
    }
    const { catalog, index, readId, users } = await this.settle(signal);
    return indexedHolders(readId, question.exists(catalog) ? question.of(index) : nobody, users);
  }

  /** What a filtered search finds, searched once in this sync however many pages it fills. */
  async #found(question: HoldersQuestion, signal?: AbortSignal): Promise<Holders> {
    const key = JSON.stringify(question.filter);
    const search = this.#searches.get(key) ?? createShared((stop) => this.#search(question, stop));
    this.#searches.set(key, search);
    return await search(signal);
  }

  async #search({ filter, holds }: HoldersQuestion, signal: AbortSignal): Promise<Holders> {
    const { onRequest } = this.call();
    const read = createUserRead({ search: (query, call) => this.project.searchUsers(query, call), filter }, onRequest);
    const userIds = new Set<string>();
    for (let batch = await read.next(signal); batch !== undefined; batch = await read.next(signal)) {
      for (const user of batch.users.filter(holds)) {
        userIds.add(user.userId);
      }
    }
    const found = listedHolders([...userIds].sort(compare));
    this.#searchedBytes += found.bytes;
    return found;
  }

  /** What stands when all users were read; undefined before. */
  get settledNow(): Settled | undefined {
    return this.#settled;
  }

  get requests(): RequestCounts {
    return Object.fromEntries([...this.#requests].toSorted(([left], [right]) => compare(left, right)));
  }

  get cutCounts(): Cuts {
    return { ...this.#cutCounts };
  }

  /** Forgets the users that were read, and what was derived from them. */
  forgetUsers(): void {
    this.#main.forget();
    this.#rest.forget();
  }

  #forgetDerived(): void {
    this.#index = new AccessIndex();
    this.#settled = undefined;
    this.#settle = createShared((signal) => this.#readToTheEnd(signal));
  }

  get #allWalks(): readonly UserWalk[] {
    return [this.#main, this.#rest, ...this.#walks.values()];
  }

  close(): void {
    this.#allWalks.forEach((walk) => walk.close());
  }

  /** Nobody asks for the moment: pages that were read ahead are dropped, and asked for anew when somebody comes back. */
  rest(): void {
    this.#allWalks.forEach((walk) => walk.rest());
  }

  /** Whether a cursor comes from this read: exactly so, or from one that went on from the same origin. */
  gaveOut(cursor: TokenFields): 'exactly' | 'perhaps' | 'never' {
    if (this.#settled !== undefined && cursor['r'] === this.#settled.readId) {
      return 'exactly';
    }
    const position = toWalkPosition(cursor);
    const answers = position === undefined ? [] : this.#allWalks.map((walk) => walk.gaveOut(position));
    return (['exactly', 'perhaps'] as const).find((answer) => answers.includes(answer)) ?? 'never';
  }

  /** About how much memory it takes, without its catalogs, which it may share. */
  get bytes(): number {
    return (
      bytesOfRead +
      sum(this.#allWalks.map(({ read, recentUsers }) => (read?.ids.byteLength ?? 0) + recentUsers * bytesOfUser)) +
      this.#index.bytes +
      this.#restIndex.bytes +
      (this.#settled?.heldBindings.count ?? 0) * 16 +
      this.#searchedBytes
    );
  }

  get catalogs(): readonly Catalog[] {
    return [this.#firstCatalog, this.#settled?.catalog].filter((catalog) => catalog !== undefined);
  }

  /**
   * The page at a position; the first page for none. Pages come from the read in order; one that was read before is
   * answered again, without moving on; a position of another process begins a read there. Undefined past the last page.
   */
  usersAt(position: WalkPosition | undefined, signal?: AbortSignal): Promise<WalkPage | undefined> {
    return this.#exclusively(async () => {
      const walk = this.#walkOf(position);
      if ((walk.read?.sequence ?? 0) > 0) {
        return await walk.pageAt(position, signal);
      }
      // The lists ride in the users' first flight: it is also the probe of all four.
      const [page] = await Promise.all([walk.pageAt(position, signal), this.#loadCatalog(signal)]);
      return page;
    });
  }

  /** A position that the walk from the beginning did not give out is another process's; one that says no place begins anew. */
  #walkOf(position: WalkPosition | undefined): UserWalk {
    const isOfMain =
      position === undefined || position.origin === undefined || this.#main.gaveOut(position) === 'exactly';
    return isOfMain && (position === undefined || this.#rest.gaveOut(position) !== 'exactly') ? this.#main : this.#rest;
  }

  /** What the last page of the users is given out with: everybody is read and proved, and every reference looked up. */
  async endOfUsers(position: WalkPosition | undefined, signal?: AbortSignal): Promise<LookedUp> {
    return this.#walkOf(position) === this.#main
      ? await this.settle(signal)
      : await this.#exclusively(() => this.#finishRest(signal));
  }

  /** In a process that has only the rest of the users, only their references can be looked up. */
  async #finishRest(signal?: AbortSignal): Promise<LookedUp> {
    while (await this.#rest.advance(signal)) {
      // to the end
    }
    const read = this.#rest.begin();
    const firstCatalog = await this.#loadCatalog(signal);
    const catalog = this.#catalogs.share(await this.#lookAgain(firstCatalog, this.#restIndex, signal));
    checkDangling(findReferences(catalog, this.#restIndex, read.ids), this.policy);
    this.#lookedAgain = catalog;
    return { catalog, firstCatalog };
  }

  #openRead(filter: NonNullable<UserReadOptions['filter']> = {}, origin?: ReadOrigin): UserRead {
    const { onRequest } = this.call();
    const { fetchUsers } = this.project;
    const load: UserReadOptions['load'] = (userId, call) => this.project.loadUser(userId, call);
    const isNarrowed = Object.keys(filter).length > 0;
    return createUserRead(
      {
        search: (query, call) => {
          this.#searchesSent += 1;
          return this.project.searchUsers(query, call);
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
      onRequest,
    );
  }

  /**
   * The walk that answers a listing of grants in a process without an index (another process read the users), or undefined
   * where the index answers. Walking makes progress however short a process lives; reading everybody once is cheaper for one
   * that lives long. So walks are made until they have cost as much as that would: then the index is made after all. A
   * project that is read in a moment is read at once.
   */
  async walkInstead(
    filter: NonNullable<UserReadOptions['filter']>,
    cursor: TokenFields | undefined,
    signal?: AbortSignal,
  ): Promise<UserWalk | undefined> {
    const isWalked = cursor !== undefined && isWalkCursor(cursor);
    if (!isWalked && (this.isTargeted || this.#settled !== undefined || (await this.#isIndexCheaper(signal)))) {
      return undefined;
    }
    const key = JSON.stringify(filter);
    const walk = this.#walks.get(key) ?? new UserWalk((origin) => this.#openRead(filter, origin));
    for (const [other, { read }] of this.#walks) {
      if (other !== key && read?.proof !== undefined) {
        this.#walks.delete(other); // done, and asked about no more; a page of it that is asked for again is read again
      }
    }
    this.#walks.set(key, walk);
    return walk;
  }

  async #isIndexCheaper(signal?: AbortSignal): Promise<boolean> {
    if (this.#wholeCost === undefined) {
      if (this.#main.read !== undefined) {
        return true; // this process reads everybody itself
      }
      await this.#exclusively(() =>
        Promise.all([this.#main.begin().sequence === 0 && this.#main.advance(signal), this.#loadCatalog(signal)]),
      );
      const pages = this.#main.begin().leastPages;
      if (pages <= quickPages) {
        return true;
      }
      this.#wholeCost = this.#searchesSent + pages;
    }
    return this.#searchesSent > this.#wholeCost;
  }

  /** Reads whoever is left and gives every reference its meaning. */
  settle(signal?: AbortSignal): Promise<Settled> {
    return this.#settle(signal);
  }

  async #readToTheEnd(signal: AbortSignal): Promise<Settled> {
    return await this.#exclusively(async () => {
      const read = this.#main.begin();
      const [first] = await Promise.all([this.#loadCatalog(signal), read.sequence === 0 && this.#main.advance(signal)]);
      while (await this.#main.advance(signal)) {
        // each page goes into the index
      }
      const { proof } = read;
      if (proof === undefined) {
        throw new Error('a read of the users ended without its proof');
      }
      const catalog = this.#catalogs.share(await this.#lookAgain(first, this.#index, signal));
      const findings = findReferences(catalog, this.#index, read.ids);
      checkDangling(findings, this.policy);
      this.#settled = {
        catalog,
        firstCatalog: first,
        index: this.#index,
        heldBindings: createHeldBindings(catalog, this.#index),
        findings,
        proof,
        readId: this.#main.id,
        users: read.ids,
      };
      this.#onSettled?.(this.#settled);
      return this.#settled;
    });
  }

  /** Each list that something dangling would stand in is read once more: a role may be younger than our first look. */
  async #lookAgain(catalog: Catalog, index: AccessIndex, signal?: AbortSignal): Promise<Catalog> {
    const again = listsToReread(catalog, index);
    const call = this.call(signal);
    const [tenants, roles] = await Promise.all([
      again.tenants ? this.project.allTenants(call) : undefined,
      again.roles ? this.project.allRoles(call) : undefined,
    ]);
    const joined = catalog.joinedWith({
      ...(tenants !== undefined && { tenants }),
      ...(roles !== undefined && { roles }),
    });
    if (!listsToReread(joined, index).permissions) {
      return joined;
    }
    return joined.joinedWith({ permissions: await this.project.allPermissions(call) });
  }

  /** One at a time: the read moves on in order, whoever asks. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work, work);
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
