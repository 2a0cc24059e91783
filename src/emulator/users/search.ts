import type { Population } from './population.ts';
import type { RequestBody } from '../request-body.ts';
import type { RowOrder } from './row-order.ts';
import { createdRange, pageWanted, pagingFields } from './search-request.ts';
import type { UserSwitches } from './switches.ts';
import { toUserTests } from './filter.ts';
import { parseSort, toCompare, toShuffle } from './sort.ts';
import type { SortKey, UserCompare } from './sort.ts';
import type { UserNames } from './wire.ts';

export interface SearchPage {
  readonly refs: readonly number[];
  readonly total: number;
}

export interface UserSearch {
  /** `request` numbers the searches; shuffling switches give every number another order. */
  run(body: RequestBody, request: number): SearchPage;
}

export interface SearchContext {
  readonly population: Population;
  readonly names: UserNames;
  readonly switches: UserSwitches;
  /** Key of the default order; another key is another order. */
  readonly orderKey: () => number;
}

interface Rows {
  readonly total: number;
  slice(start: number, end: number): number[];
}

export function createUserSearch(context: SearchContext): UserSearch {
  const { population, names, switches, orderKey } = context;
  let scans: { readonly key: string; readonly refs: readonly number[] }[] = [];

  /** Rows of one created-time range, straight from the order: no scan however many users there are. */
  const rangeRows = (
    order: RowOrder,
    body: RequestBody,
    sort: readonly SortKey[],
    tie: UserCompare | undefined,
  ): Rows => {
    const { from, to } = createdRange(body, switches);
    const low = from === undefined ? 0 : population.createdRank(order, from);
    const high = Math.max(low, to === undefined ? order.size : population.createdRank(order, to));
    const descending = sort[0]?.desc === true;
    const sliceAscending = (start: number, end: number): number[] =>
      order.slice(low + start, Math.min(low + end, high));
    const total = high - low;
    const plain = (start: number, end: number): number[] =>
      descending
        ? sliceAscending(Math.max(0, total - end), Math.max(0, total - start)).toReversed()
        : sliceAscending(start, end);
    if (!tie) return { total, slice: plain };

    // Users of one second share a group; whole groups are put in order, then the page is cut out.
    const groupEdge = (row: number, after: 0 | 1): number => {
      const [ref] = plain(row, row + 1);
      if (ref === undefined) return row;
      const second = population.get(ref).createdTime;
      const rank = population.createdRank(order, descending ? second + 1 - after : second + after) - low;
      const edge = descending ? total - rank : rank;
      return Math.min(total, Math.max(0, edge));
    };
    return {
      total,
      slice(start, end) {
        const last = Math.min(end, total);
        if (start >= last) return [];
        const first = groupEdge(start, 0);
        const rows = plain(first, groupEdge(last - 1, 1)).map((ref) => ({ ref, record: population.get(ref) }));
        rows.sort((a, b) => tie(a.record, b.record));
        return rows.slice(start - first, last - first).map((row) => row.ref);
      },
    };
  };

  const scan = (body: RequestBody, withTest: boolean, sort: readonly SortKey[], tie: UserCompare | undefined): Rows => {
    const filter = Object.entries(body.fields).filter(([name]) => !pagingFields.has(name));
    const key = JSON.stringify([population.version, orderKey(), withTest, sort, filter]);
    let found = scans.find((kept) => kept.key === key)?.refs;
    if (!found) {
      const tests = toUserTests(body, names, switches);
      const range = createdRange(body, switches);
      const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = range;
      if (range.bounded && switches.createdTimeFilter === 'hides-invited') {
        tests.push((record) => record.status !== 'invited');
      }
      const by = sort.length > 0 ? 'created' : 'hashed';
      const order = population.order({ by, withTest, key: orderKey() });
      found = candidates(body, population, order).filter((ref) => {
        const record = population.get(ref);
        if (!withTest && record.test) return false;
        return record.createdTime >= from && record.createdTime < to && tests.every((test) => test(record));
      });
      if (sort.length > 0) found = sorted(population, found, toCompare(sort));
      scans = [{ key, refs: found }, ...scans].slice(0, 8);
    }
    const rows = tie ? sorted(population, found, tie) : found;
    return { total: rows.length, slice: (start, end) => rows.slice(start, end) };
  };

  return {
    run(body, request) {
      const { start, limit } = pageWanted(body, switches);
      const sort = switches.sort === 'ignored' ? [] : parseSort(body);
      const withTest = body.flag('withTestUser') === true || body.flag('testUsersOnly') === true;
      const inCreatedOrder = sort[0]?.field === 'createdTime';
      const shuffledTies = switches.tieOrder === 'shuffled' && sort.length > 0;
      const keys = toCompare(sort);
      const shuffle = toShuffle(request);
      const tie: UserCompare | undefined = shuffledTies
        ? (a, b) => keys(a, b) || shuffle(a, b)
        : sort.length > 1 && inCreatedOrder
          ? keys
          : undefined;

      let rows: Rows;
      const { bounded } = createdRange(body, switches);
      const filtered =
        toUserTests(body, names, switches).length > 0 || (bounded && switches.createdTimeFilter === 'hides-invited');
      if (filtered || (bounded && !inCreatedOrder) || (sort.length > 0 && !inCreatedOrder)) {
        rows = scan(body, withTest, sort, tie);
      } else {
        const shuffledKey = switches.defaultOrder === 'shuffled' ? request : orderKey();
        const order = population.order({ by: inCreatedOrder ? 'created' : 'hashed', withTest, key: shuffledKey });
        rows = rangeRows(order, body, sort, tie);
      }
      return { refs: rows.slice(start, start + limit), total: rows.total };
    },
  };
}

/** Which users a scan must look at: those named, when the request names users, else all. */
function candidates(body: RequestBody, population: Population, order: RowOrder): number[] {
  const userIds = body.texts('userIds');
  if (userIds.length > 0) {
    return [...new Set(userIds)].flatMap((userId) => population.findByUserId(userId) ?? []);
  }
  const texts = [body.text('loginId') || body.text('identifier'), ...body.texts('loginIds')].filter((id) => id !== '');
  if (texts.length > 0) return [...new Set(texts.flatMap((text) => population.findByText(text)))];
  return order.slice(0, order.size);
}

function sorted(population: Population, refs: readonly number[], compare: UserCompare): number[] {
  const rows = refs.map((ref) => ({ ref, record: population.get(ref) }));
  return rows.sort((a, b) => compare(a.record, b.record)).map((row) => row.ref);
}
