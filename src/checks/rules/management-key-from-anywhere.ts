import type { Rule } from '../rule.ts';

export const managementKeyFromAnywhere: Rule = {
  id: 'management-key-from-anywhere',
  group: 'console',
  severity: 'low',
  title: 'Management key that may be used from anywhere',
  why:
    'No address is named from which the key may be used. Whoever has a copy can change projects from ' +
    'wherever they are.',
  fix: 'Name the addresses of what uses the key.',
  controls: {
    soc2: ['CC6.1', 'CC6.6'],
    iso27001: ['A.8.5', 'A.8.20'],
    nist: ['AC-3', 'SC-7'],
    owaspNhi: ['NHI4:2025'],
  },
  needs: ['management_key'],
  evaluate: ({ found }) =>
    found(`select k.kind type, k.id, k.name, '' tenant, '' about, 'names no address' detail from credential k
      where k.kind = 'management_key' and k.status in ('active', '')
        and coalesce(json_array_length(k.profile, '$.permitted_ips'), 0) = 0`),
};
