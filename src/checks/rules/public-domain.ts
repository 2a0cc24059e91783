import { foldedAddress } from '../../answers/fold-sql.ts';
import type { Rule } from '../rule.ts';

const domain = foldedAddress('j.value');

export const publicDomain: Rule = {
  id: 'public-domain',
  group: 'sign-on',
  severity: 'high',
  title: 'Self-provisioning from a public mail domain',
  why: 'Whoever has a mailbox at the provider, which is everybody, becomes a member of the tenant by signing in.',
  fix: 'Take the domain off the list, and invite the people who are meant.',
  controls: { soc2: ['CC6.1', 'CC6.6'], iso27001: ['A.5.17', 'A.8.5'], nist: ['IA-2', 'IA-5'] },
  needs: [],
  parameters: {
    domains: {
      default: [
        'gmail.com',
        'googlemail.com',
        'outlook.com',
        'hotmail.com',
        'live.com',
        'msn.com',
        'yahoo.com',
        'icloud.com',
        'me.com',
        'aol.com',
        'proton.me',
        'protonmail.com',
        'gmx.com',
        'gmx.de',
        'gmx.net',
        'web.de',
        'mail.com',
        'yandex.com',
        'mail.ru',
        'qq.com',
        '163.com',
        'zoho.com',
        'fastmail.com',
        'tutanota.com',
      ],
      help: 'mail domains at which anybody can have an address',
    },
  },
  evaluate: ({ found }, parameters) =>
    found(
      `select p.type type, p.id, coalesce(e.name, s.name, p.id) name, coalesce(s.tenant, '') tenant,
        ${domain} about,
        'lets everybody with an address at ' || ${domain} || ' in' detail
      from profile p left join tenant e on p.type = 'tenant' and e.id = p.id left join sso s on s.type = p.type
        and s.id = p.id,
        json_each(p.profile, '$.self_provisioning_domains') j
      where ${domain} in (select ${foldedAddress('value')} from json_each(?)) group by p.type, p.id, ${domain}`,
      JSON.stringify(parameters.texts('domains')),
    ),
};
