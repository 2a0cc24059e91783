import type { Rule } from '../rule.ts';
import { followed } from '../sign-on-text.ts';
import { text } from '../world.ts';

export const certificateExpired: Rule = {
  id: 'certificate-expired',
  group: 'sign-on',
  severity: 'high',
  title: 'Expired certificate of single sign-on',
  why:
    'People may not be able to sign in, or the provider is trusted by a key that nobody answers for any ' +
    'more. Left out are configurations that have another certificate which is still good.',
  fix: 'Upload the new certificate of the identity provider.',
  controls: { soc2: ['CC6.1', 'CC6.7'], iso27001: ['A.8.5', 'A.8.24'], nist: ['IA-5(2)', 'SC-17'] },
  needs: ['sso_configuration', 'time'],
  needsForNone: ['all_configurations'],
  evaluate: ({ told, now }) =>
    told(
      `select s.type type, s.id, s.name, s.tenant, coalesce(j.value ->> 'fingerprint_sha256',
        j.value ->> 'subject', j.key) about,
        j.value ->> 'not_after' ends, coalesce(p.profile ->> 'metadata_url', '') metadata
      from sso s join profile p on p.type = s.type and p.id = s.id, json_each(p.profile, '$.certificates') j
      where s.type = 'sso_configuration' and unixepoch(j.value ->> 'not_after') < ?1 and not exists
        (select 1 from json_each(p.profile, '$.certificates') o where unixepoch(o.value ->> 'not_after') >= ?1)
      group by s.id, about`,
      (row) => `a certificate expired on ${text(row, 'ends').slice(0, 10)}${followed(row)}`,
      now,
    ),
};
