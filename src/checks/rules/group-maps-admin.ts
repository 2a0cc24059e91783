import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const groupMapsAdmin: Rule = {
  id: 'group-maps-admin',
  group: 'sign-on',
  severity: 'medium',
  title: 'Group of an identity provider that gives a privileged role',
  why:
    'Whoever manages the groups at the identity provider decides who is privileged here, and no grant of ' +
    'this project shows it beforehand.',
  fix: 'Map the group to a narrower role, or have its members reviewed at the identity provider.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: ['sso_configuration', 'idp_group'],
  needsForNone: ['all_configurations'],
  evaluate: ({ told }) =>
    told(
      `select 'idp_group' type, m.id, coalesce(g.name, m.id) name, t.tenant, t.id about, t.name held,
        (select count(*) from group_member x where x.sso = g.n) members
      from maps m join privileged p on p.thing = m.thing join thing t on t.n = m.thing
        left join sso g on g.type = m.type and g.id = m.id
      where m.via = 'group_mapping' group by m.id, t.n`,
      (row) => `gives ${text(row, 'held')}; ${count(number(row, 'members'), 'known member')}`,
    ),
};
