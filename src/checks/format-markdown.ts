import { markdownName, printable } from '../answers/printable.ts';
import type { Finding, RuleState } from './check.ts';
import { totalsOf } from './format-text.ts';
import { notEvaluatedIn, type Told } from './told.ts';

/** Of each rule so many findings stand in the table; the rest is counted. */
const mostShown = 50;

/** Markdown for a ticket or a pull request: a heading and a table for each rule that found something. */
export function* markdownLines(told: Told): Generator<string> {
  yield '## Access check';
  let current: RuleState | undefined;
  let shown = 0;
  const rest = (): string[] => (shown > mostShown ? ['', `and ${(shown - mostShown).toLocaleString('en')} more.`] : []);
  for (const finding of told.findings) {
    if (current?.rule.id !== finding.rule) {
      yield* rest();
      current = told.rules.find(({ rule }) => rule.id === finding.rule);
      shown = 0;
      yield* headOf(finding, current);
    }
    shown += 1;
    if (shown <= mostShown) {
      yield rowOf(finding);
    }
  }
  yield* rest();
  yield* ['', totalsOf(told), ''];
  for (const [reason, rules] of notEvaluatedIn(told.rules)) {
    yield `- not evaluated, since ${plain(reason)}: ${rules.map((id) => `\`${id}\``).join(', ')}`;
  }
}

function headOf({ rule, severity }: Finding, state: RuleState | undefined): string[] {
  const { title = '', why = '', fix = '' } = state?.rule ?? {};
  return [
    '',
    `### ${severity}: ${plain(title)} (\`${rule.replaceAll('`', '')}\`)`,
    '',
    `${plain(why)} **How to mend it.** ${plain(fix)}`,
    '',
    '| who or what | where | what is wrong | waived |',
    '|---|---|---|---|',
  ];
}

function rowOf({ subject: { type, id, name }, where, detail, waiver }: Finding): string {
  const cell = (text: string): string => (text === '' ? '' : markdownName(text).replaceAll('|', '\\|'));
  const who = `${type} ${cell(name === '' ? id : name)}${name === '' || name === id ? '' : ` ${cell(id)}`}`;
  const waived = waiver === undefined ? '' : cell(`until ${waiver.until}, ${waiver.owner}: ${waiver.reason}`);
  return `| ${who} | ${cell(where?.tenant ?? '')} | ${cell(detail)} | ${waived} |`;
}

/** Text of ours, or of a policy, that is no markup. */
function plain(text: string): string {
  return printable(text).replaceAll(/[\\`*_[\]<>|@#]/g, (mark) => `\\${mark}`);
}
