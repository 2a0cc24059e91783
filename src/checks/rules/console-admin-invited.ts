import type { Rule } from '../rule.ts';

export const consoleAdminInvited: Rule = {
  id: 'console-admin-invited',
  group: 'console',
  severity: 'medium',
  title: 'Console administrator who was invited and never joined',
  why: 'Whoever gets at the mailbox can accept the invitation, and administers at once.',
  fix: 'Take the invitation back where it is not needed.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.16', 'A.5.18'], nist: ['AC-2', 'AC-2(3)'] },
  needs: ['project'],
  evaluate: ({ found }) =>
    found(`select o.type type, o.id, o.name, '' tenant, '' about, 'was invited and never joined' detail
      from other o where o.type = 'console_admin' and o.status = 'invited'`),
};
