import { describe, expect, it } from 'vitest';
import { thingFlags } from '../../src/answers/report-format.ts';
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
