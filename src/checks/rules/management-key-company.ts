import type { Rule } from '../rule.ts';

export const managementKeyCompany: Rule = {
  id: 'management-key-company',
  group: 'console',
  severity: 'high',
  title: 'Management key for the whole company',
  why: 'The key has a role in every project, also in those that are made later. A copy of it is the company.',
  fix: 'Make a key for the projects that it is used for, and delete this one.',
  controls: {
    soc2: ['CC6.1', 'CC6.3'],
    iso27001: ['A.5.15', 'A.8.2'],
    nist: ['AC-6', 'AC-6(5)'],
    owaspNhi: ['NHI5:2025'],
  },
  needs: ['management_key'],
  evaluate: ({ found }) =>
    found(`select k.kind type, k.id, k.name, '' tenant, '' about, 'has in every project: ' || group_concat(j.value,
      ', ') detail
      from credential k, json_each(k.profile, '$.company_roles') j
      where k.kind = 'management_key' and k.status in ('active', '') group by k.id`),
};
