import type { Mutant } from './mutant.ts';

/** Regressions of speed and memory, which the benchmark's gate must notice. */
export const regressions: readonly Pick<Mutant, 'name' | 'edits'>[] = [
  {
    name: 'no read-ahead',
    edits: [{ inside: 'maxAhead', find: 'const maxAhead = 18;', replace: 'const maxAhead = 1;' }],
  },
  {
    name: 'parsed users kept',
    edits: [
      {
        inside: 'HolderIndex.#isIndexed',
        find: '#isIndexed = new Uint8Array(1024);',
        replace: '#isIndexed = new Uint8Array(1024); readonly kept: unknown[] = [];',
      },
      {
        inside: 'HolderIndex.add',
        find: 'const ordinal = ordinals[place] ?? 0;',
        replace: 'const ordinal = ordinals[place] ?? 0; this.kept.push(user);',
      },
    ],
  },
  {
    name: 'the disk not waited for',
    edits: [
      {
        inside: 'HashedText.flush',
        find: 'await this.#file.writeBytes(bytes);',
        replace: 'const copy = Buffer.from(bytes); this.#last = this.#last.then(() => this.#file.writeBytes(copy));',
      },
      {
        inside: 'HashedText.#file',
        find: 'readonly #file: AtomicFile;',
        replace: 'readonly #file: AtomicFile; #last: Promise<void> = Promise.resolve();',
      },
      {
        inside: 'HashedText.digest',
        find: "return this.#hash.digest('hex');",
        replace: "await this.#last; return this.#hash.digest('hex');",
      },
    ],
  },
  {
    name: 'the annotation left out that spares a call for each user',
    edits: [
      {
        inside: 'toResourceType',
        find: "words.skips === 'entitlements' ? SkipEntitlementsSchema : SkipEntitlementsAndGrantsSchema",
        replace: 'SkipEntitlementsSchema',
      },
    ],
  },
  {
    name: 'a .c1z packed as small as can be',
    edits: [
      {
        inside: 'pack',
        find: '[constants.ZSTD_c_checksumFlag]: 1',
        replace: '[constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_compressionLevel]: 15',
      },
    ],
  },
  {
    name: 'a spreadsheet made of messages, and packed as small as can be',
    edits: [
      { inside: 'packingLevel', find: 'const packingLevel = 1;', replace: 'const packingLevel = 9;' },
      { inside: 'rowOfPlain', find: 'plain === undefined', replace: 'plain !== null' },
    ],
  },
];
