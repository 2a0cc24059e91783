import type { PlannedRule } from '../check.ts';
import { builtInRules } from '../rules.ts';
import { severities, type Severity } from '../rule.ts';
import { conflictRule } from './conflicts.ts';
import { customRule } from './custom.ts';
import { limitRule } from './limits.ts';
import type { Policy } from './schema.ts';
import { testRule } from './tests.ts';

/** The rules that a policy asks for, as it wants them; those that it turns off are not among them. */
export function planOfPolicy({ rules, custom, conflicts, limits, tests }: Policy): PlannedRule[] {
  const own = [
    ...custom.map(customRule),
    ...conflicts.map(conflictRule),
    ...limits.map(limitRule),
    ...tests.map(testRule),
  ];
  return [
    ...builtInRules.flatMap((rule) => {
      const wish: unknown = (rules as Readonly<Record<string, unknown>>)[rule.id];
      return wish === 'off' ? [] : [{ rule, severity: severityIn(wish) ?? rule.severity, values: valuesIn(wish) }];
    }),
    ...own.map((rule) => ({ rule, severity: rule.severity, values: {} })),
  ];
}

function severityIn(wish: unknown): Severity | undefined {
  const word = typeof wish === 'object' && wish !== null && 'severity' in wish ? wish.severity : wish;
  return severities.find((severity) => severity === word);
}

function valuesIn(wish: unknown): PlannedRule['values'] {
  if (typeof wish !== 'object' || wish === null) {
    return {};
  }
  const entries = Object.entries(wish).filter(([key, value]) => key !== 'severity' && value !== undefined);
  return Object.fromEntries(entries); // numbers and lists, as the schema of the policy says
}
