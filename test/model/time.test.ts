import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isValidTimestamp, rfc3339OfSeconds } from '../../src/model/time.ts';

describe('a time', () => {
  it('is told as RFC 3339 tells it, in whatever order times come', () => {
    const seconds = fc.oneof(
      fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
      fc.constantFrom(0, -1, 59, 60, 3_599, 3_600, 86_399, 86_400, -86_400, 1_709_164_800),
    );

    fc.assert(
      fc.property(fc.array(seconds, { minLength: 1, maxLength: 20 }), (times) => {
        expect(times.map(rfc3339OfSeconds)).toEqual(
          times.map((time) => new Date(time * 1000).toISOString().replace('.000Z', 'Z')),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('is told where it is one, and not where it says "never" or "not set" in some language', () => {
    const told = [1, 1_700_000_000, 2_147_483_646, 2_147_483_648, 253_370_764_799];
    const untold = [
      0,
      -1,
      -0,
      -62_135_596_800,
      -62_135_596_801,
      -2_147_483_648,
      2_147_483_647,
      253_370_764_800,
      253_402_300_799,
      253_402_300_800,
      1_700_000_000_000,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ];

    expect(told.map(isValidTimestamp)).toEqual(told.map(() => true));
    expect(untold.map(isValidTimestamp)).toEqual(untold.map(() => false));
  });

  it('can be written from the year 1 to the year 9999', () => {
    expect(rfc3339OfSeconds(-62_135_596_800)).toBe('0001-01-01T00:00:00Z');
    expect(rfc3339OfSeconds(253_402_300_799)).toBe('9999-12-31T23:59:59Z');
  });
});
