import type { Rule } from '../rule.ts';

export const roleNobodyHolds: Rule = {
  id: 'role-nobody-holds',
  group: 'structure',
  severity: 'low',
  title: 'Role that nobody holds',
  why:
    'A role without holders is a candidate for deletion. Until then it can be granted by mistake, and ' +
    'widens every review.',
  fix: 'Delete the role, or say what it is kept for in a waiver.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: [],
  evaluate: ({ index, found, needUsedRoles }) => {
    needUsedRoles();
    return found(
      `select 'role' type, t.id, t.name, t.tenant, '' about,
        'no person holds it, and no known login gives it' || ? detail
      from thing t where t.kind = 'role' and t.n not in (select role from used_role)`,
      index.types.has('access_key') ? ', nor does a key hold it' : '; keys were not read',
    );
  },
};
