import type { Rule } from '../rule.ts';

export const permissionInNoRole: Rule = {
  id: 'permission-in-no-role',
  group: 'structure',
  severity: 'low',
  title: 'Permission in no role',
  why: 'Nobody can be given the permission. It is left over, or the role that was to allow it was forgotten.',
  fix: 'Put it into a role, or delete it.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: [],
  evaluate: ({ found }) =>
    found(`select 'permission' type, t.id, t.name, '' tenant, '' about, 'is in no role' detail from thing t
      where t.kind = 'permission' and t.is_system = 0 and not exists (select 1 from confers c
        where c.permission = t.n)`),
};
