import { count } from '../answers/count.ts';
import { printable } from '../printable.ts';
import type { Finding, RuleState } from './check.ts';
import { severities } from './rule.ts';
import { notEvaluatedIn, passedIn, subjectInWords, type Told } from './told.ts';

export interface TextOptions {
  /** Of each rule so many findings at most; all where it is undefined. */
  readonly most: number | undefined;
  readonly paint: (style: 'bold' | 'dim' | 'red' | 'yellow', text: string) => string;
  /** Folds a sentence to the screen. */
  readonly prose: (...lines: readonly string[]) => readonly string[];
}

/** Lines for people: each rule that found something, with its first findings and its fix, and what became of the rest. */
export function* textLines(
  told: Told,
  { most = Number.POSITIVE_INFINITY, paint, prose }: TextOptions,
): Generator<string> {
  let current: RuleState | undefined;
  let shown = 0;
  const end = function* (): Generator<string> {
    if (current !== undefined) {
      const { id, fix } = current.rule;
      if (shown > most) {
        yield* prose(`  and ${(shown - most).toLocaleString('en')} more: --rule ${id} shows all`);
      }
      yield* prose(`  fix: ${fix}`).map((line) => paint('dim', line));
      yield '';
    }
  };
  for (const finding of told.findings) {
    if (current?.rule.id !== finding.rule) {
      yield* end();
      current = told.rules.find(({ rule }) => rule.id === finding.rule);
      shown = 0;
      const style = finding.severity === 'critical' || finding.severity === 'high' ? 'red' : 'yellow';
      yield* prose(`${finding.severity.toUpperCase()} ${finding.rule}: ${current?.rule.title ?? ''}`).map((line) =>
        paint(style, line),
      );
    }
    shown += 1;
    if (shown <= most) {
      yield* prose(`  ${findingInWords(finding)}`);
    }
  }
  yield* end();
  yield* prose(totalsOf(told)).map((line) => paint('bold', line));
  for (const [reason, rules] of notEvaluatedIn(told.rules)) {
    yield* prose(`not evaluated, since ${printable(reason)}: ${rules.join(', ')}`).map((line) => paint('dim', line));
  }
}

function findingInWords(finding: Finding): string {
  const { waiver, detail } = finding;
  const waived = waiver === undefined ? '' : ` (waived until ${waiver.until} by ${waiver.owner}: ${waiver.reason})`;
  return printable(`${subjectInWords(finding)}: ${detail}${waived}`);
}

/** "5 findings: 2 high, 3 medium. Of 58 rules 40 found nothing, 10 were not evaluated." */
export function totalsOf(told: Told): string {
  const { bySeverity } = told.counts;
  const total = severities.reduce((sum, severity) => sum + bySeverity[severity], 0);
  const parts = severities.flatMap((severity) =>
    bySeverity[severity] === 0 ? [] : [`${bySeverity[severity].toLocaleString('en')} ${severity}`],
  );
  const untold = told.rules.filter(({ notEvaluated }) => notEvaluated !== undefined).length;
  const found = total === 0 ? 'No findings' : `${count(total, 'finding')}: ${parts.join(', ')}`;
  const passed = `Of ${count(told.rules.length, 'rule')} ${passedIn(told).length} found nothing`;
  const waived = told.counts.waived.values().reduce((sum, one) => sum + one, 0);
  const accepted =
    waived === 0 ? '' : ` ${waived === 1 ? '1 more is waived.' : `${waived.toLocaleString('en')} more are waived.`}`;
  return `${found}.${accepted} ${passed}, and ${untold} ${untold === 1 ? 'was' : 'were'} not evaluated.`;
}
