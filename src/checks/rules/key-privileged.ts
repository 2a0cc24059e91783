import type { Rule } from '../rule.ts';

export const keyPrivileged: Rule = {
  id: 'key-privileged',
  group: 'keys',
  severity: 'medium',
  title: 'Access key with a privileged role',
  why: 'Whoever has the key can do what the role allows, without a second factor and without a name.',
  fix: 'Give the program behind the key a narrower role.',
  controls: {
    soc2: ['CC6.1', 'CC6.3'],
    iso27001: ['A.5.15', 'A.8.2'],
    nist: ['AC-6', 'AC-6(5)'],
    owaspNhi: ['NHI5:2025'],
  },
  needs: ['access_key'],
  evaluate: ({ found }) =>
    found(`select g.to_type type, g.to_id id, coalesce(o.name, '') name, t.tenant, t.id about, 'holds ' || t.name
      || ' (' || p.why || ')' detail
      from other_grant g join privileged p on p.thing = g.thing join thing t on t.n = g.thing
        left join other o on o.type = g.to_type and o.id = g.to_id
      where g.to_type = 'access_key'`),
};
