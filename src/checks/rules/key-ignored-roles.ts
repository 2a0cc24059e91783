import type { Rule } from '../rule.ts';

export const keyIgnoredRoles: Rule = {
  id: 'key-ignored-roles',
  group: 'keys',
  severity: 'info',
  title: 'Roles of a bound key that are ignored',
  why:
    'A key that is bound to a user acts with the roles of that user. Roles of its own give nothing, and ' +
    'somebody may count on them.',
  fix: 'Take the roles off the key.',
  controls: {
    soc2: ['CC6.1', 'CC6.3'],
    iso27001: ['A.5.15', 'A.8.2'],
    nist: ['AC-6', 'AC-6(5)'],
    owaspNhi: ['NHI5:2025'],
  },
  needs: ['access_key'],
  evaluate: ({ found }) =>
    found(`select k.kind type, k.id, k.name, '' tenant, j.value about, 'has the role ' || j.value
      || ', which is ignored' detail
      from credential k, json_each(k.profile, '$.ignored_roles') j where k.kind = 'access_key' group by k.id,
        j.value`),
};
