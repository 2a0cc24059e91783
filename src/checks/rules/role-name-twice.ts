import type { Rule } from '../rule.ts';

export const roleNameTwice: Rule = {
  id: 'role-name-twice',
  group: 'structure',
  severity: 'medium',
  title: 'Role name that the tenant and the project both define',
  why:
    'Records name a role by its name alone. With two roles of one name nobody can tell which one was ' +
    'meant, and the two may allow different things.',
  fix: 'Rename one of the two.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: [],
  evaluate: ({ found }) =>
    found(`select 'role' type, t.id, t.name, t.tenant, '' about, 'the project defines a role ' || t.role
      || ', too' detail
      from thing t where t.kind = 'role' and t.tenant <> ''
        and t.role in (select role from thing where kind = 'role' and tenant = '')`),
};
