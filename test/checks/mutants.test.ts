import { describe, expect, it } from 'vitest';
import { equivalentMutants, findingsWith, mutantsOf, survivorsOf } from '../../scripts/mutants/rule-mutants.ts';
import { builtInRules } from '../../src/checks/rules.ts';
import { planned } from '../support/check-world.ts';
import { allCases } from './cases/all.ts';
import { trialsOf } from './cases/trials.ts';

/** One of so many mutants of each rule is tried here; `npm run mutants:rules` tries all. */
const share = 6;

describe('a fault in a rule', () => {
  it('is noticed by the cases of the rule, for a share of the faults of each', async () => {
    const survivors: string[] = [];
    for (const [at, rule] of builtInRules.entries()) {
      await using trials = await trialsOf(allCases.filter((one) => one.rule === rule.id));
      survivors.push(...survivorsOf(rule, trials.all, (place) => (place + at) % share === 0));
    }
    expect(survivors.filter((name) => !equivalentMutants.has(name))).toEqual([]);
  });

  it('is planted in every query and parameter of a rule, and changes what the rule finds', async () => {
    const { rule } = planned('many-tenants');
    await using trials = await trialsOf(allCases.filter((one) => one.rule === rule.id));
    const [trial] = trials.all;
    const mutants = mutantsOf(rule, trials.all);

    expect(mutants.map(({ name }) => name)).toContain('many-tenants: most by 1');
    expect(mutants.some(({ query }) => query !== undefined)).toBe(true);
    expect(trial && mutants.map((mutant) => findingsWith(rule, trial, mutant))).not.toContain(
      trial && findingsWith(rule, trial),
    );
  });
});
