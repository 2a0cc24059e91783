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
  /** Findings that a waiver accepts, which are counted nowhere else, by rule. */
  readonly waived: ReadonlyMap<string, number>;
}

/** Counts findings while they are told. */
export function counting(index: Told['index'], { rules, findings }: Pick<Check, 'rules' | 'findings'>): Told {
  const bySeverity = Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>; // has them all
  const byRule = new Map<string, number>();
  const waived = new Map<string, number>();
  const more = (counts: Map<string, number>, rule: string): void => {
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
  };
  return {
    index,
    rules,
    counts: { bySeverity, byRule, waived },
    findings: (function* () {
      for (const finding of findings()) {
        if (finding.waiver === undefined) {
          bySeverity[finding.severity] += 1;
          more(byRule, finding.rule);
        } else {
          more(waived, finding.rule);
        }
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
  const hasFound = (id: string): boolean => counts.byRule.has(id) || counts.waived.has(id);
  return rules.filter(({ rule, notEvaluated }) => notEvaluated === undefined && !hasFound(rule.id));
}

/** "user Ada Lovelace (U2abc)", in Acme where it is so there. */
export function subjectInWords({ subject: { type, id, name }, where }: Finding): string {
  const who = `${type} ${name === '' || name === id ? id : `${name} (${id})`}`;
  return where === undefined ? who : `${who} in ${where.tenant}`;
}
