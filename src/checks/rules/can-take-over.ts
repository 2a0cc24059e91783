import type { Rule } from '../rule.ts';
import { isShut } from '../world.ts';

export const canTakeOver: Rule = {
  id: 'can-take-over',
  group: 'power',
  severity: 'medium',
  title: 'Who can take over other accounts',
  why:
    'Whoever edits users or single sign-on can make themselves what they are not: reset a password, add a ' +
    'login, map a group to a role.',
  fix: 'Keep these permissions to few, with a second factor, and look at each holder in every review.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: [],
  parameters: {
    permissions: {
      default: ['User Admin', 'SSO Admin', 'Impersonate'],
      help: 'permissions with which other accounts can be taken over',
    },
  },
  evaluate: ({ found }, parameters) => {
    const list = JSON.stringify(parameters.texts('permissions'));
    const ways = `confers c join thing p on p.n = c.permission join role_of r on r.role = c.thing
      join thing t on t.n = r.thing`;
    return found(
      `select 'user' type, u.id, u.name, t.tenant, t.id about, 'holds ' || t.name || ', which allows '
        || group_concat(p.id, ', ' order by p.id) detail
      from ${ways} join holding h on h.thing = t.n join user u on u.n = h.user
      where p.id in (select value from json_each(?1)) and not ${isShut} group by u.n, t.n
      union all select g.to_type, g.to_id, coalesce(o.name, ''), t.tenant, t.id, 'holds ' || t.name
        || ', which allows ' || group_concat(p.id, ', ' order by p.id)
      from ${ways} join other_grant g on g.thing = t.n left join other o on o.type = g.to_type and o.id = g.to_id
      where p.id in (select value from json_each(?1)) group by g.to_type, g.to_id, t.n`,
      list,
    );
  },
};
