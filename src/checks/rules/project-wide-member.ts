import type { Rule } from '../rule.ts';

export const projectWideMember: Rule = {
  id: 'project-wide-member',
  group: 'power',
  severity: 'medium',
  title: 'Role in the whole project held by a member of a tenant',
  why:
    'The role counts in every tenant, those of other customers included. Mostly it was meant inside the ' +
    'tenant of the user.',
  fix: 'Grant the role inside the tenant, and revoke the one in the whole project.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-6'] },
  needs: [],
  evaluate: ({ found }) =>
    found(`select 'user' type, u.id, u.name, '' tenant, t.id about,
        'holds ' || t.name || ' in the whole project, and belongs to a tenant' detail
      from thing t join holding h on h.thing = t.n join user u on u.n = h.user
      where t.kind = 'role' and t.tenant = '' and (select count(*) from tenant) > 1
        and exists (select 1 from holding m join thing g on g.n = m.thing where m.user = u.n and g.kind = 'tenant')`),
};
