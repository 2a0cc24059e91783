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
  evaluate: ({ index, found }) => {
    const isKnown = index.types.has('access_key');
    const hasMappings = index.types.has('sso_configuration') || index.types.has('idp_group');
    return found(
      `with used(role) as materialized (
        select r.role from role_of r where exists (select 1 from holding h where h.thing = r.thing)
        ${index.hasOtherGrants ? 'union select r.role from role_of r join other_grant g on g.thing = r.thing' : ''}
        ${hasMappings ? 'union select r.role from maps m join role_of r on r.thing = m.thing' : ''})
      select 'role' type, t.id, t.name, t.tenant, '' about,
        'no person holds it, and no known login gives it' || ? detail
      from thing t where t.kind = 'role' and t.n not in (select role from used)`,
      isKnown ? ', nor does a key hold it' : '; keys were not read',
    );
  },
};
