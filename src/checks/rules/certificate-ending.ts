import type { Rule } from '../rule.ts';
import { followed } from '../sign-on-text.ts';
import { text } from '../world.ts';

export const certificateEnding: Rule = {
  id: 'certificate-ending',
  group: 'sign-on',
  severity: 'medium',
  title: 'Certificate of single sign-on that ends soon',
  why:
    'When it ends, nobody of the tenant can sign in. Left out are configurations that have another ' +
    'certificate which stays good for longer.',
  fix: 'Upload the next certificate of the identity provider before that day.',
  controls: { soc2: ['CC6.1', 'CC6.7'], iso27001: ['A.8.5', 'A.8.24'], nist: ['IA-5(2)', 'SC-17'] },
  needs: ['sso_configuration', 'time'],
  needsForNone: ['all_configurations'],
  parameters: {
    days: { default: 30, help: 'a certificate that is good for longer is left out' },
  },
  evaluate: ({ told, now }, parameters) =>
    told(
      `select s.type type, s.id, s.name, s.tenant, coalesce(j.value ->> 'fingerprint_sha256',
        j.value ->> 'subject', j.key) about,
        j.value ->> 'not_after' ends, coalesce(p.profile ->> 'metadata_url', '') metadata
      from sso s join profile p on p.type = s.type and p.id = s.id, json_each(p.profile, '$.certificates') j
      where s.type = 'sso_configuration' and unixepoch(j.value ->> 'not_after') between ?1 and ?2 and not exists
        (select 1 from json_each(p.profile, '$.certificates') o where unixepoch(o.value ->> 'not_after') > ?2)
      group by s.id, about`,
      (row) => `a certificate ends on ${text(row, 'ends').slice(0, 10)}${followed(row)}`,
      now,
      now + parameters.number('days') * 86_400,
    ),
};
