import type { Rule } from '../rule.ts';

export const keyFromAnywhere: Rule = {
  id: 'key-from-anywhere',
  group: 'keys',
  severity: 'low',
  title: 'Access key that may be used from anywhere',
  why: 'No address is named from which the key may be used. Whoever has a copy can use it from wherever they are.',
  fix: 'Name the addresses of the program that uses the key.',
  controls: {
    soc2: ['CC6.1', 'CC6.6'],
    iso27001: ['A.8.5', 'A.8.20'],
    nist: ['AC-3', 'SC-7'],
    owaspNhi: ['NHI4:2025'],
  },
  needs: ['access_key'],
  evaluate: ({ found }) =>
    found(`select k.kind type, k.id, k.name, '' tenant, '' about, 'names no address' detail from credential k
      where k.kind = 'access_key' and k.status in ('active', '') and coalesce(json_array_length(k.profile,
        '$.permitted_ips'), 0) = 0`),
};
