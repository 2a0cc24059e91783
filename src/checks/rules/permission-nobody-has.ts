import type { Rule } from '../rule.ts';

export const permissionNobodyHas: Rule = {
  id: 'permission-nobody-has',
  group: 'structure',
  severity: 'low',
  title: 'Permission that roles allow and nobody has',
  why: 'Roles allow the permission, and nobody holds one of them. What it protects is used by nobody, or by another way.',
  fix: 'Take the permission out of the roles, or grant the role to those who need it.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: [],
  evaluate: ({ index, found, needUsedRoles }) => {
    needUsedRoles();
    return found(
      `select 'permission' type, t.id, t.name, '' tenant, '' about,
        'is allowed by roles, and no person holds one of them' || ? detail
      from thing t where t.kind = 'permission' and exists (select 1 from confers c where c.permission = t.n)
        and not exists (select 1 from confers c join used_role r on r.role = c.thing where c.permission = t.n)`,
      index.types.has('access_key') ? ', nor does a key' : '; keys were not read',
    );
  },
};
