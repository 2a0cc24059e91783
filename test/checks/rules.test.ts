import { describe, expect, it } from 'vitest';
import { builtInRules } from '../../src/checks/rules.ts';
import { findingsIn } from '../support/check-world.ts';
import { appCases } from './cases/apps.ts';
import { keyCases } from './cases/keys.ts';
import { peopleCases } from './cases/people.ts';
import { powerCases } from './cases/power.ts';
import { signOnCases } from './cases/sign-on.ts';
import { structureCases } from './cases/structure.ts';

const cases = [...peopleCases, ...powerCases, ...structureCases, ...signOnCases, ...keyCases, ...appCases];

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
