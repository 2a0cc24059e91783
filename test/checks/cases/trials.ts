import type { RuleTrial } from '../../../scripts/mutants/rule-mutants.ts';
import { indexed } from '../../support/check-world.ts';
import type { RuleCase } from './case.ts';

/** The worlds of cases as indexes, which are closed with it. */
export async function trialsOf(
  cases: readonly RuleCase[],
): Promise<{ readonly all: readonly RuleTrial[] } & AsyncDisposable> {
  const all = await Promise.all(
    cases.map(async ({ world, values = {} }): Promise<RuleTrial> => ({ index: await indexed(world), values })),
  );
  return {
    all,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map(({ index }) => index[Symbol.asyncDispose]()));
    },
  };
}
