import type { Rule } from '../rule.ts';
import { isShut } from '../world.ts';

export const consentOfShutUser: Rule = {
  id: 'consent-of-shut-user',
  group: 'apps',
  severity: 'medium',
  title: 'Consent of a disabled or expired user',
  why: 'The user cannot log in, and the app may go on acting for them with what it was given.',
  fix: 'Delete the consent.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['AC-2(3)', 'IA-5'], owaspNhi: ['NHI1:2025'] },
  needs: ['consents'],
  evaluate: ({ found }) =>
    found(`select 'user' type, u.id, u.name, '' tenant, o.id about, 'is ' || u.status || ', and the consent to '
      || o.name || ' stands' detail
      from other_grant g join user u on u.id = g.to_id join other o on o.type = g.on_type and o.id = g.on_id
      where g.on_type = 'third_party_app' and g.slug = 'consent' and g.to_type = 'user' and ${isShut}`),
};
