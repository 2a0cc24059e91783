import { hash } from 'node:crypto';
import type { Asked } from './endpoints.ts';

/**
 * Where a page begins: the sync that the pages before were of, so that later ones do not change what is paged through,
 * and how many rows were told.
 */
export interface Place {
  readonly sync: number;
  readonly rows: number;
}

const form = /^(\d{1,15})\.(\d{1,15})\.([\w-]{16})$/;

/** The cursor of a place in the answer of a question. */
export function cursorOf(asked: Asked, { sync, rows }: Place): string {
  return Buffer.from(`${sync}.${rows}.${markOf(asked)}`).toString('base64url');
}

/** The place of a cursor; undefined for one that is not of this question. */
export function placeOf(asked: Asked, cursor: string): Place | undefined {
  const [, sync, rows, mark] = form.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  return mark === markOf(asked) ? { sync: Number(sync), rows: Number(rows) } : undefined;
}

/** What a question is, whatever the page. */
function markOf({ path, query }: Asked): string {
  const { limit: _limit, cursor: _cursor, ...others } = query;
  const words = Object.entries(others).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return hash('sha256', JSON.stringify([path, words]), 'base64url').slice(0, 16);
}
