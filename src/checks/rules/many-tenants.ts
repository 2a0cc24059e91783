import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number } from '../world.ts';

export const manyTenants: Rule = {
  id: 'many-tenants',
  group: 'power',
  severity: 'low',
  title: 'User who belongs to many tenants',
  why:
    'One account opens many customers. It is worth more to an attacker than others, and its owner has ' +
    'often moved on from some of them.',
  fix: 'Remove the memberships that are not needed; give support staff access for the time of a case.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-6'] },
  needs: [],
  parameters: {
    most: { default: 10, help: 'so many tenants are usual' },
  },
  evaluate: ({ told, holders }, parameters) => {
    const most = parameters.number('most');
    const many: (readonly [user: number, tenants: number])[] = [];
    holders.memberships().forEach((tenants, user) => {
      if (tenants > most) {
        many.push([user, tenants]);
      }
    });
    return told(
      `select 'user' type, u.id, u.name, '' tenant, '' about, j.value ->> 1 tenants
      from json_each(?) j cross join user u on u.n = j.value ->> 0`,
      (row) => `belongs to ${count(number(row, 'tenants'), 'tenant')}`,
      JSON.stringify(many),
    );
  },
};
