import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const inheritedAdmin: Rule = {
  id: 'inherited-admin',
  group: 'power',
  severity: 'medium',
  title: 'Privileged in tenants by inheritance alone',
  why:
    'A privileged role that is held in a tenant above counts in the tenants below. It shows in no list of ' +
    'theirs, and can be taken away only where it is held.',
  fix: 'Revoke the role above and grant it where it is meant, or let the tenants below inherit nothing.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: ['inheritance'],
  evaluate: ({ told }) =>
    told(
      `select 'user' type, u.id, u.name, s.tenant, s.id about, s.name held, count(distinct t.tenant) heirs,
        count(distinct iif(i.certainty = 'derived', null, t.tenant)) uncertain
      from inherits i join privileged p on p.thing = i.thing join thing t on t.n = i.thing
        join thing s on s.n = i.source
        join holding h on h.thing = i.source join user u on u.n = h.user
      where not exists (select 1 from holding a join privileged q on q.thing = a.thing join thing b on b.n = a.thing
        where a.user = u.n and b.tenant in ('', t.tenant))
      group by u.n, s.n`,
      (row) => {
        const doubt = number(row, 'uncertain') === 0 ? '' : `, ${number(row, 'uncertain')} of them uncertain`;
        return `holds ${text(row, 'held')}, and so administers ${count(number(row, 'heirs'), 'tenant')} below${doubt}`;
      },
    ),
};
