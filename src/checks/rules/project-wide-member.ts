import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number } from '../world.ts';

export const projectWideMember: Rule = {
  id: 'project-wide-member',
  group: 'power',
  severity: 'medium',
  title: 'Role that members of tenants hold in the whole project',
  why:
    'The role counts in every tenant, those of other customers included. Mostly it was meant inside the ' +
    'tenant of the user.',
  fix: 'Grant the role inside the tenant, and revoke the one in the whole project.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-6'] },
  needs: [],
  evaluate: ({ told, needMemberships }) => {
    needMemberships();
    return told(
      `select 'role' type, t.id, t.name, '' tenant, '' about, count(*) members
      from thing t cross join holding h on h.thing = t.n cross join membership m on m.user = h.user
      where t.kind = 'role' and t.tenant = '' and (select count(*) from tenant) > 1
      group by t.n`,
      (row) =>
        `${count(number(row, 'members'), 'member of a tenant holds', 'members of tenants hold')} it in the whole project`,
    );
  },
};
