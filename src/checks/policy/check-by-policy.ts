import type { FileIndex } from '../../answers/file-index.ts';
import { type Check, checkIndex, type PlannedRule } from '../check.ts';
import { lacksOf } from '../needs.ts';
import { namesRule } from './names.ts';
import { planOfPolicy } from './plan.ts';
import type { Policy } from './schema.ts';
import { createWaivers, waiverRuleIds } from './waivers.ts';

export interface ByPolicy {
  readonly policy: Policy;
  /** Only these rules; all where it is undefined. */
  readonly only?: readonly string[] | undefined;
  /** The time that decides whether a waiver is over, where the file does not tell when its sync was. */
  readonly nowMs: number;
}

/** Looks an index over as a policy says, with its conflicts, limits, tests and waivers. */
export function checkByPolicy(index: FileIndex, { policy, only, nowMs }: ByPolicy): Check {
  // Which waivers are needed shows only where all is looked over.
  if (only?.some((id) => waiverRuleIds.includes(id)) === true) {
    const { rules, findings, steps } = checkByPolicy(index, { policy, nowMs });
    return {
      rules: rules.filter(({ rule }) => only.includes(rule.id)),
      findings: function* () {
        yield* findings().filter(({ rule }) => only.includes(rule));
      },
      steps: function* () {
        yield* steps().filter((step) => step === undefined || only.includes(step.rule));
      },
    };
  }
  const plan = planOfPolicy(policy).filter(({ rule }) => only === undefined || only.includes(rule.id));
  const isWhole = ({ rule: { needs, needsForNone = [] } }: PlannedRule): boolean =>
    lacksOf([...needs, ...needsForNone], index) === undefined;
  const asked = new Set(plan.filter(isWhole).map(({ rule }) => rule.id));
  const syncedMs = Date.parse(index.summary.finishedAt ?? '');
  const waivers = createWaivers(policy.waivers, Number.isNaN(syncedMs) ? nowMs : syncedMs, (rule) =>
    rule === undefined ? only === undefined : asked.has(rule),
  );
  const names = policy.conflicts.length + policy.limits.length === 0 ? [] : [namesRule(policy)];
  const ofPolicy: readonly PlannedRule[] = [
    ...names.filter(({ id }) => only === undefined || only.includes(id)),
    ...(policy.waivers.length === 0 ? [] : waivers.rules),
  ].map((rule) => ({ rule, severity: rule.severity, values: {} }));
  return checkIndex(index, [...plan, ...ofPolicy], waivers.of);
}
