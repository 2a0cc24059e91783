import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number } from '../world.ts';

export const appSelfRegistered: Rule = {
  id: 'app-self-registered',
  group: 'apps',
  severity: 'medium',
  title: 'Consent to an app that registered itself',
  why:
    'Nobody of yours let the app in: it registered itself, and somebody consented. What it does with the ' +
    'access is not known to you.',
  fix: 'Check who stands behind the app; delete it with its consents where nobody knows.',
  controls: {
    soc2: ['CC6.1', 'CC9.2'],
    iso27001: ['A.5.19', 'A.5.23'],
    nist: ['AC-20', 'AC-6'],
    owaspNhi: ['NHI3:2025'],
  },
  needs: ['consents'],
  evaluate: ({ told }) =>
    told(
      `select o.type type, o.id, o.name, '' tenant, '' about, count(*) consents from other o
        join other_grant g on g.on_type = o.type and g.on_id = o.id and g.slug = 'consent'
      where o.type = 'third_party_app' and o.profile ->> 'dynamic' = 1 group by o.id`,
      (row) => `registered itself, and has ${count(number(row, 'consents'), 'consent')}`,
    ),
};
