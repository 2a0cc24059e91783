import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number } from '../world.ts';

export const disabledTenantMembers: Rule = {
  id: 'disabled-tenant-members',
  group: 'structure',
  severity: 'medium',
  title: 'Disabled tenant with members',
  why: 'The tenant is switched off, and all of its access waits for the day on which somebody switches it on again.',
  fix: 'Remove the members, or delete the tenant.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.16', 'A.5.18'], nist: ['AC-2', 'AC-2(3)'] },
  needs: [],
  evaluate: ({ told }) =>
    told(
      `with off(id) as materialized (select p.id from profile p where p.type = 'tenant' and json_extract(p.profile, '$.disabled') = 1)
      select 'tenant' type, e.id, e.name, '' tenant, '' about, count(*) members
      from off cross join tenant e on e.id = off.id cross join thing t on t.kind = 'tenant' and t.id = e.id
        cross join holding h on h.thing = t.n
      group by e.id`,
      (row) => `is disabled and has ${count(number(row, 'members'), 'member')}`,
    ),
};
