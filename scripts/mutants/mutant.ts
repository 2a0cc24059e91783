import type { Edit } from './anchors.ts';

/**
 * A fault planted in a copy of the source, and the tests that must notice: each is a part of their paths, as vitest
 * takes it.
 */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly tests: readonly string[];
}
