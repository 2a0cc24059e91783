import type { Rule } from '../rule.ts';
import { text } from '../world.ts';

export const keyExpired: Rule = {
  id: 'key-expired',
  group: 'keys',
  severity: 'low',
  title: 'Expired access key that was not deleted',
  why: 'It keeps what it holds, and has it again as soon as somebody makes its time longer.',
  fix: 'Delete the key.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['AC-2(3)', 'IA-5'], owaspNhi: ['NHI1:2025'] },
  needs: ['access_key', 'time'],
  evaluate: ({ told, now }) =>
    told(
      `select k.kind type, k.id, k.name, '' tenant, '' about, k.expires_at expires_at from credential k
      where k.kind = 'access_key' and coalesce(k.profile ->> 'scim', 0) = 0 and (k.status = 'expired'
        or k.expires_at <> '' and unixepoch(k.expires_at) < ?1)`,
      (row) => `expired${text(row, 'expires_at') === '' ? '' : ` on ${text(row, 'expires_at').slice(0, 10)}`}`,
      now,
    ),
};
