import { type TokenFields, tokenNumber } from '../../model/page-token.ts';
import type { Row } from '../../model/row.ts';
import { createGauge, type Page, type PageRequest } from './paging.ts';

/** A part of a listing that has cursors of its own. */
export type Stage<R> = (request: PageRequest) => Promise<Page<R>>;

/**
 * A listing in parts, one behind the other: `g` in the cursor is the place of the part that it stands in, none for the
 * first. What the parts behind have is put on the page of the one before as far as it fits whole, so that a listing
 * without such rows has the pages that its first part has.
 */
export async function inStages<R extends Row<unknown>>(
  request: PageRequest,
  stages: readonly Stage<R>[],
): Promise<Page<R>> {
  const { g: _stage, ...within } = request.cursor ?? {};
  let place = request.cursor?.['g'] === undefined ? 0 : tokenNumber(request.cursor, 'g');
  const first = stages[place];
  if (first === undefined) {
    return { rows: [] };
  }
  const cursor = Object.keys(within).length === 0 ? undefined : within;
  const page = await first({ ...request, cursor });
  if (page.next !== undefined) {
    return { ...page, next: inStage(place, page.next) };
  }
  let rows = page.rows;
  for (place += 1; place < stages.length; place += 1) {
    const more = await stages[place]?.({ ...request, cursor: undefined });
    if (more !== undefined && (more.rows.length > 0 || more.next !== undefined)) {
      if (rows.length > 0 && !fit(rows, more.rows, request.limit)) {
        return { ...page, rows, next: inStage(place, {}) };
      }
      rows = rows.concat(more.rows);
      if (more.next !== undefined) {
        return { ...page, rows, next: inStage(place, more.next) };
      }
    }
  }
  return { ...page, rows };
}

function inStage(place: number, fields: TokenFields): TokenFields {
  return place === 0 ? fields : { ...fields, g: place };
}

function fit<R extends Row<unknown>>(rows: readonly R[], more: readonly R[], limit: number): boolean {
  const isFull = createGauge();
  const page: R[] = [];
  return (
    rows.length + more.length <= limit &&
    [...rows, ...more].every((row) => {
      const hasRoom = !isFull(page, row);
      page.push(row);
      return hasRoom;
    })
  );
}
