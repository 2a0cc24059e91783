import { createPermutation, hashText } from '../random.ts';
import type { UserRecord } from './records.ts';
import { createRowCache } from './row-cache.ts';
import { createLivingRows, createRowOrder } from './row-order.ts';
import type { LivingRows, RowOrder } from './row-order.ts';
import type { UserSource } from './source.ts';

export interface OrderWanted {
  readonly by: 'created' | 'hashed';
  readonly withTest: boolean;
  /** Another key is another hashed order; ignored for created order. */
  readonly key: number;
}

/**
 * The users of a project: an unchanging source with changes laid over it. A `ref` names a row for as long as it
 * lives: a source index, or a negative number for a user who was added later.
 */
export interface Population {
  /** Rises with every change. */
  readonly version: number;
  get(ref: number): UserRecord;
  /** False for a deleted row. */
  has(ref: number): boolean;
  findByUserId(userId: string): number | undefined;
  /** Living users with this login id, email or phone, oldest first. */
  findByText(text: string): number[];
  /** Adds the user, or replaces the one with that user id. */
  put(record: UserRecord): void;
  remove(userId: string): boolean;
  /**
   * Applies a change to every user there is, without visiting those never touched. It must keep createdTime and test.
   */
  transformAll(change: (record: UserRecord) => UserRecord): void;
  order(wanted: OrderWanted): RowOrder;
  /** How many rows of a created order were created before this second. */
  createdRank(order: RowOrder, epochSeconds: number): number;
  /** A row as bytes, made on demand and kept while the row stays the same. */
  rendered(ref: number, render: (record: UserRecord) => string): Buffer;
  forgetRendered(): void;
}

interface View {
  readonly wanted: OrderWanted;
  readonly living: LivingRows;
  readonly indexAt: (position: number) => number;
  readonly positionOf: (index: number) => number;
  order: RowOrder | undefined;
}

const keptViews = 4;

export function createPopulation(source: UserSource): Population {
  const gone = new Set<number>();
  const changed = new Map<number, UserRecord>();
  const added = new Map<number, UserRecord>();
  const addedById = new Map<string, number>();
  const refsByText = new Map<string, Set<number>>();
  const rules: ((record: UserRecord) => UserRecord)[] = [];
  const cache = createRowCache();
  let views: View[] = [];
  let version = 0;
  let nextAdded = -1;

  const get = (ref: number): UserRecord => {
    const stored = ref < 0 ? added.get(ref) : changed.get(ref);
    if (stored) return stored;
    const record = source.at(ref);
    return rules.length === 0 ? record : rules.reduce((before, rule) => rule(before), record);
  };

  const has = (ref: number): boolean => (ref < 0 ? added.has(ref) : !gone.has(ref));

  const findByUserId = (userId: string): number | undefined => {
    const ref = addedById.get(userId);
    if (ref !== undefined) return ref;
    const index = source.indexOfUserId(userId);
    return index === undefined || gone.has(index) ? undefined : index;
  };

  const indexTexts = (ref: number, record: UserRecord): void => {
    for (const text of [...record.loginIds, record.email, record.phone]) {
      const refs = refsByText.get(text);
      if (refs) refs.add(ref);
      else refsByText.set(text, new Set([ref]));
    }
  };

  const touch = (ref: number): void => {
    version += 1;
    cache.forget(ref);
  };

  const setLiving = (index: number, record: UserRecord | undefined): void => {
    for (const view of views) {
      const alive = record !== undefined && (view.wanted.withTest || !record.test);
      view.living.set(view.positionOf(index), alive);
      view.order = undefined;
    }
  };

  const drop = (ref: number, record: UserRecord): void => {
    touch(ref);
    if (ref < 0) {
      added.delete(ref);
      addedById.delete(record.userId);
      for (const view of views) view.order = undefined;
    } else {
      gone.add(ref);
      changed.delete(ref);
      setLiving(ref, undefined);
    }
  };

  const put = (record: UserRecord): void => {
    const found = findByUserId(record.userId);
    const before = found === undefined ? undefined : get(found);
    if (found !== undefined && found >= 0 && before?.createdTime === record.createdTime) {
      touch(found);
      changed.set(found, record);
      if (before.test !== record.test) setLiving(found, record);
      indexTexts(found, record);
      return;
    }
    if (found !== undefined && before) drop(found, before);
    const ref = nextAdded;
    nextAdded -= 1;
    touch(ref);
    added.set(ref, record);
    addedById.set(record.userId, ref);
    indexTexts(ref, record);
    for (const view of views) view.order = undefined;
  };

  /** The first source index created at this second or later. */
  const firstIndexFrom = (epochSeconds: number): number => {
    let low = 0;
    let high = source.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (source.createdTimeAt(middle) < epochSeconds) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const createView = (wanted: OrderWanted): View => {
    const permutation = wanted.by === 'hashed' ? createPermutation(source.size, wanted.key) : undefined;
    const indexAt = (position: number): number => permutation?.valueAt(position) ?? position;
    const isAlive = (position: number): boolean => {
      const index = indexAt(position);
      if (gone.has(index)) return false;
      return wanted.withTest || !(changed.get(index)?.test ?? source.isTestAt(index));
    };
    const living = createLivingRows(source.size, isAlive);
    const positionOf = (index: number): number => permutation?.positionOf(index) ?? index;
    return { wanted, living, indexAt, positionOf, order: undefined };
  };

  const toOrder = (view: View): RowOrder => {
    const { wanted } = view;
    const anchorOf = (record: UserRecord): number =>
      wanted.by === 'created'
        ? firstIndexFrom(record.createdTime + 1)
        : hashText(wanted.key, record.userId) % (source.size + 1);
    const inserted = [...added]
      .filter(([, record]) => wanted.withTest || !record.test)
      .map(([ref, record]) => ({ ref, anchor: anchorOf(record), createdTime: record.createdTime }))
      .sort((a, b) => a.anchor - b.anchor || a.createdTime - b.createdTime || b.ref - a.ref);
    return createRowOrder(source.size, view.living, view.indexAt, inserted);
  };

  return {
    get version() {
      return version;
    },
    get,
    has,
    findByUserId,
    findByText(text) {
      const refs = new Set([...source.candidates(text), ...(refsByText.get(text) ?? [])]);
      return [...refs]
        .filter((ref) => has(ref))
        .filter((ref) => hasText(get(ref), text))
        .sort((a, b) => get(a).createdTime - get(b).createdTime);
    },
    put,
    remove(userId) {
      const ref = findByUserId(userId);
      if (ref === undefined) return false;
      drop(ref, get(ref));
      return true;
    },
    transformAll(change) {
      version += 1;
      rules.push(change);
      cache.clear();
      for (const [ref, record] of changed) changed.set(ref, change(record));
      for (const [ref, record] of added) added.set(ref, change(record));
    },
    order(wanted) {
      const same = (view: View): boolean =>
        view.wanted.by === wanted.by &&
        view.wanted.withTest === wanted.withTest &&
        (wanted.by === 'created' || view.wanted.key === wanted.key);
      const view = views.find(same) ?? createView(wanted);
      views = [view, ...views.filter((other) => other !== view)].slice(0, keptViews);
      view.order ??= toOrder(view);
      return view.order;
    },
    createdRank: (order, epochSeconds) =>
      order.rankOf(firstIndexFrom(epochSeconds), (ref) => get(ref).createdTime < epochSeconds),
    rendered: (ref, render) => cache.get(ref, () => Buffer.from(render(get(ref)))),
    forgetRendered: () => cache.clear(),
  };
}

function hasText(record: UserRecord, text: string): boolean {
  return record.loginIds.includes(text) || record.email === text || record.phone === text;
}
