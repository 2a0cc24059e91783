import { count } from '../../answers/count.ts';
import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const privilegedRole: Rule = {
  id: 'privileged-role',
  group: 'power',
  severity: 'info',
  title: 'Privileged role that people hold',
  why:
    'A role is privileged when it is Descope’s own Tenant Admin, allows an administrative permission, at least half of ' +
    'all permissions (4 or more), or 3 sensitive ones. Counted is who holds it directly, in each place: where every review begins.',
  fix: 'Check that each holder still needs it, and whether a narrower role or place would do.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: [],
  *evaluate({ rows, holders }): Generator<Found> {
    const sql = `select t.n n, r.id id, r.name name, t.tenant tenant, p.why why
      from privileged p join thing t on t.n = p.thing join role_of o on o.thing = t.n join thing r on r.n = o.role
      order by r.id, t.tenant`;
    for (const row of Array.from(rows(sql))) {
      const held = holders.of(number(row, 'n')).length;
      if (held > 0) {
        const detail = `${count(held, 'person holds', 'people hold')} it (${text(row, 'why')})`;
        yield {
          type: 'role',
          id: text(row, 'id'),
          name: text(row, 'name'),
          tenant: text(row, 'tenant'),
          about: '',
          detail,
        };
      }
    }
  },
};
