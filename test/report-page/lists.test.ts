import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../../src/report-page/data/csv.ts';
import { pick, sortedRows } from '../../src/report-page/data/order.ts';
import { createSearchIndex, fold } from '../../src/report-page/data/search.ts';
import { pieces, plain, shorten } from '../../src/report-page/data/text.ts';
import { hostileNames } from '../support/arbitraries.ts';

describe('the search', () => {
  const rows = ['Søren Ångström soren@acme.example', 'Ada Lovelace ada@acme.example', 'line\nbreak', 'Ａda wide'];
  const found = (query: string): string[] => {
    const match = createSearchIndex(rows.length, (row) => rows[row] ?? '').find(query);
    return rows.filter((_, row) => match === undefined || match[row] === 1);
  };

  it.each([
    ['soren angstrom', [rows[0]]],
    ['ADA', [rows[1], rows[3]]],
    ['acme ada', [rows[1]]],
    ['break line', [rows[2]]],
    ['nobody', []],
    ['  ', rows],
  ])('for %j finds rows that hold all words, without accents and case', (query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it('finds what a plain look at every row finds', () => {
    const word = fc.oneof(
      fc.constantFrom(...hostileNames),
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'é'), maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), word, (texts, query) => {
        const match = createSearchIndex(texts.length, (row) => texts[row] ?? '').find(query);
        const words = fold(query)
          .split(/\s+/)
          .filter((part) => part !== '');
        const expected = texts.map((text) => words.every((part) => fold(text.replaceAll('\n', ' ')).includes(part)));

        expect(match === undefined ? texts.map(() => true) : Array.from(match, Boolean)).toEqual(expected);
      }),
    );
  });
});

describe('the order of rows', () => {
  it('is that of the keys, equal ones as they came, and turned round for descending', () => {
    const keys = ['b', 'a', 'b', 'c', 'a'];
    const order = sortedRows(keys.length, (row) => keys[row] ?? '');

    expect(Array.from(order)).toEqual([1, 4, 0, 2, 3]);
    expect(Array.from(pick(order, true, [Uint8Array.of(1, 1, 0, 1, 1), Uint8Array.of(1, 1, 1, 0, 1)]))).toEqual([
      0, 4, 1,
    ]);
  });
});

describe('a name on the page', () => {
  it.each([
    ['Ada', ['Ada']],
    ['Ada\u202Eecalevol', ['Ada', 'U+202E', 'ecalevol']],
    ['\u2066a\u2069', ['U+2066', 'a', 'U+2069']],
    ['a\u200Bb', ['a', 'U+200B', 'b']],
    ['Adm\u200Din', ['Adm', 'U+200D', 'in']],
    ['\u0000\r\n', ['U+0000', 'U+000D', 'U+000A']],
    ['a\u{E0041}', ['a', 'U+E0041']],
    ['\uD83D', ['U+D83D']],
    ['👩‍👧 ☀️ می‌خواهم', ['👩‍👧 ☀️ می‌خواهم']],
    ['', ['']],
  ])('%j shows what would not be seen, and leaves letters and emoji alone', (name, expected) => {
    expect(pieces(name).map(({ text, hidden }) => hidden ?? text)).toEqual(expected);
  });

  it('stays apart from the text around it where there is no element to hold it', () => {
    expect(plain('مرحبا\u202E')).toBe('\u2068مرحبا[U+202E]\u2069');
  });

  it('is shortened by what a reader counts as characters', () => {
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('👩‍👧👩‍👧👩‍👧', 3)).toBe('👩‍👧👩‍👧👩‍👧');
    expect(shorten(`a${'\u0301'.repeat(5000)}`, 4).length).toBeLessThan(80);
  });
});

describe('a table saved as CSV', () => {
  it('has harmless cells by the rule of every other CSV, quoted where needed', () => {
    expect(
      toCsv([
        ['=1+1', '+1', '-1', '@x', '\tx', ' =1', '\uFF1D1', 'a\u202Eb'],
        ['a,b', 'a"b', 'a\nb', 'a-b', ''],
      ]),
    ).toBe("\uFEFF'=1+1,'+1,'-1,'@x,'\\u{9}x,' =1,'\uFF1D1,a\\u{202e}b\r\n\"a,b\",\"a\"\"b\",a\\u{a}b,a-b,\r\n");
  });
});
