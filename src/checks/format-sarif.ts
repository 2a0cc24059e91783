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

/** SARIF 2.1.0: one run, with every rule, a result a line, and a notification for each rule that was not evaluated. */
export function* sarifPieces({ index, rules, findings }: Told): Generator<string> {
  const places = new Map(rules.map(({ rule }, place) => [rule.id, place]));
  const { finishedAt, projectId } = index.summary;
  const run = {
    tool: { driver: { name: 'baton-descope', semanticVersion: version, rules: rules.map(ruleOf) } },
    automationDetails: { id: `baton-descope/${projectId ?? ''}` },
    invocations: [
      {
        executionSuccessful: true,
        toolConfigurationNotifications: rules.flatMap(notificationOf),
        ...(finishedAt !== undefined && { properties: { syncFinishedAt: finishedAt } }),
      },
    ],
  };
  yield '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[';
  yield* jsonLines(run, 'results', results(findings, places, encodeURIComponent(basename(index.path))));
  yield ']}\n';
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
          message: { text: `${rule.id} was not evaluated, since ${notEvaluated}` },
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
      message: { text: `${subjectInWords(finding)}: ${detail}` },
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
