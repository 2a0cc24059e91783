import { isMap, isNode, isPair, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { explainYaml } from '../../config/yaml-faults.ts';
import { ConnectorError } from '../../errors.ts';
import { nearNames } from '../../model/near-names.ts';
import { printable } from '../../printable.ts';
import { builtInRules } from '../rules.ts';
import { type Policy, policySchema } from './schema.ts';

type Path = readonly (string | number)[];

/** Rules that a waiver may name, besides the built-in ones. */
export function policyRuleIds({ conflicts, limits, tests }: Pick<Policy, 'conflicts' | 'limits' | 'tests'>): string[] {
  return [
    ...conflicts.map(({ id }) => `conflict/${id}`),
    ...limits.map(({ id }) => `limit/${id}`),
    ...tests.map((test, place) => `test/${test.name ?? place + 1}`),
  ];
}

/**
 * Reads the text of a policy file: YAML, of which JSON is a part. What is wrong in it is one `config` error, a line each,
 * with file, line and column.
 */
export function readPolicy(path: string, text: string): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const fault = explainYaml(text, document.errors, () => true);
  if (fault !== undefined) {
    throw new ConnectorError('config', `${printable(path)}:${fault.line}:1 ${fault.text}`);
  }
  const told = (problems: readonly Problem[]): ConnectorError =>
    new ConnectorError(
      'config',
      problems.map(({ at, text: what }) => `${printable(path)}:${placeOf(document, lines, at)} ${what}`).join('\n'),
    );
  const read = policySchema.safeParse(document.toJS() ?? {});
  if (!read.success) {
    throw told(read.error.issues.flatMap((issue) => problemsOf(issue, [])));
  }
  const problems = slipsIn(read.data);
  if (problems.length > 0) {
    throw told(problems);
  }
  return read.data;
}

interface Problem {
  readonly at: Path;
  readonly text: string;
}

function problemsOf(issue: z.core.$ZodIssue, above: Path): Problem[] {
  const at = [...above, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'invalid_union') {
    return nearestOf(issue.errors).flatMap((one) => problemsOf(one, at));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ at: [...at, key], text: unknownKey(at, key) }));
  }
  const where = at.length === 0 ? 'the policy' : at.map((part) => printable(String(part))).join('.');
  return [{ at, text: `${where}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}` }];
}

/** Of the ways in which a value may be written, the one that it is nearest to: with the problem that lies deepest. */
function nearestOf(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const depth = (issues: readonly z.core.$ZodIssue[]): number =>
    Math.max(0, ...issues.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)));
  const [nearest = []] = errors.toSorted((one, other) => depth(other) - depth(one) || one.length - other.length);
  return nearest;
}

function unknownKey(at: Path, key: string): string {
  const isRule = at.length === 1 && at[0] === 'rules';
  const known = isRule ? builtInRules.map(({ id }) => id) : [];
  const [near] = nearNames(key, known, 1);
  const where = [...at, key].map((part) => printable(String(part))).join('.');
  return isRule
    ? `${where}: there is no such rule${near === undefined ? '' : `; did you mean ${near}?`}`
    : `${where}: there is nothing of this name here`;
}

/** What the form of a policy does not show: ids that come twice, and waivers of rules that there are not. */
function slipsIn(policy: Policy): Problem[] {
  const ids = policyRuleIds(policy);
  const known = new Set([...builtInRules.map(({ id }) => id), ...ids]);
  const twice = (['conflicts', 'limits'] as const).flatMap((list) =>
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
  const waivers = policy.waivers.flatMap(({ rule }, place) => {
    if (rule === undefined || known.has(rule)) {
      return [];
    }
    const [near] = nearNames(rule, [...known], 1);
    return [
      {
        at: ['waivers', place, 'rule'],
        text: `waivers.${place}.rule: there is no rule ${printable(rule)}${near === undefined ? '' : `; did you mean ${near}?`}`,
      },
    ];
  });
  return [...twice, ...tests, ...waivers];
}

/** Line and column of what a path leads to, or of the nearest thing above it that is there. */
function placeOf(document: Document, lines: LineCounter, at: Path): string {
  for (let length = at.length; length >= 0; length--) {
    const path = at.slice(0, length);
    const parent: unknown = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
    const key = path.at(-1);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && String(item.key) === String(key))
      : undefined;
    const node: unknown = pair === undefined ? document.getIn(path, true) : pair.key;
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return `${line}:${col}`;
    }
  }
  return '1:1';
}
