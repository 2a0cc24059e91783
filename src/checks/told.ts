import type { FileIndex } from '../answers/file-index.ts';
import type { Check, Finding, RuleState } from './check.ts';
import { severities, type Severity } from './rule.ts';

/** A check as a format tells it. `findings` can be read once; the counts are whole when it has ended. */
export interface Told {
  readonly index: Pick<FileIndex, 'path' | 'summary' | 'moment'>;
  readonly rules: readonly RuleState[];
  readonly findings: Iterable<Finding>;
  readonly counts: Counts;
}

export interface Counts {
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly byRule: ReadonlyMap<string, number>;
}

/** Counts findings while they are told. */
export function counting(index: Told['index'], { rules, findings }: Check): Told {
  const bySeverity = Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>; // has them all
  const byRule = new Map<string, number>();
  return {
    index,
    rules,
    counts: { bySeverity, byRule },
    findings: (function* () {
      for (const finding of findings()) {
        bySeverity[finding.severity] += 1;
        byRule.set(finding.rule, (byRule.get(finding.rule) ?? 0) + 1);
        yield finding;
      }
    })(),
  };
}

/** Rules of which nothing can be said, by the reason. */
export function notEvaluatedIn(rules: readonly RuleState[]): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  for (const { rule, notEvaluated } of rules) {
    if (notEvaluated !== undefined) {
      reasons.set(notEvaluated, [...(reasons.get(notEvaluated) ?? []), rule.id]);
    }
  }
  return reasons;
}

/** Rules that were evaluated and found nothing; known when all findings were read. */
export function passedIn({ rules, counts }: Told): readonly RuleState[] {
  return rules.filter(({ rule, notEvaluated }) => notEvaluated === undefined && !counts.byRule.has(rule.id));
}

/** "user Ada Lovelace (U2abc)", in Acme where it is so there. */
export function subjectInWords({ subject: { type, id, name }, where }: Finding): string {
  const who = `${type} ${name === '' || name === id ? id : `${name} (${id})`}`;
  return where === undefined ? who : `${who} in ${where.tenant}`;
}
