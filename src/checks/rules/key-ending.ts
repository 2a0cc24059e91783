import type { Rule } from '../rule.ts';
import { text } from '../world.ts';

export const keyEnding: Rule = {
  id: 'key-ending',
  group: 'keys',
  severity: 'medium',
  title: 'Access key that ends soon',
  why: 'Whatever uses the key stops on that day.',
  fix: 'Rotate the key before, or delete it where nothing uses it.',
  controls: { soc2: ['CC6.1'], iso27001: ['A.5.17', 'A.8.24'], nist: ['IA-5', 'SC-12'], owaspNhi: ['NHI7:2025'] },
  needs: ['access_key', 'time'],
  parameters: {
    days: { default: 30, help: 'a key that is good for longer is left out' },
  },
  evaluate: ({ told, now }, parameters) =>
    told(
      `select k.kind type, k.id, k.name, '' tenant, '' about, k.expires_at expires_at from credential k
      where k.kind = 'access_key' and k.status in ('active', '') and k.expires_at <> ''
        and unixepoch(k.expires_at) between ? and ?`,
      (row) => `ends on ${text(row, 'expires_at').slice(0, 10)}`,
      now,
      now + parameters.number('days') * 86_400,
    ),
};
