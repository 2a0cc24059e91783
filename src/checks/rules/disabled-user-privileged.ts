import type { Rule } from '../rule.ts';

export const disabledUserPrivileged: Rule = {
  id: 'disabled-user-privileged',
  group: 'people',
  severity: 'high',
  title: 'Disabled or expired user with a privileged role',
  why:
    'The user cannot log in today. Whoever enables the account again, or whoever takes it over, has the ' +
    'privileged role at once.',
  fix: 'Revoke the role, or delete the user.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.16', 'A.5.18'], nist: ['AC-2', 'AC-2(3)'] },
  needs: [],
  evaluate: ({ found, needShutHoldings }) => {
    needShutHoldings();
    return found(`select 'user' type, u.id, u.name, t.tenant, t.id about, 'is ' || u.status || ' and holds ' || t.name detail
      from shut_holding s cross join privileged p on p.thing = s.thing
        cross join thing t on t.n = s.thing cross join user u on u.n = s.user`);
  },
};
