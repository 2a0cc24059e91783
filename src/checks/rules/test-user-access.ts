import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number } from '../world.ts';

export const testUserAccess: Rule = {
  id: 'test-user-access',
  group: 'people',
  severity: 'high',
  title: 'Test user with access',
  why:
    'A test user can log in with a code that is made through the API, without mail or phone. Whatever it ' +
    'holds is open to whoever has a key that makes such codes.',
  fix: 'Delete the test user, or revoke what it holds; keep test users in a project of their own.',
  controls: { soc2: ['CC6.1', 'CC6.2'], iso27001: ['A.5.16', 'A.5.17'], nist: ['IA-4', 'IA-5'] },
  needs: [],
  evaluate: ({ told, marks }) =>
    told(
      `select 'user' type, u.id, u.name, '' tenant, '' about, count(*) held
      from json_each(?) j cross join user u on u.n = j.value join holding h on h.user = u.n group by u.n`,
      (row) => `is a test user and holds ${count(number(row, 'held'), 'role or membership', 'roles and memberships')}`,
      JSON.stringify(marks().tests),
    ),
};
