import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number } from '../world.ts';

export const consoleAdminDisabled: Rule = {
  id: 'console-admin-disabled',
  group: 'console',
  severity: 'high',
  title: 'Disabled console administrator with rights',
  why: 'They cannot log in to the console today. Whoever enables them again gives all of it back at once.',
  fix: 'Take the rights away, or remove the administrator.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.16', 'A.5.18'], nist: ['AC-2', 'AC-2(3)'] },
  needs: ['project'],
  evaluate: ({ told }) =>
    told(
      `select o.type type, o.id, o.name, '' tenant, '' about, coalesce(o.profile ->> 'company_admin', 0) company,
        (select count(*) from other_grant g where g.to_type = o.type and g.to_id = o.id) rights,
        coalesce(json_array_length(o.profile, '$.other_roles'), 0) others
      from other o where o.type = 'console_admin' and o.status = 'disabled' and (company or rights or others)`,
      (row) =>
        row['company'] === 1
          ? 'is disabled, and a company administrator'
          : `is disabled, and has ${count(number(row, 'rights') + number(row, 'others'), 'right')}`,
    ),
};
