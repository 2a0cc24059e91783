import type { ReportFinding, ReportRule } from '../../answers/report-things.ts';
import type { Project } from './project.ts';

/** A rule of `check` as the page shows it, with what it found. The page judges nothing itself. */
export interface RuleFindings extends ReportRule {
  /** Those that count, then those that somebody accepted. */
  readonly rows: readonly ReportFinding[];
  /** How many of the rows count. */
  readonly counted: number;
}

/** The findings of all rules: first those with something to look at, by severity, then those that found nothing or were not asked. */
export function findingsOf({ rules = [], findings }: Pick<Project, 'rules' | 'findings'>): RuleFindings[] {
  const rows = rules.map((): { readonly counts: ReportFinding[]; readonly waived: ReportFinding[] } => ({
    counts: [],
    waived: [],
  }));
  for (const { rule, rows: block } of findings) {
    for (const row of block) {
      rows[rule]?.[row[3] === undefined ? 'counts' : 'waived'].push(row);
    }
  }
  const all = rules.map((rule, at): RuleFindings => {
    const { counts = [], waived = [] } = rows[at] ?? {};
    return { ...rule, rows: [...counts, ...waived], counted: counts.length };
  });
  return all.toSorted((one, other) => rankOf(one) - rankOf(other)); // those of one rank stay by severity
}

function rankOf({ counted, rows, notEvaluated }: RuleFindings): number {
  return notEvaluated !== undefined ? 3 : counted > 0 ? 0 : rows.length > 0 ? 1 : 2;
}

/** How many findings of a rule count; undefined where it was not asked or could not be evaluated. */
export function countOf(findings: readonly RuleFindings[], id: string): number | undefined {
  const rule = findings.find((one) => one.id === id);
  return rule === undefined || rule.notEvaluated !== undefined ? undefined : rule.counted;
}

/** The rules that found something about a person. */
export function touchingUser(findings: readonly RuleFindings[], user: number): RuleFindings[] {
  return findings.filter(({ rows }) => rows.some(([subject]) => subject === user));
}

/** The rules that found something about what is no person. */
export function touchingThing(findings: readonly RuleFindings[], type: string, id: string): RuleFindings[] {
  return findings.filter(({ rows }) =>
    rows.some(([subject]) => typeof subject !== 'number' && subject[0] === type && subject[1] === id),
  );
}
