import { count } from '../../answers/count.ts';
import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';

export const danglingReference: Rule = {
  id: 'dangling-reference',
  group: 'structure',
  severity: 'high',
  title: 'Reference to a role, tenant or permission that is gone',
  why:
    'A record names something that does not exist: deleted since, or misspelt. It gives nothing today. If ' +
    'something of that name is made again, the access is there at once.',
  fix: 'Take the name off the record.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.8.3'], nist: ['AC-3', 'CM-6'] },
  needs: ['references'],
  *evaluate({ index, found }): Generator<Found> {
    const { first = [], count: total = 0 } = index.summary.dangling ?? {};
    const rows = first.map(({ kind, name, tenantId = '', userId, roleId }) => ({
      type: userId !== undefined ? 'user' : roleId !== undefined ? 'role' : 'tenant',
      id: userId ?? roleId ?? tenantId,
      tenant: tenantId,
      about: `${kind}:${name}`,
      detail: `names the ${kind} ${name}, which is not there`,
    }));
    const rest = total - first.length;
    const untold = {
      type: 'project',
      id: index.summary.projectId ?? '',
      tenant: '',
      about: 'rest',
      detail: `has ${count(rest, 'more reference')} of this kind that the file counts and does not name`,
    };
    yield* found(
      `select distinct j.value ->> 'type' type, j.value ->> 'id' id, coalesce(u.name, t.name, '') name,
        j.value ->> 'tenant' tenant,
        j.value ->> 'about' about, j.value ->> 'detail' detail
      from json_each(?) j left join user u on j.value ->> 'type' = 'user' and u.id = j.value ->> 'id'
        left join thing t on t.kind = j.value ->> 'type' and t.id = j.value ->> 'id'`,
      JSON.stringify(rest > 0 ? [...rows, untold] : rows),
    );
  },
};
