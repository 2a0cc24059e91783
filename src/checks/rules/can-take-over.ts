import { takeOverPermissions } from '../../answers/power.ts';
import type { Rule } from '../rule.ts';

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
      default: takeOverPermissions,
      help: 'permissions with which other accounts can be taken over',
    },
  },
  evaluate: ({ index, found }, parameters) =>
    found(
      `with gives as materialized (select t.n n, t.id id, t.name name, t.tenant tenant, group_concat(p.id, ', ' order by p.id) allows
        from thing p cross join confers c on c.permission = p.n cross join role_of r on r.role = c.thing
          cross join thing t on t.n = r.thing
        where p.kind = 'permission' and p.id in (select value from json_each(?)) group by t.n)
      select 'user' type, u.id, u.name, g.tenant, g.id about, 'holds ' || g.name || ', which allows ' || g.allows detail
      from gives g cross join holding h on h.thing = g.n cross join user u on u.n = h.user
      where h.user not in (select user from shut)
      ${index.hasOtherGrants ? ofKeys : ''}`,
      JSON.stringify(parameters.texts('permissions')),
    ),
};

const ofKeys = `union all select k.to_type, k.to_id, coalesce(o.name, ''), g.tenant, g.id, 'holds ' || g.name || ', which allows ' || g.allows
  from gives g cross join other_grant k on k.thing = g.n left join other o on o.type = k.to_type and o.id = k.to_id`;
