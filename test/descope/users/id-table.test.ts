import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from '../../../src/descope/users/id-table.ts';

/**
 * Ids that share much: plain ones, non-ASCII ones, combining forms, astral characters and names of prototype members.
 */
const anyId = fc.oneof(
  fc.string({ minLength: 1, maxLength: 6 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
  fc.constantFrom(
    '\u00e9',
    'e\u0301',
    'K',
    '\u212a',
    '😀',
    '\u0000',
    '\u0000\u0000',
    '__proto__',
    'constructor',
    'toString',
    'a',
    'aa',
    'aaa',
  ),
  fc.nat(40).map((number) => `U2${'x'.repeat(25)}${number}`),
);

describe('IdTable', () => {
  it('numbers ids exactly as a Map does, in order of arrival', () => {
    fc.assert(
      fc.property(fc.array(anyId, { maxLength: 200 }), anyId, (ids, other) => {
        const table = new IdTable();
        const model = new Map<string, number>();

        for (const id of ids.filter((candidate) => candidate.isWellFormed())) {
          const isNew = !model.has(id);
          const ordinal = model.get(id) ?? model.size;
          model.set(id, ordinal);
          expect(table.add(id)).toEqual({ ordinal, isNew });
        }

        expect(table.size).toBe(model.size);
        expect(table.has(other)).toBe(model.has(other));
        for (const [id, ordinal] of model) {
          expect(table.at(ordinal)).toBe(id);
          expect(table.has(id)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every id while it grows far beyond its first size', () => {
    const table = new IdTable();
    const idOf = (number: number): string => (number % 3 === 0 ? `Ü漢😀${number}` : `U2${'a'.repeat(20)}${number}`);

    for (let number = 0; number < 30_000; number += 1) {
      table.add(idOf(number));
    }

    expect(table.size).toBe(30_000);
    for (let number = 0; number < 30_000; number += 1) {
      if (table.at(number) !== idOf(number) || table.add(idOf(number)).ordinal !== number) {
        expect.unreachable(`id ${number} was lost`);
      }
    }
    expect(table.size).toBe(30_000);
    expect(table.has(idOf(30_000))).toBe(false);
  });

  it('takes one id that is larger than its whole first buffer', () => {
    const table = new IdTable();
    const long = '漢'.repeat(20_000);

    table.add('before');
    table.add(long);
    table.add('after');

    expect([table.at(0), table.at(1), table.at(2)]).toEqual(['before', long, 'after']);
    expect(table.has(long)).toBe(true);
  });

  it('does not merge ids that only look alike', () => {
    const table = new IdTable();

    const ordinals = ['\u00e9', 'e\u0301', '\u00c9', 'e', 'E'].map((id) => table.add(id).ordinal);

    expect(ordinals).toEqual([0, 1, 2, 3, 4]);
  });

  it('tells ids apart that differ in their first character only', () => {
    const table = new IdTable();
    const ids = Array.from({ length: 0x7f - 0x21 }, (_, place) => String.fromCharCode(0x21 + place)).flatMap(
      (first) => [`${first}x`, `${first}${'x'.repeat(27)}`],
    );

    expect(ids.map((id) => table.add(id).ordinal)).toEqual(ids.map((_, place) => place));
  });

  it('does not know an id that was never added, even in an empty table', () => {
    expect(new IdTable().has('anybody')).toBe(false);
    expect(new IdTable().has('')).toBe(false);
  });
});
