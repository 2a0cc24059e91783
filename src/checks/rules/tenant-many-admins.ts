import { count } from '../../answers/count.ts';
import type { Rule } from '../rule.ts';
import { number, text } from '../world.ts';

export const tenantManyAdmins: Rule = {
  id: 'tenant-many-admins',
  group: 'power',
  severity: 'medium',
  title: 'Tenant with many administrators',
  why:
    'The more people hold a privileged role in a tenant, the less each of them is looked at. Counted is ' +
    'who holds one inside the tenant, directly, and can log in.',
  fix: 'Keep the role for those who administer the tenant; give the others a narrower one.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-6(5)', 'AC-6(7)'] },
  needs: [],
  parameters: {
    most: { default: 5, help: 'so many administrators of one tenant are usual' },
  },
  evaluate: ({ rows, told, holders }, parameters) => {
    const most = parameters.number('most');
    const isShut = holders.shut();
    const things = Array.from(
      rows(
        `select t.tenant tenant, t.n n from privileged p join thing t on t.n = p.thing where t.tenant <> '' order by t.tenant`,
      ),
      (row) => ({ tenant: text(row, 'tenant'), n: number(row, 'n') }),
    );
    const seenIn = new Uint32Array(holders.users);
    const admins = new Map<string, number>();
    for (const { tenant, n } of things) {
      const before = admins.get(tenant);
      const mark = before === undefined ? admins.size + 1 : admins.size;
      let people = before ?? 0;
      for (const user of holders.of(n)) {
        if (seenIn[user] !== mark) {
          seenIn[user] = mark;
          people += 1 - (isShut[user] ?? 0);
        }
      }
      admins.set(tenant, people);
    }
    return told(
      `select 'tenant' type, j.value ->> 0 id, coalesce(e.name, j.value ->> 0) name, '' tenant, '' about, j.value ->> 1 admins
      from json_each(?) j left join tenant e on e.id = j.value ->> 0`,
      (row) => `has ${count(number(row, 'admins'), 'administrator')}`,
      JSON.stringify([...admins].filter(([, all]) => all > most)),
    );
  },
};
