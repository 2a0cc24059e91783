/** So many texts are known at a time; then all are forgotten, and gathered anew. */
const mostKnown = 10_000;
const texts = new Map<string, string>();
const lists = new Map<string, readonly string[]>();

/**
 * The same text, kept once however often it comes: for what many rows of a list repeat that is kept, such as ids of
 * tenants. JSON.parse makes a text anew wherever it stands.
 */
export function sharedText(text: string): string {
  return known(texts, text, text);
}

/** The same list, likewise: one of a single text is kept once, and so are the texts of a longer one. */
export function sharedTexts(list: readonly string[]): readonly string[] {
  const [first] = list;
  if (first === undefined || list.length > 1) {
    return list.length > 1 ? list.map(sharedText) : list;
  }
  return known(lists, first, list);
}

function known<Kept>(pool: Map<string, Kept>, text: string, given: Kept): Kept {
  const kept = pool.get(text);
  if (kept !== undefined) {
    return kept;
  }
  if (pool.size >= mostKnown) {
    pool.clear();
  }
  pool.set(text, given);
  return given;
}
