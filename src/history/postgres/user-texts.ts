import type { FileUser } from '../../answers/rows.ts';
import { fold } from '../../model/fold.ts';

/** Longer texts than an index takes are looked up by their beginnings. */
const mostLetters = 200;

/** A text by which a user is looked up. */
export function searchText(text: string): string {
  return fold(text).slice(0, mostLetters);
}

/**
 * The texts by which a user is found, each once, as an array of the database: the name first. Whoever looks for a user
 * gets all that have such a text, and looks closer.
 */
export function textsOf({ name, email, loginIds, id }: Pick<FileUser, 'name' | 'email' | 'loginIds' | 'id'>): string {
  const texts = new Set([name, email, ...loginIds, id].map(searchText));
  return `{${Array.from(texts, (text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}
