import type { Rule } from '../rule.ts';
import { text } from '../world.ts';

export const longInvited: Rule = {
  id: 'long-invited',
  group: 'people',
  severity: 'low',
  title: 'Invitation that was never accepted',
  why:
    'An open invitation is a door: whoever gets at the mailbox takes the account with all that it was ' +
    'given in advance.',
  fix: 'Delete the user, or invite the person anew.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.16', 'A.5.18'], nist: ['AC-2', 'AC-2(3)'] },
  needs: ['time'],
  parameters: {
    days: { default: 30, help: 'an invitation may stay open for so many days' },
  },
  evaluate: ({ told, now, marks }, parameters) =>
    told(
      `select 'user' type, u.id, u.name, '' tenant, '' about, u.created_at created_at from json_each(?) j cross join user u on u.n = j.value
      where u.created_at <> '' and unixepoch(u.created_at) < ?`,
      (row) => `was made on ${text(row, 'created_at').slice(0, 10)}, and never joined`,
      JSON.stringify(marks().invited),
      now - parameters.number('days') * 86_400,
    ),
};
