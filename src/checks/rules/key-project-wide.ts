import type { Rule } from '../rule.ts';

export const keyProjectWide: Rule = {
  id: 'key-project-wide',
  group: 'keys',
  severity: 'medium',
  title: 'Access key with a role in the whole project',
  why:
    'In a project with several tenants the role counts in every one of them. One key opens the data of ' +
    'all customers.',
  fix: 'Grant the key its role inside the tenants that it is for.',
  controls: {
    soc2: ['CC6.1', 'CC6.3'],
    iso27001: ['A.5.15', 'A.8.2'],
    nist: ['AC-6', 'AC-6(5)'],
    owaspNhi: ['NHI5:2025'],
  },
  needs: ['access_key'],
  evaluate: ({ found }) =>
    found(`select g.to_type type, g.to_id id, coalesce(o.name, '') name, '' tenant, t.id about,
        'holds ' || t.name || ' in the whole project' detail
      from other_grant g join thing t on t.n = g.thing left join other o on o.type = g.to_type and o.id = g.to_id
      where g.to_type = 'access_key' and t.kind = 'role' and t.tenant = '' and (select count(*) from tenant) > 1`),
};
