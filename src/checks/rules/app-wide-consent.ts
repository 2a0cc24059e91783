import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';
import { text } from '../world.ts';

export const appWideConsent: Rule = {
  id: 'app-wide-consent',
  group: 'apps',
  severity: 'high',
  title: 'Consent that reaches a privileged role or an administrative permission',
  why: 'An app of others can act with power that few people have here. A fault or a break-in there is one here.',
  fix: 'Narrow the scope, or delete the consent.',
  controls: {
    soc2: ['CC6.1', 'CC9.2'],
    iso27001: ['A.5.19', 'A.5.23'],
    nist: ['AC-20', 'AC-6'],
    owaspNhi: ['NHI3:2025'],
  },
  needs: ['consents'],
  *evaluate({ rows, found, powers }): Generator<Found> {
    const administrative = new Set(
      powers.permissions.filter(({ level }) => level === 'administrative').map(({ name }) => name),
    );
    const privileged = new Set(
      Array.from(
        rows(`select distinct t.role role from privileged p join thing t on t.n = p.thing where t.kind = 'role'`),
        (row) => text(row, 'role'),
      ),
    );
    const wide = [...privileged, ...administrative];
    yield* found(
      `select o.type type, o.id, o.name, '' tenant, s.value ->> 'name' about,
        'its scope ' || (s.value ->> 'name') || ' stands for ' || group_concat(distinct v.value) detail
      from other o, json_each(o.profile, '$.scopes') s, json_each(s.value, '$.values') v
      where o.type = 'third_party_app' and v.value in (select value from json_each(?)) and exists
        (select 1 from other_grant g, json_each(g.details, '$.scopes') c
        where g.on_type = o.type and g.on_id = o.id and g.slug = 'consent' and c.value = s.value ->> 'name')
      group by o.id, s.value ->> 'name'`,
      JSON.stringify(wide),
    );
  },
};
