import { jsonLines } from '../answers/json-lines.ts';
import type { Finding, RuleState } from './check.ts';
import type { Told } from './told.ts';

/** One JSON object: what was looked at, every rule and whether it could be evaluated, a finding a line, and the counts. */
export function jsonPieces(told: Told): Generator<string> {
  const { index, rules, findings, counts } = told;
  const { projectId, finishedAt } = index.summary;
  const head = {
    question: 'check',
    file: index.path,
    ...(projectId !== undefined && { projectId }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(index.moment !== undefined && { moment: index.moment }),
    rules: rules.map(ruleJson),
  };
  return jsonLines(head, 'findings', mapped(findings), () => ({
    counts: counts.bySeverity,
    byRule: Object.fromEntries(counts.byRule),
    waived: Object.fromEntries(counts.waived),
  }));
}

function ruleJson({ rule, severity, notEvaluated }: RuleState): object {
  const { id, title, controls } = rule;
  return {
    id,
    severity,
    title,
    controls,
    ...(notEvaluated === undefined ? { state: 'evaluated' } : { state: 'not-evaluated', reason: notEvaluated }),
  };
}

function* mapped(findings: Iterable<Finding>): Generator<object> {
  for (const finding of findings) {
    yield findingJson(finding);
  }
}

/** A finding as the JSON that is printed. */
export function findingJson({ rule, severity, subject, where, detail, fingerprint, waiver }: Finding): object {
  return {
    rule,
    severity,
    subject,
    ...(where !== undefined && { where }),
    detail,
    fingerprint,
    ...(waiver !== undefined && { waiver }),
  };
}
