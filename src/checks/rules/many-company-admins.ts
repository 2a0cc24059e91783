import type { Rule } from '../rule.ts';

export const manyCompanyAdmins: Rule = {
  id: 'many-company-admins',
  group: 'console',
  severity: 'medium',
  title: 'Many company administrators',
  why: 'They may change everything in every project of the company, also in those that are made later.',
  fix: 'Name the projects that somebody needs instead.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: ['project'],
  parameters: {
    most: { default: 2, help: 'so many company administrators are usual' },
  },
  evaluate: ({ found }, parameters) =>
    found(
      `with admins as materialized (select o.* from other o where o.type = 'console_admin'
        and o.profile ->> 'company_admin' = 1 and o.status <> 'disabled')
      select a.type type, a.id, a.name, '' tenant, '' about, 'is one of ' || (select count(*) from admins)
        || ' company administrators' detail
      from admins a where (select count(*) from admins) > ?`,
      parameters.number('most'),
    ),
};
