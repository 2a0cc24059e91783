import { referencesFound } from '../references.ts';
import type { Rule } from '../rule.ts';

export const ambiguousReference: Rule = {
  id: 'ambiguous-reference',
  group: 'structure',
  severity: 'medium',
  title: 'Reference to a role name that means two roles',
  why:
    'The tenant and the project both define a role of this name, and the record does not say which one is meant. It is ' +
    'counted as the tenant’s; what Descope gives may be the other.',
  fix: 'Rename one of the two roles.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: ['ambiguous'],
  needsForNone: ['access_key'],
  evaluate: (world) =>
    referencesFound(
      world,
      world.index.summary.ambiguous,
      (kind, name) => `names the ${kind} ${name}, which the tenant and the project both define`,
    ),
};
