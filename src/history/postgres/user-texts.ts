import type { FileUser } from '../../answers/rows.ts';
import { fold } from '../../model/fold.ts';

/** Longer texts than an index takes are looked up by their beginnings. */
const mostLetters = 200;

/** A text by which a user is looked up. */
export function searchText(text: string): string {
  return fold(text).slice(0, mostLetters);
}

/**
 * The texts by which a user is found, each once: the name first. Whoever looks for a user gets all that have such a text, and
 * looks closer.
 */
export function searchTexts({ name, email, loginIds, id }: Texts): readonly string[] {
  return [...new Set([name, ...[email, ...loginIds, id].filter((text) => text !== '')].map(searchText))];
}

type Texts = Pick<FileUser, 'name' | 'email' | 'loginIds' | 'id'>;

/** The same as an array in the text format of the database. */
export function textsOf(user: Texts): string {
  return `{${searchTexts(user)
    .map((text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`)
    .join(',')}}`;
}
