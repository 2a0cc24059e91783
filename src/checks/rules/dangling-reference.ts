import { referencesFound } from '../references.ts';
import type { Rule } from '../rule.ts';

export const danglingReference: Rule = {
  id: 'dangling-reference',
  group: 'structure',
  severity: 'high',
  title: 'Reference to a role, tenant or permission that is gone',
  why:
    'A record names something that does not exist: deleted since, or misspelt. It gives nothing today. If ' +
    'something of that name is made again, the access is there at once.',
  fix: 'Take the name off the record.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: ['references'],
  needsForNone: ['access_key'],
  evaluate: (world) =>
    referencesFound(
      world,
      world.index.summary.dangling,
      (kind, name) => `names the ${kind} ${name}, which is not there`,
    ),
};
