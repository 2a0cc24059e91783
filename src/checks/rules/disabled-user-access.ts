import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const disabledUserAccess: Rule = {
  id: 'disabled-user-access',
  group: 'people',
  severity: 'medium',
  title: 'Disabled or expired user with access',
  why:
    'Roles and memberships stay on the record of a user who was disabled. All of it comes back with the ' +
    'first enabling.',
  fix: 'Revoke what the user holds when you disable the account, or delete the user.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.16', 'A.5.18'], nist: ['AC-2', 'AC-2(3)'] },
  needs: [],
  evaluate: ({ told, needShutHoldings }) => {
    needShutHoldings();
    return told(
      `select 'user' type, u.id, u.name, '' tenant, '' about, u.status status, a.roles roles, a.tenants tenants
      from (select s.user user, sum(t.kind <> 'tenant') roles, sum(t.kind = 'tenant') tenants
        from shut_holding s cross join thing t on t.n = s.thing group by s.user) a
      cross join user u on u.n = a.user`,
      (row) => {
        const [roles, tenants] = [count(number(row, 'roles'), 'role'), count(number(row, 'tenants'), 'tenant')];
        return `is ${text(row, 'status')}, holds ${roles} and belongs to ${tenants}`;
      },
    );
  },
};
