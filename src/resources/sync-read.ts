import type { CallOptions, DescopeClient, RequestCounts } from '../descope/client.ts';
import type { User } from '../descope/rows.ts';
import { createUserRead, type ReadOrigin, type ReadProof, type UserRead, type UserReadOptions, userPageSize } from '../descope/user-read.ts';
import { isKind } from '../errors.ts';
import type { IdBytes } from '../model/blank-form.ts';
import type { ResourceTypeId } from '../model/ids.ts';
import type { TokenFields } from '../model/page-token.ts';
import type { CutCounter } from '../model/text.ts';
import { AccessIndex } from './access-index.ts';
import { Catalog, compare } from './catalog.ts';
import type { Catalogs } from './catalogs.ts';
import { checkDangling, type DanglingPolicy, type Findings, findReferences, listsToReread } from './findings.ts';
import { createHeldBindings, type HeldBindings } from './held-bindings.ts';
import { type Holders, indexedHolders, listedHolders } from './holders.ts';
import { Ordinals } from './ordinals.ts';
import { RecentPages } from './recent-pages.ts';
import { createShared } from './shared.ts';

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

/** Where a page of users lies, in one read: what a page token carries. `skip` rows of it were given out already. */
export interface UserPosition extends ReadOrigin {
  readonly sequence: number;
  readonly skip: number;
  /** How many reads before this one went on from each other's tokens: a page told again must not end in the same token. */
  readonly generation: number;
}

/** A page of users for a position, and the position of the page itself in the read that is current now. */
export interface PlacedBatch {
  readonly users: readonly User[];
  readonly position: UserPosition;
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

/** Who holds something, asked in three ways: of the index, of Descope's search, of one user's record. */
export interface HoldersQuestion {
  readonly filter: NonNullable<UserReadOptions['filter']>;
  /** Whether there is such a thing at all: what only users' records name is dangling, and nobody holds it. */
  readonly exists: (catalog: Catalog) => boolean;
  readonly of: (index: AccessIndex) => Ordinals;
  readonly holds: (user: User) => boolean;
}

const nobody = new Ordinals();
/** Measured: what an empty read takes, and a user of a page that is kept. */
const bytesOfRead = 12_000;
const bytesOfUser = 2_500;

export interface Cuts {
  readonly textsCut: number;
  readonly attributesDropped: number;
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
  readonly #cutCounts = { textsCut: 0, attributesDropped: 0 };
  readonly #loadCatalog: (signal?: AbortSignal) => Promise<Catalog>;
  #settle: (signal?: AbortSignal) => Promise<Settled>;
  #read: UserRead | undefined;
  #generation = 0;
  #index = new AccessIndex();
  #recent = new RecentPages();
  readonly #searches = new Map<string, (signal?: AbortSignal) => Promise<Holders>>();
  #queue: Promise<unknown> = Promise.resolve();
  #settled: Settled | undefined;

  readonly #catalogs: Catalogs;
  #firstCatalog: Catalog | undefined;
  #searchedBytes = 0;

  constructor(project: ProjectRead, policy: SyncPolicy, catalogs: Catalogs) {
    this.project = project;
    this.policy = policy;
    this.#catalogs = catalogs;
    this.cuts = {
      textCut: () => {
        this.#cutCounts.textsCut += 1;
      },
      attributesDropped: () => {
        this.#cutCounts.attributesDropped += 1;
      },
    };
    this.#loadCatalog = createShared(async (signal) => {
      const call = this.call(signal);
      this.#firstCatalog = catalogs.share(new Catalog(...(await Promise.all([project.allTenants(call), project.allRoles(call), project.allPermissions(call)]))));
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
    return this.#settled?.catalog ?? (await this.#loadCatalog(signal));
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
    if (this.#read === undefined && this.isTargeted) {
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
    this.#read?.close();
    this.#read = undefined;
    this.#generation = 0;
    this.#index = new AccessIndex();
    this.#recent = new RecentPages();
    this.#settled = undefined;
    this.#settle = createShared((signal) => this.#readToTheEnd(signal));
  }

  close(): void {
    this.#read?.close();
  }

  /** Nobody asks for the moment: pages that were read ahead are dropped, and asked for anew when somebody comes back. */
  rest(): void {
    this.#read?.close();
    this.#recent.rest();
  }

  /** Whether a cursor comes from this read: exactly so, or from one that went on from the same origin. */
  gaveOut(cursor: TokenFields): 'exactly' | 'perhaps' | 'never' {
    if (this.#settled !== undefined && cursor['r'] === this.#settled.readId) {
      return 'exactly';
    }
    const origin = this.#read?.origin;
    if (origin === undefined || cursor['b'] !== origin.boundMs || cursor['n'] !== origin.total) {
      return 'never';
    }
    const isOfThis = cursor['s'] === origin.startPage && cursor['g'] === this.#generation && Number(cursor['q']) <= (this.#read?.sequence ?? 0);
    return isOfThis ? 'exactly' : 'perhaps';
  }

  /** About how much memory it takes, without its catalogs, which it may share. */
  get bytes(): number {
    return bytesOfRead + (this.#read?.ids.byteLength ?? 0) + this.#index.bytes + this.#recent.size * bytesOfUser + (this.#settled?.heldBindings.count ?? 0) * 16 + this.#searchedBytes;
  }

  get catalogs(): readonly Catalog[] {
    return [this.#firstCatalog, this.#settled?.catalog].filter((catalog) => catalog !== undefined);
  }

  /**
   * The page at a position; the first page for none. Pages come from the read in order; one that was read before is
   * answered again, without moving on; a position of another process begins a read there. Undefined past the last page.
   */
  usersAt(position: UserPosition | undefined, signal?: AbortSignal): Promise<PlacedBatch | undefined> {
    return this.#exclusively(() => this.#usersAt(position, signal));
  }

  async #usersAt(position: UserPosition | undefined, signal?: AbortSignal): Promise<PlacedBatch | undefined> {
    const wanted = this.#place(position);
    const read = this.#read ?? this.#begin();
    if (read.sequence === 0) {
      // The lists ride in the users' first flight: it is also the probe of all four.
      await Promise.all([this.#advance(read, signal), this.#loadCatalog(signal)]);
    }
    while (read.sequence <= wanted.sequence) {
      if (!(await this.#advance(read, signal))) {
        return undefined;
      }
    }
    const users = this.#recent.usersOf(wanted.sequence) ?? (await read.again(wanted.sequence, signal));
    return { users, position: { ...originOf(read), ...wanted, generation: this.#generation } };
  }

  /** Where in the current read a position lies. A position that this read never gave out begins a new read there. */
  #place(position: UserPosition | undefined): { sequence: number; skip: number } {
    if (position === undefined) {
      return { sequence: 0, skip: 0 };
    }
    const { sequence, skip, boundMs, total, startPage, generation } = position;
    const origin = this.#read?.origin;
    const handedOut = this.#read?.sequence ?? 0;
    const isOurs = origin?.boundMs === boundMs && origin.total === total;
    if (isOurs && origin.startPage === startPage && generation === this.#generation && sequence <= handedOut) {
      return { sequence, skip };
    }
    const pages = Math.ceil(total / userPageSize);
    const page = sequence < pages ? (startPage + sequence) % pages : 0;
    // The token that this read went on from may come twice, or others of the read before: the same pages, whole.
    const again = isOurs ? (page - origin.startPage + pages) % pages : handedOut;
    if (again < handedOut) {
      return { sequence: again, skip: 0 };
    }
    this.forgetUsers();
    this.#begin(pages > 1 ? { boundMs, total, startPage: page } : undefined);
    this.#generation = generation + 1;
    return { sequence: 0, skip: 0 };
  }

  #begin(origin?: ReadOrigin): UserRead {
    const { onRequest } = this.call();
    const { fetchUsers } = this.project;
    const load: UserReadOptions['load'] = (userId, call) => this.project.loadUser(userId, call);
    this.#read = createUserRead({ search: (query, call) => this.project.searchUsers(query, call), load, ...(fetchUsers !== undefined && { fetch: fetchUsers }), ...(origin !== undefined && { origin }) }, onRequest);
    return this.#read;
  }

  /** Takes one more page in; false when there is none. A read that contradicts itself is forgotten at once. */
  async #advance(read: UserRead, signal?: AbortSignal): Promise<boolean> {
    try {
      const known = read.ids.size;
      const batch = await read.next(signal);
      if (batch === undefined) {
        return false;
      }
      this.#index.add(batch);
      this.#recent.keep(read.sequence - 1, batch, known);
      return true;
    } catch (thrown) {
      if (isKind(thrown, 'inconsistent', 'upstream-contract')) {
        this.forgetUsers();
      }
      throw thrown;
    }
  }

  /** Reads whoever is left and gives every reference its meaning. */
  settle(signal?: AbortSignal): Promise<Settled> {
    return this.#settle(signal);
  }

  async #readToTheEnd(signal: AbortSignal): Promise<Settled> {
    return await this.#exclusively(async () => {
      const read = this.#read ?? this.#begin();
      const [first] = await Promise.all([this.#loadCatalog(signal), read.sequence === 0 && this.#advance(read, signal)]);
      while (await this.#advance(read, signal)) {
        // each page goes into the index
      }
      const { proof } = read;
      if (proof === undefined) {
        throw new Error('a read of the users ended without its proof');
      }
      const catalog = this.#catalogs.share(await this.#lookAgain(first, signal));
      const findings = findReferences(catalog, this.#index, read.ids);
      checkDangling(findings, this.policy);
      const { boundMs, startPage } = originOf(read);
      this.#settled = {
        catalog,
        firstCatalog: first,
        index: this.#index,
        heldBindings: createHeldBindings(catalog, this.#index),
        findings,
        proof,
        readId: `${proof.readFromMs.toString(36)}-${boundMs.toString(36)}-${startPage}`,
        users: read.ids,
      };
      return this.#settled;
    });
  }

  /** Each list that something dangling would stand in is read once more: a role may be younger than our first look. */
  async #lookAgain(catalog: Catalog, signal: AbortSignal): Promise<Catalog> {
    const again = listsToReread(catalog, this.#index);
    const call = this.call(signal);
    const [tenants, roles] = await Promise.all([
      again.tenants ? this.project.allTenants(call) : undefined,
      again.roles ? this.project.allRoles(call) : undefined,
    ]);
    const joined = catalog.joinedWith({ ...(tenants !== undefined && { tenants }), ...(roles !== undefined && { roles }) });
    if (!listsToReread(joined, this.#index).permissions) {
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

function originOf(read: UserRead): ReadOrigin {
  return read.origin ?? { boundMs: 0, total: 0, startPage: 0 };
}
