import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadOf, unusual } from '../../src/checks/unusual.ts';

describe('unusually much', () => {
  it('is what lies far above the median, in units of the usual spread', () => {
    const values = [2, 3, 3, 4, 4, 4, 5, 5, 6, 12];
    const spread = spreadOf(values);

    expect(spread).toEqual({ median: 4, unit: 1.4826 });
    expect(values.filter((value) => unusual(value, spread, 3) !== undefined)).toEqual([12]);
    expect(unusual(12, spread, 3)).toBeCloseTo(8 / 1.4826, 10);
  });

  it('is measured by the mean distance when more than half are equal', () => {
    const spread = spreadOf([3, 3, 3, 3, 3, 3, 3, 3, 3, 12]);

    expect(spread.unit).toBeCloseTo(0.9 * 1.2533, 10);
    expect(unusual(12, spread, 3)).toBeGreaterThan(3.5);
  });

  it('is nothing where all are equal, nor two permissions more than usual', () => {
    expect(unusual(3, spreadOf([3, 3, 3]), 3)).toBeUndefined();
    expect(unusual(5, spreadOf([3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5]), 3)).toBeUndefined();
  });

  it('is never at or below the median', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 50 }), (values) => {
        const spread = spreadOf(values);
        expect(values.filter((value) => value <= spread.median && unusual(value, spread, 3) !== undefined)).toEqual([]);
      }),
    );
  });
});
