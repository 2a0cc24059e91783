import { appCases } from './apps.ts';
import type { RuleCase } from './case.ts';
import { keyCases } from './keys.ts';
import { narrowCases } from './narrow.ts';
import { peopleCases } from './people.ts';
import { powerCases } from './power.ts';
import { signOnCases } from './sign-on.ts';
import { structureCases } from './structure.ts';

/** The cases of all rules. */
export const allCases: readonly RuleCase[] = [
  ...peopleCases,
  ...powerCases,
  ...structureCases,
  ...signOnCases,
  ...keyCases,
  ...appCases,
  ...narrowCases,
];
