import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { isShut, number, text } from '../world.ts';

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
  evaluate: ({ told }) =>
    told(
      `select 'user' type, u.id, u.name, '' tenant, '' about, u.status status,
        sum(t.kind <> 'tenant') roles, sum(t.kind = 'tenant') tenants
      from user u join holding h on h.user = u.n join thing t on t.n = h.thing where ${isShut} group by u.n`,
      (row) =>
        `is ${text(row, 'status')}, holds ${count(number(row, 'roles'), 'role')} and belongs to ${count(number(row, 'tenants'), 'tenant')}`,
    ),
};
