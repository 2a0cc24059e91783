import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const uncertainInheritance: Rule = {
  id: 'uncertain-inheritance',
  group: 'structure',
  severity: 'low',
  title: 'Tenant of which it is not sure what it inherits',
  why:
    'Settings of parent and child can be read in two ways, or have a value that is not known. Access that ' +
    'may be there is neither granted nor excluded.',
  fix: 'Set the inheritance of both tenants so that it says one thing.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: ['inheritance'],
  evaluate: ({ told }) =>
    told(
      `select 'tenant' type, t.tenant id, coalesce(e.name, t.tenant) name, '' tenant, '' about, count(*) flows,
        group_concat(distinct i.reason) reasons
      from inherits i join thing t on t.n = i.thing left join tenant e on e.id = t.tenant
      where i.certainty <> 'derived' group by t.tenant`,
      (row) => {
        const reasons = [...new Set(text(row, 'reasons').split(','))].toSorted().join(', ');
        const flows = count(number(row, 'flows'), 'membership or role flows', 'memberships and roles flow');
        return `${flows} down to it perhaps (${reasons})`;
      },
    ),
};
