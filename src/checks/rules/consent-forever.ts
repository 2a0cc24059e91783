import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number } from '../world.ts';

export const consentForever: Rule = {
  id: 'consent-forever',
  group: 'apps',
  severity: 'info',
  title: 'App with consents that never end',
  why: 'They hold until somebody deletes them, also when the app is forgotten.',
  fix: 'Let the app ask again from time to time.',
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
      where o.type = 'third_party_app' and coalesce(g.details ->> 'expires', '') = '' group by o.id`,
      (row) => `has ${count(number(row, 'consents'), 'consent')} without an end`,
    ),
};
