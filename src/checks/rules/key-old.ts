import type { Rule } from '../rule.ts';
import { text } from '../world.ts';

export const keyOld: Rule = {
  id: 'key-old',
  group: 'keys',
  severity: 'medium',
  title: 'Access key that is older than it should be',
  why: 'The longer a secret is in use, the more copies of it there are. A key that is rotated ends all of them.',
  fix: 'Rotate the key.',
  controls: { soc2: ['CC6.1'], iso27001: ['A.5.17', 'A.8.24'], nist: ['IA-5', 'SC-12'], owaspNhi: ['NHI7:2025'] },
  needs: ['access_key', 'time'],
  parameters: {
    days: { default: 90, help: 'a key may be so many days old' },
  },
  evaluate: ({ told, now }, parameters) =>
    told(
      `select k.kind type, k.id, k.name, '' tenant, '' about, k.created_at created_at from credential k
      where k.kind = 'access_key' and k.status in ('active', '') and k.created_at <> ''
        and unixepoch(k.created_at) < ?`,
      (row) => `was made on ${text(row, 'created_at').slice(0, 10)}`,
      now - parameters.number('days') * 86_400,
    ),
};
