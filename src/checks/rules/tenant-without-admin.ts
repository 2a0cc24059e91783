import type { Rule } from '../rule.ts';
import { isShut } from '../world.ts';

export const tenantWithoutAdmin: Rule = {
  id: 'tenant-without-admin',
  group: 'power',
  severity: 'medium',
  title: 'Tenant with members and without an administrator',
  why:
    'Nobody who can log in holds a privileged role in the tenant, neither there nor from above. Nobody of ' +
    'the customer can take access away from a leaver.',
  fix: 'Name an administrator for the tenant.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['AC-2', 'AC-6(7)'] },
  needs: ['inheritance'],
  evaluate: ({ found }) =>
    found(`with held(thing) as materialized (select p.thing from privileged p where exists
        (select 1 from holding h join user u on u.n = h.user where h.thing = p.thing and not ${isShut}))
      select 'tenant' type, e.id, e.name, '' tenant, '' about, 'has members, and nobody administers it' detail
      from tenant e join thing m on m.kind = 'tenant' and m.id = e.id
      where exists (select 1 from holding h join user u on u.n = h.user where h.thing = m.n and not ${isShut})
        and e.id not in (select t.tenant from held join thing t on t.n = held.thing)
        and e.id not in (select t.tenant from inherits i join privileged p on p.thing = i.thing
          join thing t on t.n = i.thing where i.source in (select thing from held))`),
};
