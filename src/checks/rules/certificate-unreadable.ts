import type { Rule } from '../rule.ts';

export const certificateUnreadable: Rule = {
  id: 'certificate-unreadable',
  group: 'sign-on',
  severity: 'low',
  title: 'Certificate of single sign-on that cannot be read',
  why: 'Nobody can tell when it ends, or whether it is one.',
  fix: 'Upload the certificate anew.',
  controls: { soc2: ['CC6.1', 'CC6.7'], iso27001: ['A.8.5', 'A.8.24'], nist: ['IA-5(2)', 'SC-17'] },
  needs: ['sso_configuration'],
  needsForNone: ['all_configurations'],
  evaluate: ({ found }) =>
    found(`select s.type type, s.id, s.name, s.tenant, j.key about, 'a certificate cannot be parsed' detail
      from sso s join profile p on p.type = s.type and p.id = s.id, json_each(p.profile, '$.certificates') j
      where s.type = 'sso_configuration' and unixepoch(j.value ->> 'not_after') is null`),
};
