import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const appOffStillGiven: Rule = {
  id: 'app-off-still-given',
  group: 'apps',
  severity: 'info',
  title: 'App that is switched off and still given',
  why: 'Nobody can use it today. Whoever switches it on again gives all of it back at once.',
  fix: 'Take away what is not needed.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['AC-2(3)', 'IA-5'], owaspNhi: ['NHI1:2025'] },
  needs: [],
  needsForNone: ['application', 'consents'],
  evaluate: ({ told }) =>
    told(
      `select o.type type, o.id, o.name, '' tenant, '' about, o.status status, count(*) held from other o
        join other_grant g on g.on_type = o.type and g.on_id = o.id
      where o.type = 'application' and o.status = 'disabled'
        or o.type = 'third_party_app' and o.status not in ('', 'active') group by o.type, o.id`,
      (row) => `is ${text(row, 'status')}, and ${count(number(row, 'held'), 'holder has', 'holders have')} it`,
    ),
};
