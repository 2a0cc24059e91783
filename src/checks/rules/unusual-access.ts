import { count } from '../../answers/count.ts';
import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';
import { createPermissionCounts, peopleByTenant } from '../tenant-people.ts';
import { spreadOf, unusual, unusualScore } from '../unusual.ts';

export const unusualAccess: Rule = {
  id: 'unusual-access',
  group: 'power',
  severity: 'low',
  title: 'Unusually much access in a tenant',
  why:
    'Somebody may do far more in the tenant than others there: access that was never taken back, or was given by mistake. ' +
    'Counted are the distinct permissions of everybody who belongs to it or holds something inside it, roles of the whole ' +
    `project included, inherited ones not. Listed is who lies more than ${unusualScore} units of spread above the median. A ` +
    'unit is 1.4826 times the median distance from the median; where that is 0, 1.2533 times the mean distance (Iglewicz and Hoaglin).',
  fix: 'Ask whether the person still needs all of it; revoke what is not needed.',
  controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.18', 'A.8.2'], nist: ['AC-2', 'AC-6'] },
  needs: [],
  parameters: {
    people: { default: 10, help: 'a tenant with fewer people says nothing about what is usual' },
    above: { default: 3, help: 'at least so many permissions above the median, so that a tiny spread accuses nobody' },
  },
  *evaluate(world, parameters): Generator<Found> {
    const [least, above] = [parameters.number('people'), parameters.number('above')];
    const counts = createPermissionCounts(world);
    const outliers: (readonly [user: number, tenant: string, detail: string])[] = [];
    for (const { tenant, users, permissions } of peopleByTenant(world, counts)) {
      if (users.length >= least) {
        const spread = spreadOf(permissions);
        for (let at = 0; at < users.length; at++) {
          const has = permissions[at] ?? 0;
          if (unusual(has, spread, above) !== undefined) {
            const usual = spread.median.toLocaleString('en');
            outliers.push([users[at] ?? 0, tenant, `has ${count(has, 'permission')} there, where ${usual} is usual`]);
          }
        }
      }
    }
    yield* world.found(
      `select 'user' type, u.id, u.name, j.value ->> 1 tenant, '' about, j.value ->> 2 detail
      from json_each(?) j cross join user u on u.n = j.value ->> 0`,
      JSON.stringify(outliers),
    );
  },
};
