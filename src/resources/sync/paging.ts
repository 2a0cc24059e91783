import { firstPlace } from '../../model/order.ts';
import { type TokenFields, tokenNumber, tokenText } from '../../model/page-token.ts';
import { type GrantRow, type Row, wireSize } from '../../model/row.ts';

/*
 * The fields of a cursor, which are short because page tokens travel with every call:
 *   a   resource id behind which a sorted list goes on
 *   b   place of a held binding            fr ft tr tt   role and tenant where a stretch of bindings begins, and before which it ends
 *   e   place of the entitlement that a listing of grants stands at, where a resource offers several
 *   g   part of a listing that is made of several, none in the first
 *   i   name of a walk through the users   q   page of it      k   rows of that page that are past
 *   s c second of creation from which another process goes on, and how many users were created before it
 *   n t role name and tenant id of the last binding, where every pair is listed, or what other principals hold
 *   t   the tenant that a listing stands at which is made tenant by tenant, and `a` its row that was told last
 *   o   rows past within what the other fields name            p   roles past, where a permission's grants are listed
 *   r   name of a read, in which places count                  y   type of a principal that is no user
 *   u   the ancestor behind which inherited grants go on
 */

/** A response should stay under this; the protocol's clients refuse 4 MiB. */
const maxPageBytes = 900 * 1024;

/** One page of a listing and where the next one begins; no `next` at the end. */
export interface Page<T> {
  readonly rows: T[];
  readonly next?: TokenFields;
}

/**
 * A page of grants; `siblings` are cursors of other stretches of the same listing, which may be walked at the same
 * time.
 */
export interface GrantPage extends Page<GrantRow> {
  readonly siblings?: readonly TokenFields[];
  readonly estimatedTotal?: number;
}

/** Where to go on (nothing: at the beginning), at most how many rows, and when to stop. */
export interface PageRequest {
  readonly cursor: TokenFields | undefined;
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/**
 * Fills one page from rows that come in order, each with the cursor that stands right behind it: at most `limit` rows
 * and about 900 KiB, at least one row. `next` is absent when the rows ended.
 */
export function fillPage<R extends Row<unknown>>(
  source: Iterable<readonly [row: R, after: TokenFields]>,
  limit: number,
): Page<R> {
  const rows: R[] = [];
  const isFull = createGauge();
  let after: TokenFields | undefined;
  for (const [row, cursor] of source) {
    if (rows.length === limit || isFull(rows, row)) {
      return after === undefined ? { rows } : { rows, next: after };
    }
    rows.push(row);
    after = cursor;
  }
  return { rows };
}

/**
 * Tells whether a page has no room for one row more: by an estimate from above, and by the bytes only when that is not
 * enough.
 */
export function createGauge(): (rows: readonly Row<unknown>[], row: Row<unknown>) => boolean {
  let size = 0;
  let isExact = false;
  return (rows, row) => {
    let rowSize = isExact ? wireSize(row) : row.maxSize;
    if (!isExact && size + rowSize > maxPageBytes) {
      isExact = true;
      size = rows.reduce((sum, before) => sum + wireSize(before), 0);
      rowSize = wireSize(row);
    }
    if (rows.length > 0 && size + rowSize > maxPageBytes) {
      return true;
    }
    size += rowSize;
    return false;
  };
}

/** The `after` key of a listing by key, '' at the beginning. */
export function afterKey(cursor: TokenFields | undefined): string {
  return cursor === undefined ? '' : tokenText(cursor, 'a');
}

/** Rows of a sorted list behind the key that the cursor names, each with the cursor behind itself. */
export function* rowsAfter<S, T>(
  sorted: readonly S[],
  cursor: TokenFields | undefined,
  keyOf: (row: S) => string,
  toRow: (row: S) => T,
): Generator<readonly [T, TokenFields]> {
  const after = afterKey(cursor);
  const isPast = (place: number): boolean => keyOf(sorted[place] as S) <= after; // asked for places of the list alone
  const from = cursor === undefined ? 0 : firstPlace(sorted.length, isPast);
  for (let place = from; place < sorted.length; place += 1) {
    const row = sorted[place];
    if (row !== undefined) {
      yield [toRow(row), { a: keyOf(row) }];
    }
  }
}

/**
 * The place where a listing of grants goes on. A place is a number within one read of the users; a cursor of another
 * read (another process, a read begun anew) goes back to the beginning: a grant told twice is harmless, one left out is
 * not.
 */
export function placeIn(readId: string, cursor: TokenFields | undefined, key = 'o'): number {
  return cursor === undefined || tokenText(cursor, 'r') !== readId ? 0 : tokenNumber(cursor, key);
}

/** Nothing: for an id that no resource of a type can have, and beneath a parent that has no such resources. */
export function emptyPage<T>(): Page<T> {
  return { rows: [] };
}
