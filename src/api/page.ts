import type { JsonAnswer } from '../answers/question-json.ts';
import { cursorOf, type Place } from './cursor.ts';
import type { Asked } from './endpoints.ts';
import { pageRows } from './page-rows.ts';

/** The rows from a place on, as many as were asked for, and the cursor of those behind them. */
export function page(asked: Asked, { head, list, rows }: JsonAnswer, { sync, rows: from }: Place): string {
  const limit = asked.query.limit ?? pageRows.usual;
  const [told, next] = rowsOfPage(rows(), from, limit);
  return `${JSON.stringify({ ...head, [list]: told, ...(next && { next: cursorOf(asked, { sync, rows: from + limit }) }) })}\n`;
}

/** The rows of a page, and whether there are more. */
function rowsOfPage(rows: Iterable<object>, from: number, limit: number): readonly [readonly object[], boolean] {
  const told: object[] = [];
  let place = 0;
  for (const row of rows) {
    if (place >= from + limit) {
      return [told, true];
    }
    if (place >= from) {
      told.push(row);
    }
    place += 1;
  }
  return [told, false];
}
