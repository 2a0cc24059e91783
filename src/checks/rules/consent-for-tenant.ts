import type { Rule } from '../rule.ts';

export const consentForTenant: Rule = {
  id: 'consent-for-tenant',
  group: 'apps',
  severity: 'low',
  title: 'Consent for a whole tenant',
  why: 'One decision lets the app act for everybody of the tenant.',
  fix: 'Check who decided it, and whether it is still wanted.',
  controls: {
    soc2: ['CC6.1', 'CC9.2'],
    iso27001: ['A.5.19', 'A.5.23'],
    nist: ['AC-20', 'AC-6'],
    owaspNhi: ['NHI3:2025'],
  },
  needs: ['consents'],
  evaluate: ({ found }) =>
    found(`select o.type type, o.id, o.name, g.to_id tenant, '' about, 'acts for everybody of the tenant' detail
      from other_grant g join other o on o.type = g.on_type and o.id = g.on_id
      where g.on_type = 'third_party_app' and g.slug = 'consent' and g.to_type = 'tenant'`),
};
