import { describe, expect, it } from 'vitest';
import { builtInRules } from '../../src/checks/rules.ts';
import { findingsIn } from '../support/check-world.ts';
import { allCases as cases } from './cases/all.ts';

describe('a rule finds', () => {
  it.each(cases.map((one) => [one.rule, one.name, one] as const))(
    '%s: %s',
    async (_rule, _name, { rule, world, values, finds }) => {
      expect(await findingsIn(world, rule, values)).toEqual(finds);
    },
  );

  it('nothing without a case here that it must find', () => {
    const found = new Set(
      cases.filter(({ finds }) => finds.some((text) => !text.startsWith('not evaluated'))).map(({ rule }) => rule),
    );
    expect(builtInRules.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
  });
});
