import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const impersonationRole: Rule = {
  id: 'impersonation-role',
  group: 'power',
  severity: 'high',
  title: 'Role that allows to sign in as somebody else',
  why:
    'Whoever holds the role acts under the name of others, and the trail shows the others. All limits on ' +
    'people are then limits on the holders of this role.',
  fix:
    'Take the permission out of roles for everyday work; keep it in one role with few holders and a ' +
    'reason for each use.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: [],
  evaluate: ({ told }) =>
    told(
      `select 'role' type, t.id, t.name, t.tenant, '' about, group_concat(p.id, ', ' order by p.id) permissions,
        (select count(distinct h.user) from role_of r join holding h on h.thing = r.thing where r.role = t.n) holders
      from thing t join confers c on c.thing = t.n join thing p on p.n = c.permission
      where t.kind = 'role' and p.id like '%impersonat%' group by t.n`,
      (row) =>
        `allows ${text(row, 'permissions')}, and ${count(number(row, 'holders'), 'user holds', 'users hold')} it directly`,
    ),
};
