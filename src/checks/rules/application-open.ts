import type { Rule } from '../rule.ts';

export const applicationOpen: Rule = {
  id: 'application-open',
  group: 'apps',
  severity: 'medium',
  title: 'Application that is open to everybody by default',
  why: 'Who was given no application by name may use this one. New people have it without anybody deciding so.',
  fix: 'Give the application by name, and set --application-default to what Descope really does.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-6'] },
  needs: ['application'],
  evaluate: ({ found }) =>
    found(`select o.type type, o.id, o.name, '' tenant, '' about,
      'lets everybody in who was given no application by name' detail
      from other o where o.type = 'application' and o.profile ->> 'default_access' = 'all' and o.status <> 'disabled'`),
};
