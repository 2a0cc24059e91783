import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../src/model/fold.ts';

describe('folding', () => {
  it.each([
    ['Åsa.Öberg@x.test', 'åsa.öberg@X.TEST'],
    ['Åsa'.normalize('NFD'), 'Åsa'.normalize('NFC')],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['Işık', 'IŞIK'],
    ['İstanbul', 'istanbul'],
    ['ΣΊΣΥΦΟΣ', 'Σίσυφος'],
    ['ﬁn', 'FIN'],
    ['K', 'k'],
    ['Ada\u00A0 Lovelace ', 'ada lovelace'],
    ['ǅ', 'ǆ'],
  ])('takes %j and %j for one name', (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });

  it.each([
    ['Öberg', 'Oberg'],
    ['ada', 'adа'],
    ['a b', 'ab'],
  ])('keeps %j and %j apart', (one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });

  it('is the same for every case and normal form of a text, and for what was folded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const folded = fold(text);
        for (const other of [
          text.toUpperCase(),
          text.toLowerCase(),
          text.normalize('NFD'),
          text.normalize('NFC'),
          folded,
        ]) {
          expect(fold(other)).toBe(folded);
        }
      }),
    );
  });
});
