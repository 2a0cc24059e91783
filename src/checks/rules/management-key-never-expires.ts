import type { Rule } from '../rule.ts';

export const managementKeyNeverExpires: Rule = {
  id: 'management-key-never-expires',
  group: 'console',
  severity: 'medium',
  title: 'Management key that never expires',
  why: 'A management key changes projects. One that was copied somewhere stays good until somebody thinks of it.',
  fix: 'Make a key that ends, move what uses this one, and delete this one.',
  controls: { soc2: ['CC6.1'], iso27001: ['A.5.17', 'A.8.24'], nist: ['IA-5', 'SC-12'], owaspNhi: ['NHI7:2025'] },
  needs: ['management_key'],
  evaluate: ({ found }) =>
    found(`select k.kind type, k.id, k.name, '' tenant, '' about, 'is active and has no end' detail from credential k
      where k.kind = 'management_key' and k.status in ('active', '') and k.expires_at = ''`),
};
