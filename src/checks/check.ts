import { hash } from 'node:crypto';
import type { FileIndex } from '../answers/file-index.ts';
import { lacksOf } from './needs.ts';
import type { Found } from './found.ts';
import { type Parameters, type Rule, severities, type Severity } from './rule.ts';
import { createWorld, type World } from './world.ts';

/** A rule as it is to be run: its own severity and parameters, or those of a policy. */
export interface PlannedRule {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly values: Readonly<Record<string, number | readonly string[]>>;
}

/** What became of a rule. `notEvaluated` says why nothing can be said: that is no "passed". */
export interface RuleState extends PlannedRule {
  readonly notEvaluated: string | undefined;
}

/** One finding, as every format tells it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly subject: { readonly type: string; readonly id: string; readonly name: string };
  /** The tenant in which it is so; undefined for the whole project. */
  readonly where: { readonly tenantId: string; readonly tenant: string } | undefined;
  readonly detail: string;
  /** The same in every run, whatever display names become. */
  readonly fingerprint: string;
  /** Who accepted it, why, and until which day; undefined where nobody did. */
  readonly waiver?: { readonly reason: string; readonly owner: string; readonly until: string } | undefined;
}

export interface Check {
  /** By severity, then by id. */
  readonly rules: readonly RuleState[];
  /** By severity, rule and subject; read anew with every call. */
  readonly findings: () => Generator<Finding>;
  /** The same in smaller steps, for who shares a process: undefined where one rule has ended. */
  readonly steps: () => Generator<Finding | undefined>;
}

/** The rules with their own severities and parameters. */
export function planOf(rules: readonly Rule[]): PlannedRule[] {
  return rules.map((rule) => ({ rule, severity: rule.severity, values: {} }));
}

/**
 * Looks an index over by rules. Nothing is evaluated before the findings are asked for, but for rules of which only what
 * they find counts: they are not evaluated where they find nothing.
 */
export function checkIndex(
  index: FileIndex,
  plan: readonly PlannedRule[],
  waiverOf: (finding: Finding) => Finding['waiver'] = () => undefined,
): Check {
  let lookedIn: World | undefined;
  const findsNone = ({ rule, values }: PlannedRule): boolean => {
    lookedIn ??= createWorld(index);
    return (
      Iterator.from(rule.evaluate(lookedIn, parametersOf(rule, values)))
        .take(1)
        .toArray().length === 0
    );
  };
  const reasonOf = (planned: PlannedRule): string | undefined => {
    const { needs, needsForNone = [] } = planned.rule;
    const reason = lacksOf(needs, index);
    const ifNone = reason ?? lacksOf(needsForNone, index);
    return reason === undefined && ifNone !== undefined && !findsNone(planned) ? undefined : ifNone;
  };
  const rules = plan
    .map((planned) => ({ ...planned, notEvaluated: reasonOf(planned) }))
    .toSorted((one, other) => rankOf(one.severity) - rankOf(other.severity) || compare(one.rule.id, other.rule.id));
  const tenantOf = tenantNames(index);
  const project = index.summary.projectId ?? '';
  function* steps(): Generator<Finding | undefined> {
    const world = createWorld(index);
    for (const { rule, severity, values, notEvaluated } of rules) {
      if (notEvaluated === undefined) {
        for (const found of rule.evaluate(world, parametersOf(rule, values))) {
          const { type, id, name, tenant, detail } = found;
          const finding = {
            rule: rule.id,
            severity,
            subject: { type, id, name },
            where: tenant === '' ? undefined : { tenantId: tenant, tenant: tenantOf(tenant) },
            detail,
            fingerprint: fingerprintOf(project, rule.id, found),
          };
          const waiver = waiverOf(finding);
          yield waiver === undefined
            ? finding
            : { ...finding, waiver: { reason: waiver.reason, owner: waiver.owner, until: waiver.until } };
        }
        yield undefined;
      }
    }
  }
  return {
    rules,
    steps,
    findings: function* () {
      yield* steps().filter((step) => step !== undefined);
    },
  };
}

/** The name of a tenant, looked up once: there are fewer of them than findings. The id where there is none. */
function tenantNames({ database }: FileIndex): (id: string) => string {
  const names = new Map<string, string>();
  const find = database.prepare('select name from tenant where id = ?');
  return (id) => {
    const name = names.get(id) ?? String(find.get(id)?.['name'] ?? id);
    names.set(id, name);
    return name;
  };
}

/** Ids alone: a display name may change, and the finding is still the same. */
function fingerprintOf(project: string, rule: string, { type, id, tenant, about }: Found): string {
  return hash('sha256', JSON.stringify([project, rule, type, id, tenant, about]), 'hex').slice(0, 32);
}

export function rankOf(severity: Severity): number {
  return severities.indexOf(severity);
}

export function parametersOf({ id, parameters = {} }: Rule, values: PlannedRule['values']): Parameters {
  const valueOf = (name: string): number | readonly string[] => {
    const value = values[name] ?? parameters[name]?.default;
    if (value === undefined) {
      throw new Error(`rule ${id} has no parameter ${name}`);
    }
    return value;
  };
  return {
    number: (name) => Number(valueOf(name)),
    texts: (name) => {
      const value = valueOf(name);
      return typeof value === 'number' ? [] : value;
    },
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
