import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number } from '../world.ts';

export const tenantManyAdmins: Rule = {
  id: 'tenant-many-admins',
  group: 'power',
  severity: 'medium',
  title: 'Tenant with many administrators',
  why:
    'The more people hold a privileged role in a tenant, the less each of them is looked at. Counted is ' +
    'who holds one inside the tenant, directly, and can log in.',
  fix: 'Keep the role for those who administer the tenant; give the others a narrower one.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: [],
  parameters: {
    most: { default: 5, help: 'so many administrators of one tenant are usual' },
  },
  evaluate: ({ told }, parameters) =>
    told(
      `select 'tenant' type, t.tenant id, coalesce(e.name, t.tenant) name, '' tenant, '' about, count(distinct h.user) admins
      from privileged p cross join thing t on t.n = p.thing cross join holding h on h.thing = t.n
        left join tenant e on e.id = t.tenant
      where t.tenant <> '' and h.user not in (select user from shut)
      group by t.tenant having count(distinct h.user) > ?`,
      (row) => `has ${count(number(row, 'admins'), 'administrator')}`,
      parameters.number('most'),
    ),
};
