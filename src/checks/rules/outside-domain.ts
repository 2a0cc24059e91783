import { foldedAddress } from '../../answers/fold-sql.ts';
import type { Rule } from '../rule.ts';

export const outsideDomain: Rule = {
  id: 'outside-domain',
  group: 'people',
  severity: 'medium',
  title: 'Member with an address outside the domains of the tenant',
  why:
    'The tenant says which mail domains are its own, and this member has another: a guest, a leaver with ' +
    'a private address, or somebody who was added by mistake.',
  fix: 'Check that the person belongs there; remove the membership, or add the domain to the tenant.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['AC-2', 'AC-6(7)'] },
  needs: [],
  evaluate: ({ found }) =>
    found(`with own(tenant, domain) as materialized (select p.id, ${foldedAddress('j.value')} from profile p,
      json_each(p.profile, '$.domains') j
        where p.type = 'tenant' and j.value <> '')
      select 'user' type, u.id, u.name, t.tenant, '' about, 'has the email ' || u.email detail
      from thing t join holding h on h.thing = t.n join user u on u.n = h.user
      where t.kind = 'tenant' and t.tenant in (select tenant from own) and instr(u.email, '@') > 0
        and (t.tenant, ${foldedAddress("substr(u.email, instr(u.email, '@') + 1)")}) not in (select tenant, domain from own)`),
};
