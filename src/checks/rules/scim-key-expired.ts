import type { Rule } from '../rule.ts';
import { text } from '../world.ts';

export const scimKeyExpired: Rule = {
  id: 'scim-key-expired',
  group: 'keys',
  severity: 'high',
  title: 'Expired key of SCIM provisioning',
  why: 'Provisioning by SCIM has stopped with the key: people who leave are not taken out any more.',
  fix: 'Make a new key for the provisioning, and enter it at the identity provider.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['AC-2(3)', 'IA-5'], owaspNhi: ['NHI1:2025'] },
  needs: ['access_key', 'scim_keys', 'time'],
  evaluate: ({ told, now }) =>
    told(
      `select k.kind type, k.id, k.name, '' tenant, '' about, k.expires_at expires_at from credential k
      where k.kind = 'access_key' and k.profile ->> 'scim' = 1 and (k.status = 'expired' or k.expires_at <> ''
        and unixepoch(k.expires_at) < ?1)`,
      (row) =>
        `expired${text(row, 'expires_at') === '' ? '' : ` on ${text(row, 'expires_at').slice(0, 10)}`}, and provisions nobody any more`,
      now,
    ),
};
