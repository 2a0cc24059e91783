import type { PlannedRule } from '../../../src/checks/check.ts';
import type { GrantRow, ResourceRow } from '../../../src/model/row.ts';
import type { HandWritten } from '../../support/edge-files.ts';
import { offices } from '../../support/check-world.ts';

/** A world with subjects that a rule must find and subjects that it must not, and all that it finds. */
export interface RuleCase {
  readonly rule: string;
  readonly name: string;
  readonly world: HandWritten;
  readonly values?: PlannedRule['values'];
  readonly finds: readonly string[];
}

export interface CaseParts {
  readonly resources?: readonly ResourceRow[];
  readonly grants?: readonly GrantRow[];
  readonly rest?: Partial<HandWritten>;
  readonly values?: PlannedRule['values'];
}

/** A case in the world of the two offices. */
export function ruleCase(
  rule: string,
  name: string,
  { resources = [], grants = [], rest = {}, values }: CaseParts,
  finds: readonly string[],
): RuleCase {
  return { rule, name, world: offices(resources, grants, rest), finds, ...(values !== undefined && { values }) };
}
