import { printable } from '../answers/printable.ts';
import { type Finding, rankOf } from '../checks/check.ts';
import { findingJson } from '../checks/format-json.ts';
import { totalsOf } from '../checks/format-text.ts';
import { checkByPolicy } from '../checks/policy/check-by-policy.ts';
import type { Policy } from '../checks/policy/schema.ts';
import { severities, type Severity } from '../checks/rule.ts';
import { counting, notEvaluatedIn, type Told } from '../checks/told.ts';
import { type CrossCheck, type CrossFinding, openCrossCheck } from '../fleet/cross-check.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { temporaryPlace } from '../output/work-places.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { type AnswerOptions, type FleetAnswer, overFleet, tellAnswer } from './fleet-answer.ts';
import { chosenProjects, type FleetSelection, type Standing } from './fleet-projects.ts';
import { policyOrNone } from './policy-file.ts';
import { prose } from './results.ts';
import { counted } from './table.ts';
import { painter } from './terminal.ts';

export interface FleetCheckFlags extends FleetSelection {
  readonly policy?: string;
  readonly failOn: Severity | 'none';
  readonly json?: boolean;
}

export interface FleetCheckOptions extends AnswerOptions {
  readonly policy: Policy;
  readonly cross: CrossCheck;
  readonly failOn: Severity | 'none';
}

/** The exit code where a finding is as bad as `--fail-on` says, or worse. */
const foundCode = 1;

/** Looks over each project of a fleet by one policy, and over what they have between them. */
export async function fleetCheck(
  flags: FleetCheckFlags,
  { env, signal, endWith }: Pick<CommandContext, 'env' | 'signal' | 'endWith'>,
): Promise<void> {
  const policy = await policyOrNone(flags.policy);
  const projects = chosenProjects(openFleet(flags), flags);
  await using folder = await temporaryPlace().makeFolder();
  using cross = openCrossCheck(folder.path);
  const { failOn, json, maxAge } = flags;
  const answer = checkOver(projects, { policy, cross, failOn, json, maxAge, env, signal, nowMs: Date.now() });
  await tellAnswer(answer, signal);
  if (answer.hasFailed()) {
    endWith(foundCode);
  }
}

/** The same, ready to be written: `pieces` first, and then `refuse`. */
export function checkOver(
  projects: readonly FleetProject[],
  options: FleetCheckOptions,
): FleetAnswer & { readonly hasFailed: () => boolean } {
  const { policy, cross, failOn, nowMs } = options;
  const checks: object[] = [];
  const between: CrossFinding[] = [];
  const seen = Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>; // has them all
  const answer = overFleet<Told>(projects, options, {
    name: 'check',
    asked: {},
    list: 'findings',
    ask: async (project, { open }) => {
      const index = await open();
      cross.add(project, index);
      return counting(index, checkByPolicy(index, { policy, nowMs }));
    },
    rows: ({ findings }) => Iterator.from(findings).map(findingJson),
    lines: linesOf,
    count: (told, standing) => {
      severities.forEach((severity) => (seen[severity] += told.counts.bySeverity[severity]));
      checks.push(checkJson(standing, told));
    },
    finish: () => {
      for (const finding of cross.findings()) {
        seen[finding.severity] += 1;
        between.push(finding);
      }
    },
    closing: () => {
      const total = severities.flatMap((severity) => (seen[severity] === 0 ? [] : [`${seen[severity]} ${severity}`]));
      const all = prose(`In all ${total.length === 0 ? 'no findings' : total.join(', ')}.`);
      return [...crossLines(between, cross), ...all];
    },
    after: () => ({ between, rulesBetween: cross.rules(), counts: seen, checks }),
  });
  const isFailure = (severity: Severity): boolean =>
    failOn !== 'none' && rankOf(severity) <= rankOf(failOn) && seen[severity] > 0;
  return { ...answer, hasFailed: () => severities.some(isFailure) };
}

function checkJson({ project: { name, id } }: Standing, { counts, rules }: Told): object {
  return {
    project: name,
    projectId: id,
    counts: counts.bySeverity,
    byRule: Object.fromEntries(counts.byRule),
    waived: Object.fromEntries(counts.waived),
    notEvaluated: Array.from(notEvaluatedIn(rules), ([reason, ids]) => ({ reason, rules: ids })),
  };
}

/** A line for each rule that found something: all findings of many projects are more than anybody reads. */
function* linesOf(told: Told): Generator<string> {
  const paint = painter();
  let current: { readonly finding: Finding; count: number } | undefined;
  const line = (): string[] => {
    if (current === undefined) {
      return [];
    }
    const { rule, severity } = current.finding;
    const title = told.rules.find((one) => one.rule.id === rule)?.rule.title ?? '';
    const style = severity === 'critical' || severity === 'high' ? 'red' : 'yellow';
    return prose(`  ${severity.toUpperCase()} ${rule}: ${counted(current.count, 'finding')} (${title})`).map((text) =>
      paint(style, text),
    );
  };
  for (const finding of told.findings) {
    if (finding.waiver !== undefined) {
      continue;
    }
    if (current?.finding.rule !== finding.rule) {
      yield* line();
      current = { finding, count: 0 };
    }
    current.count += 1;
  }
  yield* line();
  yield* prose(`  ${totalsOf(told)}`);
}

/** Of each rule, on a screen. */
const mostShown = 10;

function* crossLines(between: readonly CrossFinding[], cross: CrossCheck): Generator<string> {
  const paint = painter();
  yield paint('bold', 'Between projects');
  for (const { id, severity, title, fix, notEvaluated } of cross.rules()) {
    const found = between.filter(({ rule }) => rule === id);
    if (found.length > 0) {
      yield* prose(`  ${severity.toUpperCase()} ${id}: ${title}`).map((text) =>
        paint(severity === 'high' ? 'red' : 'yellow', text),
      );
      yield* found
        .slice(0, mostShown)
        .flatMap(({ subject, detail }) => prose(`    ${printable(`${subject.id} ${detail}`)}`));
      yield* found.length > mostShown ? [`    and ${found.length - mostShown} more: --json has all`] : [];
      yield* prose(`    fix: ${fix}`).map((text) => paint('dim', text));
    }
    if (notEvaluated !== undefined) {
      yield* prose(`  ${id}: not evaluated for all, since ${printable(notEvaluated)}`).map((text) =>
        paint('dim', text),
      );
    }
  }
  if (between.length === 0) {
    yield '  No findings.';
  }
  yield '';
}
