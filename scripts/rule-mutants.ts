// Plants every fault of scripts/mutants/rule-mutants.ts in the rules of `check`, and asks the cases of test/checks whether they notice:
// npm run mutants:rules [-- RULE...]. A share of them is tried by test/checks/mutants.test.ts.
import { builtInRules } from '../src/checks/rules.ts';
import { allCases } from '../test/checks/cases/all.ts';
import { trialsOf } from '../test/checks/cases/trials.ts';
import { equivalentMutants, mutantsOf, survivorsOf } from './mutants/rule-mutants.ts';

const only = process.argv.slice(2);
let planted = 0;
const survivors: string[] = [];
for (const rule of builtInRules.filter(({ id }) => only.length === 0 || only.includes(id))) {
  await using trials = await trialsOf(allCases.filter((one) => one.rule === rule.id));
  planted += mutantsOf(rule, trials.all).length;
  survivors.push(...survivorsOf(rule, trials.all, () => true));
}
const meant = survivors.filter((name) => equivalentMutants.has(name));
const missed = survivors.filter((name) => !equivalentMutants.has(name));
missed.forEach((name) => console.log(`SURVIVED ${name}`));
console.log(
  `${planted - survivors.length} of ${planted} killed, ${meant.length} change nothing, ${missed.length} survived`,
);
process.exitCode = missed.length === 0 ? 0 : 1;
