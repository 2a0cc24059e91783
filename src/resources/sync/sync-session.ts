import pLimit from 'p-limit';
import type { Catalog } from '../../access/catalog.ts';
import type { CatalogList } from '../../access/catalog-list.ts';
import type { HolderType } from '../../access/holder-list.ts';
import type { Holding } from '../../access/holding.ts';
import type { CallOptions, RequestCounts } from '../../descope/http/call.ts';
import type { User } from '../../descope/users/user.ts';
import type { UserFilter } from '../../descope/users/user-page.ts';
import type { TokenFields } from '../../model/page-token.ts';
import type { ResourceRow } from '../../model/row.ts';
import type { CutCounter } from '../../model/text.ts';
import { CatalogReads } from './catalog-reads.ts';
import type { CompletedRead, LookedUp } from './completed-read.ts';
import { checkRest, deriveRead } from './derive-read.ts';
import type { ActingType } from './findings.ts';
import { HolderIndex } from './holder-index.ts';
import {
  type Holders,
  type HoldersQuestion,
  indexedHolders,
  listedHolders,
  ordinalsOf,
  type UserReferences,
} from './holders.ts';
import { HolderSearches } from './holder-searches.ts';
import type { HeldBy } from './inherited.ts';
import type { Judging } from './judging.ts';
import { LastLogins } from './last-logins.ts';
import { OrdinalSlice } from './ordinal-slice.ts';
import { otherSources } from './other-holders.ts';
import { type Cuts, SessionCounters } from './session-counters.ts';
import type { Catalogs } from './shared-catalogs.ts';
import { singleFlight } from './single-flight.ts';
import type { ProjectRead, SyncPolicy } from './sync-policy.ts';
import type { TenantFamily } from './tenant-family.ts';
import { TenantReads } from './tenant-reads.ts';
import { findUsers } from './user-lookup.ts';
import { isWalkCursor, type UserWalk, type WalkPage, type WalkPosition } from './user-walk.ts';
import { UserWalks } from './user-walks.ts';
import { WalkChoice } from './walk-choice.ts';

export type { ProjectRead, SyncPolicy };

/** Resources of one type that a second look at a list showed, after that list had been given out. */
export type LateResources = (
  session: SyncSession,
  lookedUp: LookedUp,
  signal?: AbortSignal,
) => readonly ResourceRow[] | Promise<readonly ResourceRow[]>;

/** What of the types that are listed the reading depends on. */
export interface TypesRead {
  readonly typeIds: ReadonlySet<string>;
  readonly lists: readonly CatalogList<unknown>[];
  readonly holderTypeIds: readonly string[];
  readonly otherHolders: readonly HolderType[];
  /** What users' records name besides tenants and roles. */
  readonly named: readonly UserReferences[];
  /** What acts as users whom it names. */
  readonly acting: readonly ActingType[];
  readonly late: readonly LateResources[];
  /** What is read tenant by tenant. */
  readonly tenantFamilies: readonly TenantFamily<unknown>[];
}

export interface SyncSessionOptions {
  readonly project: ProjectRead;
  readonly policy: SyncPolicy;
  readonly types: TypesRead;
  readonly catalogs: Catalogs;
  /** Epoch milliseconds; the clock of this machine when left out. */
  readonly wallClock?: () => number;
  /** Told when every user is read. */
  readonly onCompleted?: ((completed: CompletedRead) => void) | undefined;
  /** Begins to judge what a sync reads. */
  readonly judge?: ((session: SyncSession) => Judging) | undefined;
}

const nobody = new OrdinalSlice();
/** Measured: what an empty read takes. */
const bytesOfRead = 12_000;

/**
 * Everything one sync has read of the project: the whole lists, once; the users, once, as a compact index. It belongs
 * to one `active_sync_id` and dies with it. Calls may overlap; users are read in order, one page at a time, ahead of
 * the caller.
 */
export class SyncSession {
  /** Types whose resources were listed before the users were all read: what a second look adds must be told late. */
  readonly listedEarly = new Set<string>();
  /** Set by GetResource: this is a targeted sync, which must not read everybody to answer for one resource. */
  isTargeted = false;
  /** What lists are called that the deployment does not have. */
  readonly notOffered = new Set<string>();
  readonly policy: SyncPolicy;
  readonly project: ProjectRead;
  readonly types: TypesRead;
  /** When this sync began, in epoch milliseconds: what depends on the time is the same in all of it. */
  readonly beganAtMs: number;
  /** When users last signed in, where that is asked for. */
  readonly lastLogins: LastLogins;
  /** What is read tenant by tenant. */
  readonly tenantReads: TenantReads;
  /** What judges it, where findings are listed. */
  readonly judging: Judging | undefined;
  readonly #onNotOffered = (what: string): void => void this.notOffered.add(what);
  readonly #counters = new SessionCounters();
  readonly #lists: CatalogReads;
  readonly #walks: UserWalks;
  readonly #choice: WalkChoice;
  readonly #searches: HolderSearches;
  /** One at a time, so that the users are read in order. */
  readonly #inTurn = pLimit(1);
  readonly #onCompleted: ((completed: CompletedRead) => void) | undefined;
  #complete: (signal?: AbortSignal) => Promise<CompletedRead>;
  #index: HolderIndex<User>;
  #restIndex: HolderIndex<User>;
  #lookedAgain: Catalog | undefined;
  #completed: CompletedRead | undefined;

  constructor({ project, policy, types, catalogs, wallClock = Date.now, onCompleted, judge }: SyncSessionOptions) {
    this.project = project;
    this.policy = policy;
    this.types = types;
    this.beganAtMs = wallClock();
    this.#index = new HolderIndex(types.named);
    this.#restIndex = new HolderIndex(types.named);
    this.#onCompleted = onCompleted;
    const { onRequest } = this.#counters;
    this.#searches = new HolderSearches(project, onRequest);
    this.#walks = new UserWalks({
      client: project,
      onRequest,
      main: {
        onBatch: (batch) => {
          this.#index.add(batch);
          this.judging?.take(batch.users);
        },
        onForget: () => this.#forgetDerived(),
      },
      rest: {
        onBatch: (batch) => this.#restIndex.add(batch),
        onForget: () => {
          this.#restIndex = new HolderIndex(types.named);
        },
      },
    });
    this.#choice = new WalkChoice(this.#walks, (stop) => this.#inTurn(() => this.#begin(stop)));
    const { lists, otherHolders } = types;
    this.#lists = new CatalogReads({ project, lists, otherHolders, catalogs, call: (signal) => this.call(signal) });
    this.lastLogins = new LastLogins({
      project,
      source: policy.lastLogin,
      untilMs: this.beganAtMs,
      callOf: (signal) => this.call(signal),
    });
    this.tenantReads = new TenantReads({
      project,
      families: types.tenantFamilies,
      call: (signal) => this.call(signal),
      knownTenantIds: () => (this.catalogs.at(-1)?.tenants ?? []).map(({ id }) => id),
    });
    this.#complete = singleFlight((signal) => this.#readToTheEnd(signal));
    this.judging = types.typeIds.has('finding') ? judge?.(this) : undefined;
  }

  get cuts(): CutCounter {
    return this.#counters;
  }

  get cutCounts(): Cuts {
    return this.#counters.cuts;
  }

  get requests(): RequestCounts {
    return this.#counters.requests;
  }

  /** Options for a call to Descope that counts for this sync. */
  call(signal?: AbortSignal): CallOptions {
    return {
      ...(signal !== undefined && { signal }),
      onRequest: this.#counters.onRequest,
      onNotOffered: this.#onNotOffered,
    };
  }

  /** The whole lists: as first read, or, once the users are read, with what a second look added. */
  async catalog(signal?: AbortSignal): Promise<Catalog> {
    return this.#completed?.catalog ?? this.#lookedAgain ?? (await this.#lists.first(signal));
  }

  /** The catalog for a listing of a type's resources, which is noted: what a second look adds to it is told late. */
  async beginListing(typeId: string, signal?: AbortSignal): Promise<Catalog> {
    if (this.#completed === undefined) {
      this.listedEarly.add(typeId);
    }
    return await this.catalog(signal);
  }

  /**
   * Which users hold one thing. From the index of the full read, which is made now if it is not there (another process
   * began this sync); in a targeted sync, which has none, by a filtered search whose rows are checked again.
   */
  async holders({ holding, exists }: HoldersQuestion, signal?: AbortSignal): Promise<Holders> {
    if (this.#walks.main.read === undefined && this.isTargeted) {
      return exists(await this.catalog(signal)) ? await this.#searches.find(holding, signal) : listedHolders([]);
    }
    const { catalog, index, readId, users } = await this.complete(signal);
    return indexedHolders(readId, exists(catalog) ? ordinalsOf(index, holding) : nobody, users);
  }

  /**
   * Of which kinds those are who hold something directly. From the index of the full read; in a targeted sync, or where
   * walks are cheaper than an index, by a search for one user.
   */
  async heldBy(holding: Holding, signal?: AbortSignal): Promise<HeldBy> {
    const catalog = await this.catalog(signal);
    const others = otherSources(catalog, this.types.otherHolders).some(
      ({ index }) => ordinalsOf(index, holding).length > 0,
    );
    const isIndexed =
      this.#completed !== undefined || (!this.isTargeted && (await this.#choice.isIndexCheaper(undefined, signal)));
    const users = isIndexed
      ? ordinalsOf((await this.complete(signal)).index, holding).length > 0
      : await this.#searches.isHeld(holding, signal);
    return { users, others };
  }

  /** What stands when all users were read; undefined before. */
  get completedNow(): CompletedRead | undefined {
    return this.#completed;
  }

  /** Reads the users that are not read yet, and looks every reference up in the lists. */
  complete(signal?: AbortSignal): Promise<CompletedRead> {
    return this.#complete(signal);
  }

  /** Forgets the users that were read, and what was derived from them. */
  forgetUsers(): void {
    this.#walks.main.forget();
    this.#walks.rest.forget();
  }

  close(): void {
    this.#walks.close();
    this.judging?.close();
    this.tenantReads.rest();
  }

  /** Drops the pages that were read ahead, while there are no calls. The next call requests them again. */
  pause(): void {
    this.#walks.pause();
    this.tenantReads.rest();
  }

  /** Whether a cursor comes from this read: exactly so, or from one that went on from the same origin. */
  gaveOut(cursor: TokenFields): 'exactly' | 'perhaps' | 'never' {
    return this.#completed !== undefined && cursor['r'] === this.#completed.readId
      ? 'exactly'
      : this.#walks.gaveOut(cursor);
  }

  /** About how much memory it takes, without its catalogs, which it may share. */
  get bytes(): number {
    const bindings = (this.#completed?.heldBindings.count ?? 0) * 16 + (this.#completed?.inherited.bytes ?? 0);
    return (
      bytesOfRead +
      this.#walks.bytes +
      this.#index.bytes +
      this.#restIndex.bytes +
      bindings +
      this.#searches.bytes +
      this.tenantReads.bytes +
      (this.judging?.bytes ?? 0)
    );
  }

  get catalogs(): readonly Catalog[] {
    return [this.#lists.firstNow, this.#completed?.catalog].filter((catalog) => catalog !== undefined);
  }

  /**
   * The page of users at a position; the first page for none. Pages come from the read in order; one that was read
   * before is answered again, without moving on; a position of another process begins a read there. Undefined past the
   * last page.
   */
  usersAt(position: WalkPosition | undefined, signal?: AbortSignal): Promise<WalkPage | undefined> {
    return this.#inTurn(async () => {
      const walk = this.#walks.at(position);
      if ((walk.read?.sequence ?? 0) > 0) {
        return await walk.pageAt(position, signal);
      }
      // The lists go out with the users' first requests, which are the probe of all of them.
      const [page] = await Promise.all([walk.pageAt(position, signal), this.#lists.first(signal)]);
      return page;
    });
  }

  /** What the last page of the users is given out with: everybody is read and proved, and every reference looked up. */
  async endOfUsers(position: WalkPosition | undefined, signal?: AbortSignal): Promise<LookedUp> {
    return this.#walks.at(position) === this.#walks.main
      ? await this.complete(signal)
      : await this.#inTurn(() => this.#finishRest(signal));
  }

  /**
   * Which of these ids are users of the project: from the index, or, in a process that has none and in a targeted sync,
   * by searches for them.
   */
  async usersAmong(userIds: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>> {
    const isReadHere = this.#completed !== undefined || (this.#walks.main.read !== undefined && !this.isTargeted);
    if (!isReadHere) {
      return await findUsers(this.project, userIds, this.call(signal));
    }
    const { users } = await this.complete(signal);
    return new Set(userIds.filter((userId) => users.has(userId)));
  }

  /**
   * The walk that answers a listing of grants in a process without an index (another process read the users), or
   * undefined where the index answers. A walk that has begun is walked to its end.
   */
  async walkInstead(
    filter: UserFilter,
    cursor: TokenFields | undefined,
    signal?: AbortSignal,
  ): Promise<UserWalk | undefined> {
    const isWalked = cursor !== undefined && isWalkCursor(cursor);
    const isIndexed = this.isTargeted || this.#completed !== undefined;
    return !isWalked && (isIndexed || (await this.#choice.isIndexCheaper(cursor, signal)))
      ? undefined
      : this.#walks.filtered(filter);
  }

  /** In a process that has only the rest of the users, only their references can be looked up. */
  async #finishRest(signal?: AbortSignal): Promise<LookedUp> {
    const { rest } = this.#walks;
    while (await rest.advance(signal)) {
      // to the end
    }
    const read = rest.begin();
    const firstCatalog = await this.#lists.first(signal);
    const catalog = await this.#lists.again(firstCatalog, this.#restIndex, signal);
    checkRest({ catalog, index: this.#restIndex, users: read.ids }, this);
    this.#lookedAgain = catalog;
    return { catalog, firstCatalog };
  }

  /** Reads the lists, and the first page of the users where that is not read yet, at the same time. */
  async #begin(signal?: AbortSignal): Promise<Catalog> {
    const { main } = this.#walks;
    const isBegun = main.begin().sequence > 0;
    const [first] = await Promise.all([this.#lists.first(signal), !isBegun && main.advance(signal)]);
    return first;
  }

  async #readToTheEnd(signal: AbortSignal): Promise<CompletedRead> {
    return await this.#inTurn(async () => {
      const { main } = this.#walks;
      const read = main.begin();
      const firstCatalog = await this.#begin(signal);
      while (await main.advance(signal)) {
        // each page goes into the index
      }
      const { proof } = read;
      if (proof === undefined) {
        throw new Error('a read of the users ended without its proof');
      }
      const catalog = await this.#lists.again(firstCatalog, this.#index, signal);
      const whole = { catalog, firstCatalog, index: this.#index, proof, readId: main.id, users: read.ids };
      this.#completed = deriveRead(whole, this);
      this.#onCompleted?.(this.#completed);
      return this.#completed;
    });
  }

  #forgetDerived(): void {
    this.judging?.forget();
    this.#index = new HolderIndex(this.types.named);
    this.#completed = undefined;
    this.#complete = singleFlight((signal) => this.#readToTheEnd(signal));
  }
}
