import { createHash } from 'node:crypto';

/** Characters of a mark: 48 bits of a record's id. Two records of an hour are alike once in a trillion. */
const markLength = 8;
/** So many marks of each of two windows fit into a cursor. */
const mostMarks = 240;

/** Which records were told, by short marks of their ids. */
export class Seen {
  readonly #marks: ReadonlySet<string>;

  constructor(marks: Iterable<string> = []) {
    this.#marks = new Set(marks);
  }

  /** Reads what `toText` wrote; undefined for any other text. */
  static fromText(text: string): Seen | undefined {
    return text.length % markLength === 0 && text.length <= markLength * mostMarks && /^[\w-]*$/.test(text)
      ? new Seen(text.match(new RegExp(`.{${markLength}}`, 'g')) ?? [])
      : undefined;
  }

  has(id: string): boolean {
    return this.#marks.size > 0 && this.#marks.has(markOf(id));
  }

  /** With more ids; the last that there is room for stay. */
  with(ids: readonly string[]): Seen {
    return new Seen([...this.#marks, ...ids.map(markOf)].slice(-mostMarks));
  }

  toText(): string {
    return [...this.#marks].join('');
  }
}

function markOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, markLength);
}
