import type { Rule } from '../rule.ts';

export const mappingToGoneRole: Rule = {
  id: 'mapping-to-gone-role',
  group: 'sign-on',
  severity: 'medium',
  title: 'Mapping to a role that does not exist',
  why:
    'A mapping or a default of single sign-on names a role that neither the tenant nor the project has. ' +
    'It gives nothing today, and everything once a role of that name is made.',
  fix: 'Correct the mapping, or delete it.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: ['sso_configuration'],
  needsForNone: ['idp_group', 'all_configurations'],
  evaluate: ({ found }) =>
    found(`select s.type type, s.id, s.name, s.tenant, j.value about,
        iif(s.type = 'idp_group', 'is mapped to the role ', 'has the default role ') ||
        iif(j.value = '', '(without a name)', j.value) || ', which is not there' detail
      from sso s join profile p on p.type = s.type and p.id = s.id, json_each(p.profile, '$.unknown_roles') j
      group by s.type, s.id, j.value`),
};
