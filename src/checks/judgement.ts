import type { ReportJudgement } from '../answers/report-findings.ts';
import type { ReportRule } from '../answers/report-things.ts';
import type { Check, RuleState } from './check.ts';
import { type Controls, controlNames } from './rule.ts';

/** What is left out of a page that is about people alone. */
const keyTypes: ReadonlySet<string> = new Set(['access_key', 'management_key']);

/** A check as the page of a report shows it. */
export function judgementOf(
  { rules, findings }: Check,
  { isHumansOnly }: { readonly isHumansOnly: boolean },
): ReportJudgement {
  const leftOut = new Set(isHumansOnly ? rules.filter(isAboutKeys).map(({ rule }) => rule.id) : []);
  return {
    rules: rules.map((state) =>
      toRule(state, leftOut.has(state.rule.id) ? '--humans-only leaves keys out' : undefined),
    ),
    findings: isHumansOnly
      ? findings().filter(({ rule, subject }) => !leftOut.has(rule) && !keyTypes.has(subject.type))
      : findings(),
  };
}

function isAboutKeys({ rule: { group, needs } }: RuleState): boolean {
  return group === 'keys' || needs.some((need) => keyTypes.has(need));
}

function toRule({ rule, severity, notEvaluated }: RuleState, leftOut: string | undefined): ReportRule {
  const reason = leftOut ?? notEvaluated;
  const { id, title, why, fix, controls } = rule;
  return {
    id,
    severity,
    title,
    why,
    fix,
    controls: controlsInWords(controls),
    ...(reason !== undefined && { notEvaluated: reason }),
  };
}

/** "SOC 2 CC6.1", a text for each framework. */
export function controlsInWords(controls: Partial<Controls>): string[] {
  return controlNames.flatMap(([key, name]) => {
    const all = controls[key] ?? [];
    return all.length === 0 ? [] : [`${name} ${all.join(', ')}`];
  });
}
