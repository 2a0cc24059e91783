import { xmlText } from '../answers/sheet-xml.ts';
import { printable } from '../printable.ts';
import { rankOf, type RuleState } from './check.ts';
import { ruleGroups, type Severity } from './rule.ts';
import { subjectInWords, type Told } from './told.ts';

/** Of each rule so many findings are named; the rest is counted. */
const mostNamed = 50;

interface Case {
  readonly state: RuleState;
  count: number;
  readonly named: string[];
}

/**
 * JUnit XML: a suite for each group of rules, a case for each rule. A rule fails where it found something as bad as
 * `failOn`, is skipped where it was not evaluated, and passes otherwise, with what it found beneath.
 */
export function* junitPieces(told: Told, failOn: Severity | 'none'): Generator<string> {
  const cases = new Map(told.rules.map((state): [string, Case] => [state.rule.id, { state, count: 0, named: [] }]));
  for (const finding of told.findings) {
    const found = cases.get(finding.rule);
    if (found !== undefined && finding.waiver === undefined) {
      found.count += 1;
      if (found.named.length < mostNamed) {
        found.named.push(printable(`${subjectInWords(finding)}: ${finding.detail}`));
      }
    }
  }
  const isFailed = ({ state: { severity }, count }: Case): boolean =>
    count > 0 && failOn !== 'none' && rankOf(severity) <= rankOf(failOn);
  const totals = (some: readonly Case[]): string => {
    const skipped = some.filter(({ state }) => state.notEvaluated !== undefined).length;
    return `tests="${some.length}" failures="${some.filter(isFailed).length}" errors="0" skipped="${skipped}"`;
  };
  const all = [...cases.values()];
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="baton-descope check" ${totals(all)}>\n`;
  for (const group of ruleGroups) {
    const own = all.filter(({ state }) => state.rule.group === group);
    if (own.length > 0) {
      yield `  <testsuite name="${group}" ${totals(own)}>\n${own.map((one) => caseXml(one, isFailed(one))).join('')}  </testsuite>\n`;
    }
  }
  yield '</testsuites>\n';
}

function caseXml({ state: { rule, severity, notEvaluated }, count, named }: Case, isFailed: boolean): string {
  const head = `    <testcase classname="baton-descope.${rule.group}" name="${xmlText(`${rule.id}: ${rule.title}`)}"`;
  const rest = count > named.length ? [`and ${count - named.length} more`] : [];
  const lines = xmlText([...named, ...rest].join('\n'));
  if (notEvaluated !== undefined) {
    return `${head}><skipped message="${xmlText(`not evaluated, since ${notEvaluated}`)}"/></testcase>\n`;
  }
  if (isFailed) {
    const message = `${count} ${severity}: ${rule.fix}`;
    return `${head}><failure type="${severity}" message="${xmlText(message)}">${lines}</failure></testcase>\n`;
  }
  return count === 0 ? `${head}/>\n` : `${head}><system-out>${lines}</system-out></testcase>\n`;
}
