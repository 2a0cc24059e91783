import type { Rule } from '../rule.ts';
import { isShut, text } from '../world.ts';

export const dormantUser: Rule = {
  id: 'dormant-user',
  group: 'people',
  severity: 'medium',
  title: 'User with access who has not signed in for long',
  why:
    'Access that nobody uses is access that nobody misses when somebody else uses it. Users of whom the ' +
    'file does not tell a login are left out: an unknown is no "never".',
  fix: 'Ask whether the user still needs the access; disable the account where not.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.16', 'A.5.18'], nist: ['AC-2', 'AC-2(3)'] },
  needs: ['time', 'last_login'],
  parameters: {
    days: { default: 90, help: 'a user may be away for so many days' },
  },
  evaluate: ({ told, now }, parameters) =>
    told(
      `select 'user' type, u.id, u.name, '' tenant, '' about, l.at at from last_login l join user u on u.n = l.user
      where unixepoch(l.at) < ? and not ${isShut} and exists (select 1 from holding h where h.user = u.n)`,
      (row) => `signed in last on ${text(row, 'at').slice(0, 10)}`,
      now - parameters.number('days') * 86_400,
    ),
};
