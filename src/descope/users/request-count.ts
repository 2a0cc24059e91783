import { userPageSize } from './user-page.ts';

/**
 * The cost of a full read in the words of the documents. A test compares the documents, and the numbers with what is
 * really sent.
 */
export const requestsInWords = 'one request per 100 users, plus three or four';

/**
 * How many requests a full read of a quiet project sends: the pages of users, the lists, one more to make sure
 * where one page holds everybody; at most one besides, for roles that are looked up again.
 */
export function requestsOfFullRead(users: number, lists: number): { readonly least: number; readonly most: number } {
  const pages = Math.max(1, Math.ceil(users / userPageSize));
  const least = pages + lists + (users > 0 && pages === 1 ? 1 : 0);
  return { least, most: least + 1 };
}
