import { count } from '../../answers/count.ts';
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
  evaluate: ({ told }) =>
    told(
      `select 'role' type, r.id id, r.name name, t.tenant tenant, '' about, p.why why,
        (select count(*) from holding h where h.thing = t.n) holders
      from privileged p join thing t on t.n = p.thing join role_of o on o.thing = t.n join thing r on r.n = o.role
      where exists (select 1 from holding h where h.thing = t.n)`,
      (row) => `${count(number(row, 'holders'), 'person holds', 'people hold')} it (${text(row, 'why')})`,
    ),
};
