import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thingFlags } from '../../src/answers/report-format.ts';
import { spreadOf, unusual } from '../../src/report-page/data/outliers.ts';
import { judgePower, levelOf } from '../../src/answers/power.ts';

describe('the level of a permission', () => {
  it.each([
    ['User Admin', 'administrative'],
    ['billing.*', 'administrative'],
    ['impersonateUser', 'administrative'],
    ['invoices.read', 'reading'],
    ['INVOICES_READ', 'reading'],
    ['tokens.list', 'reading'],
    ['invoices.approve', 'sensitive'],
    ['customersDelete', 'sensitive'],
    ['export-view', 'sensitive'],
    ['invoices.edit', 'ordinary'],
    ['threadbare', 'ordinary'],
    ['administration', 'ordinary'],
    ['تصدير البيانات', 'ordinary'],
    ['', 'ordinary'],
  ])('of %j is %s', (name, level) => {
    expect(levelOf(name, 0)).toBe(level);
  });

  it('of one of Descope’s own is administrative, whatever it is called', () => {
    expect(levelOf('look', thingFlags.system)).toBe('administrative');
  });
});

describe('a role', () => {
  const permissions = ['a.read', 'b.read', 'c.edit', 'd.edit', 'e.delete', 'f.approve', 'g.refund', 'User Admin'].map(
    (name) => ({ name, flags: 0 }),
  );
  const privilegeOf = (name: string, allows: readonly number[]) =>
    judgePower({ permissions, roles: [{ name, allows }] }).privilege[0];

  it.each([
    ['is privileged by being Descope’s own', 'Tenant Admin', [], [expect.stringContaining('own administrator role')]],
    ['is privileged by an administrative permission', 'R', [7], ['allows User Admin']],
    ['is privileged by half of all permissions', 'R', [0, 1, 2, 3], ['allows 4 of 8 permissions']],
    ['is privileged by three sensitive ones', 'R', [4, 5, 6], ['allows 3 sensitive permissions']],
    ['is not by two sensitive ones', 'R', [4, 5], []],
    ['is not by three ordinary ones', 'R', [0, 1, 2], []],
  ])('%s', (_, name, allows, why) => {
    expect(privilegeOf(name, allows)).toEqual(why);
  });
});

describe('unusually much', () => {
  it('is what lies far above the median, in units of the usual spread', () => {
    const values = [2, 3, 3, 4, 4, 4, 5, 5, 6, 12];
    const spread = spreadOf(values);

    expect(spread).toEqual({ median: 4, unit: 1.4826 });
    expect(values.filter((value) => unusual(value, spread) !== undefined)).toEqual([12]);
    expect(unusual(12, spread)).toBeCloseTo(8 / 1.4826, 10);
  });

  it('is measured by the mean distance when more than half are equal', () => {
    const spread = spreadOf([3, 3, 3, 3, 3, 3, 3, 3, 3, 12]);

    expect(spread.unit).toBeCloseTo(0.9 * 1.2533, 10);
    expect(unusual(12, spread)).toBeGreaterThan(3.5);
  });

  it('is nothing where all are equal, nor two permissions more than usual', () => {
    expect(unusual(3, spreadOf([3, 3, 3]))).toBeUndefined();
    expect(unusual(5, spreadOf([3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5]))).toBeUndefined();
  });

  it('is never at or below the median', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 50 }), (values) => {
        const spread = spreadOf(values);
        expect(values.filter((value) => value <= spread.median && unusual(value, spread) !== undefined)).toEqual([]);
      }),
    );
  });
});
