import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';
import { text } from '../world.ts';

export const twinRoles: Rule = {
  id: 'twin-roles',
  group: 'structure',
  severity: 'low',
  title: 'Roles with equal permissions',
  why:
    'Two roles of one place allow the same. A review has to look at both, and a change of one is ' +
    'forgotten in the other.',
  fix: 'Keep one of them, and move the holders of the other.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: [],
  *evaluate({ rows, found }): Generator<Found> {
    const first = new Map<string, string>();
    const twins = new Map<string, string>();
    const sql = `select t.id id, t.name name, t.tenant tenant, group_concat(c.permission) allows
      from thing t join (select c.thing thing, c.permission permission from thing r
        cross join confers c on c.thing = r.n where r.kind = 'role' order by c.thing, c.permission) c on c.thing = t.n
      where t.kind = 'role' group by t.n order by t.id`;
    for (const row of rows(sql)) {
      const key = JSON.stringify([text(row, 'tenant'), text(row, 'allows')]);
      const twin = first.get(key);
      if (twin === undefined) {
        first.set(key, text(row, 'name'));
      } else {
        twins.set(text(row, 'id'), twin);
      }
    }
    const roles = `select 'role' type, t.id, t.name, t.tenant, '' about, '' detail from thing t
      where t.kind = 'role' and t.id in (select value from json_each(?))`;
    for (const one of found(roles, JSON.stringify([...twins.keys()]))) {
      yield { ...one, detail: `allows exactly what ${twins.get(one.id)} allows` };
    }
  },
};
