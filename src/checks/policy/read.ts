import { orMeant, readBySchema, type YamlPath, type YamlProblem } from '../../config/yaml-schema.ts';
import { printable } from '../../printable.ts';
import { builtInRules } from '../rules.ts';
import { compileExpression } from './expression.ts';
import { namesRuleId } from './names.ts';
import { type Policy, policySchema } from './schema.ts';
import { subjectKind } from './subjects.ts';
import { waiverRuleIds } from './waivers.ts';

/** Rules that a waiver may name, besides the built-in ones. */
export function policyRuleIds({
  custom,
  conflicts,
  limits,
  tests,
}: Pick<Policy, 'custom' | 'conflicts' | 'limits' | 'tests'>): string[] {
  return [
    ...custom.map(({ id }) => `custom/${id}`),
    ...conflicts.map(({ id }) => `conflict/${id}`),
    ...limits.map(({ id }) => `limit/${id}`),
    ...tests.map((test, place) => `test/${test.name ?? place + 1}`),
  ];
}

/** Rules that look at the policy itself, as it has something for them to look at. */
export function ownRuleIds({ conflicts, limits, waivers }: Policy): string[] {
  return [
    ...(conflicts.length + limits.length === 0 ? [] : [namesRuleId]),
    ...(waivers.length === 0 ? [] : waiverRuleIds),
  ];
}

/**
 * Reads the text of a policy file: YAML, of which JSON is a part. What is wrong in it is one `config` error, a line each,
 * with file, line and column.
 */
export function readPolicy(path: string, text: string): Policy {
  return readBySchema(path, text, { schema: policySchema, what: 'the policy', unknownName, slips: slipsIn }).value;
}

function unknownName(above: YamlPath, name: string): string | undefined {
  return above.length === 1 && above[0] === 'rules'
    ? `there is no such rule${orMeant(
        name,
        builtInRules.map(({ id }) => id),
      )}`
    : undefined;
}

/** What the form of a policy does not show: ids that come twice, and waivers of rules that there are not. */
function slipsIn(policy: Policy): YamlProblem[] {
  const ids = policyRuleIds(policy);
  const known = new Set([...builtInRules.map(({ id }) => id), ...ids]);
  const twice = (['custom', 'conflicts', 'limits'] as const).flatMap((list) =>
    policy[list].flatMap(({ id }, place) =>
      policy[list].findIndex((one) => one.id === id) < place
        ? [{ at: [list, place, 'id'], text: `${list}.${place}.id: ${id} is there already` }]
        : [],
    ),
  );
  const tests = policy.tests.flatMap(({ name }, place) =>
    name !== undefined && policy.tests.findIndex((one) => one.name === name) < place
      ? [{ at: ['tests', place, 'name'], text: `tests.${place}.name: ${printable(name)} is there already` }]
      : [],
  );
  const waivers = policy.waivers.flatMap(({ rule }, place) =>
    rule === undefined || known.has(rule)
      ? []
      : [
          {
            at: ['waivers', place, 'rule'],
            text: `waivers.${place}.rule: there is no rule ${printable(rule)}${orMeant(rule, [...known])}`,
          },
        ],
  );
  return [...twice, ...tests, ...waivers, ...faultyExpressions(policy)];
}

function faultyExpressions({ custom }: Policy): YamlProblem[] {
  return custom.flatMap(({ for: name, when }, place) => {
    const { variable, fields } = subjectKind(name);
    const expression = compileExpression(when, variable, fields);
    if (!('fault' in expression)) {
      return [];
    }
    const { fault, offset } = expression;
    return [{ at: ['custom', place, 'when'], text: `custom.${place}.when: ${printable(fault)}`, offset }];
  });
}
