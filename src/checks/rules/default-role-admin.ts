import type { Rule } from '../rule.ts';

export const defaultRoleAdmin: Rule = {
  id: 'default-role-admin',
  group: 'sign-on',
  severity: 'high',
  title: 'Default role that gives power',
  why:
    'Whoever signs in through the configuration, or joins the tenant, gets a privileged role without ' +
    'anybody deciding it.',
  fix: 'Take the role out of the defaults, and grant it to those who need it.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: ['sso_configuration'],
  needsForNone: ['all_configurations'],
  evaluate: ({ found }) =>
    found(`select m.type type, m.id, coalesce(g.name, e.name, m.id) name, t.tenant, t.id about,
        'gives ' || t.name || ' to everybody who signs in' detail
      from maps m join privileged p on p.thing = m.thing join thing t on t.n = m.thing
        left join sso g on g.type = m.type and g.id = m.id left join tenant e on m.type = 'tenant' and e.id = m.id
      where m.via in ('default_sso_role', 'tenant_default_role') group by m.type, m.id, t.n`),
};
