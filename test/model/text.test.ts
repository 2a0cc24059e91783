import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CutCounter, fitText } from '../../src/model/text.ts';

function counter(): CutCounter & { readonly cut: number } {
  const counts = { cut: 0 };
  return Object.assign(counts, { textCut: () => void (counts.cut += 1), attributesDropped: () => undefined });
}

describe('text that is fitted', () => {
  it.each([
    { value: 'abc', max: 3, expected: 'abc', cut: 0 },
    { value: 'abcd', max: 3, expected: 'abc', cut: 1 },
    { value: '\u00E9\u00E9', max: 3, expected: '\u00E9', cut: 1 },
    { value: '\u4E2D\u4E2D', max: 5, expected: '\u4E2D', cut: 1 },
    { value: '\u{1F600}\u{1F600}', max: 8, expected: '\u{1F600}\u{1F600}', cut: 0 },
    { value: '\u{1F600}\u{1F600}', max: 7, expected: '\u{1F600}', cut: 1 },
    { value: '\u{1F600}', max: 3, expected: '', cut: 1 },
    { value: '\uD83D', max: 3, expected: '\uFFFD', cut: 0 },
    { value: '\uDE00\uD83D', max: 6, expected: '\uFFFD\uFFFD', cut: 0 },
    { value: 'a\uD800b', max: 4, expected: 'a\uFFFD', cut: 1 },
    { value: '', max: 0, expected: '', cut: 0 },
  ])('to $max bytes: $value becomes $expected', ({ value, max, expected, cut }) => {
    const cuts = counter();

    expect(fitText(value, max, cuts)).toBe(expected);

    expect(cuts.cut).toBe(cut);
  });

  it('is well-formed, within the limit, and the longest such beginning of itself', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), fc.nat(60), (units, max) => {
        const value = String.fromCharCode(...units);
        const whole = Array.from(value.toWellFormed());

        const fitted = fitText(value, max);

        const kept = Array.from(fitted).length;
        expect(fitted.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(max);
        expect(fitted).toBe(whole.slice(0, kept).join(''));
        expect(kept === whole.length || Buffer.byteLength(whole.slice(0, kept + 1).join('')) > max).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
