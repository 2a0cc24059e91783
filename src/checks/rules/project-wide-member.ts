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
  evaluate: ({ rows, told, holders }) => {
    const roles = Array.from(
      rows(`select t.n n from thing t where t.kind = 'role' and t.tenant = '' and (select count(*) from tenant) > 1`),
      (row) => number(row, 'n'),
    );
    const members = roles.map((role): readonly [role: number, members: number] => {
      let inside = 0;
      const memberships = holders.memberships();
      for (const user of holders.of(role)) {
        inside += Number((memberships[user] ?? 0) > 0);
      }
      return [role, inside];
    });
    return told(
      `select 'role' type, t.id, t.name, '' tenant, '' about, j.value ->> 1 members
      from json_each(?) j join thing t on t.n = j.value ->> 0 where j.value ->> 1 > 0`,
      (row) =>
        `${count(number(row, 'members'), 'member of a tenant holds', 'members of tenants hold')} it in the whole project`,
      JSON.stringify(members),
    );
  },
};
