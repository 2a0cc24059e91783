import type { Rule } from '../rule.ts';

export const ssoExclusion: Rule = {
  id: 'sso-exclusion',
  group: 'sign-on',
  severity: 'medium',
  title: 'Exception from enforced single sign-on',
  why:
    'The tenant lets its members in through single sign-on only, except for these, who sign in without ' +
    'the rules of the identity provider and stay when it disables them.',
  fix: 'Remove the exception, or say in a waiver why this break-glass account is needed.',
  controls: { soc2: ['CC6.1', 'CC6.6'], iso27001: ['A.5.17', 'A.8.5'], nist: ['IA-2', 'IA-5'] },
  needs: ['sso_configuration', 'tenant_settings'],
  needsForNone: ['all_configurations'],
  evaluate: ({ found }) =>
    found(`select distinct 'tenant' type, s.tenant id, coalesce(e.name, s.tenant) name, '' tenant, j.value about,
        j.value || ' may sign in without single sign-on' detail
      from sso s join profile p on p.type = s.type and p.id = s.id left join tenant e on e.id = s.tenant,
        json_each(p.profile, '$.exclusions') j
      where s.type = 'sso_configuration' and p.profile ->> 'enforce_sso' = 1`),
};
