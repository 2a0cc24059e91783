/** Texts made comparable: no accents, no case, compatibility forms unified. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .replaceAll('ß', 'ss')
    .replaceAll('æ', 'ae');
}

/** One long text of all rows, to be searched at the speed of the engine's own indexOf. */
export interface SearchIndex {
  /** 1 for each row that holds all words of the query; undefined when the query has none. */
  find(query: string): Uint8Array | undefined;
}

export function createSearchIndex(count: number, textOf: (row: number) => string): SearchIndex {
  const lines = Array.from({ length: count }, (_, row) => textOf(row).replaceAll('\n', ' '));
  const text = `${fold(lines.join('\n'))}\n`;
  const ends = new Uint32Array(count);
  for (let row = 0, at = 0; row < count; row++) {
    at = text.indexOf('\n', at) + 1;
    ends[row] = at;
  }

  function mark(word: string, found: Uint8Array, level: number): void {
    let row = 0;
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, ends[row])) {
      while ((ends[row] ?? 0) <= at) {
        row++;
      }
      if (found[row] === level) {
        found[row] = level + 1;
      }
    }
  }

  return {
    find: (query) => {
      const words = fold(query)
        .split(/\s+/)
        .filter((word) => word !== '')
        .slice(0, 20);
      if (words.length === 0) {
        return undefined;
      }
      const found = new Uint8Array(count);
      words.forEach((word, level) => mark(word, found, level));
      return found.map((level) => (level === words.length ? 1 : 0));
    },
  };
}
