import { basename } from 'node:path';
import { jsonLines } from '../answers/json-lines.ts';
import { version } from '../version.ts';
import type { Finding, RuleState } from './check.ts';
import type { Severity } from './rule.ts';
import { subjectInWords, type Told } from './told.ts';

const levels: Readonly<Record<Severity, string>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** What GitHub makes a severity of: over 9 is critical, over 7 high, over 4 medium. */
const scores: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '1.0',
};

/**
 * What GitHub takes of one run: more results are refused, and so is a file that is larger when it is compressed, at 10 MB. A
 * result is compressed to less than a quarter; a test holds that.
 */
export const sarifLimits: SarifLimits = { results: 25_000, characters: 40_000_000, shown: 5_000 };

interface SarifLimits {
  readonly results: number;
  readonly characters: number;
  readonly shown: number;
}

export interface SarifOptions {
  readonly limits?: SarifLimits;
  /** Called with a sentence where not all findings are told. */
  readonly onCut?: (text: string) => void;
}

/**
 * SARIF 2.1.0: one run, with every rule, a result a line, and a notification for each rule that was not evaluated. Of more
 * results than GitHub takes the worst are told, and a notification says how many there are; all are counted in the
 * properties of the run.
 */
export function* sarifPieces(
  { index, rules, counts, findings }: Told,
  { limits = sarifLimits, onCut = () => {} }: SarifOptions = {},
): Generator<string> {
  const places = new Map(rules.map(({ rule }, place) => [rule.id, place]));
  const { finishedAt, projectId } = index.summary;
  const run = {
    tool: { driver: { name: 'baton-descope', semanticVersion: version, rules: rules.map(ruleOf) } },
    automationDetails: { id: `baton-descope/${projectId ?? ''}` },
  };
  const cut = createCut(limits);
  yield '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[';
  const told = cut.of(results(findings, places, encodeURIComponent(basename(index.path))));
  yield* jsonLines(run, 'results', told, () => ({
    properties: { findings: sumOf(Object.values(counts.bySeverity)), waived: sumOf(counts.waived.values()) },
    invocations: [
      {
        executionSuccessful: true,
        toolConfigurationNotifications: rules.flatMap(notificationOf),
        toolExecutionNotifications: cut.words(limits).map((text) => ({ level: 'warning', message: { text } })),
        ...(finishedAt !== undefined && { properties: { syncFinishedAt: finishedAt } }),
      },
    ],
  }));
  cut.words(limits).forEach(onCut);
  yield ']}\n';
}

function sumOf(counts: Iterable<number>): number {
  return Array.from(counts).reduce((sum, each) => sum + each, 0);
}

/** Text as a message of SARIF has it, where `[text](address)` is a link and `{0}` stands for an argument. */
function plain(text: string): string {
  return text
    .replaceAll(/\\*[[\]]/g, (found) => `${found.slice(0, -1).repeat(2)}\\${found.slice(-1)}`)
    .replaceAll(/[{}]/g, '$&$&');
}

interface Cut {
  /** The first results, as many as there may be; the rest is counted. */
  readonly of: (all: Iterable<object>) => Generator<object>;
  /** What is to be said of what was left out; nothing where all is there. */
  readonly words: (limits: Pick<SarifLimits, 'shown'>) => string[];
}

function createCut({ results: most, characters: room }: Pick<SarifLimits, 'results' | 'characters'>): Cut {
  let told = 0;
  let all = 0;
  let length = 0;
  return {
    *of(rows) {
      for (const row of rows) {
        all += 1;
        if (told === all - 1 && told < most && length < room) {
          length += JSON.stringify(row).length;
          told += 1;
          yield row;
        }
      }
    },
    words: ({ shown }) => {
      const number = (value: number): string => value.toLocaleString('en');
      return told === all
        ? []
        : [
            [
              `${number(told)} of ${number(all)} findings are here, the worst first, since GitHub takes no more of one run`,
              `and shows ${number(shown)}: --rule, or a policy, makes them fewer`,
            ].join(' '),
          ];
    },
  };
}

function ruleOf({ rule: { id, title, why, fix, group, controls }, severity }: RuleState): object {
  return {
    id,
    name: title,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why} How to mend it: ${fix}`, markdown: `${why}\n\n**How to mend it.** ${fix}` },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: ['security', `access/${group}`, ...new Set(Object.values(controls).flat())],
      precision: 'high',
      'security-severity': scores[severity],
    },
  };
}

function notificationOf({ rule, notEvaluated }: RuleState): object[] {
  return notEvaluated === undefined
    ? []
    : [
        {
          associatedRule: { id: rule.id },
          level: 'note',
          message: { text: plain(`${rule.id} was not evaluated, since ${notEvaluated}`) },
        },
      ];
}

function* results(findings: Iterable<Finding>, places: ReadonlyMap<string, number>, uri: string): Generator<object> {
  for (const finding of findings) {
    const { rule, severity, subject, where, detail, fingerprint, waiver } = finding;
    const place = where === undefined ? '' : `tenant/${where.tenantId}/`;
    yield {
      ruleId: rule,
      ruleIndex: places.get(rule) ?? -1,
      level: levels[severity],
      message: { text: plain(`${subjectInWords(finding)}: ${detail}`) },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
          logicalLocations: [
            { name: subject.name || subject.id, fullyQualifiedName: `${place}${subject.type}/${subject.id}` },
          ],
        },
      ],
      partialFingerprints: { 'batonDescope/v1': fingerprint },
      ...(waiver !== undefined && {
        suppressions: [
          {
            kind: 'external',
            status: 'accepted',
            justification: `until ${waiver.until}, by ${waiver.owner}: ${waiver.reason}`,
          },
        ],
      }),
    };
  }
}
