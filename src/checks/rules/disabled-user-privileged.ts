import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';
import { heldByShut, shutUsers } from '../shut-users.ts';
import { number, text } from '../world.ts';

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
  *evaluate(world): Generator<Found> {
    const things = Array.from(
      world.rows(`select t.n n, t.id id, t.name name, t.tenant tenant from privileged p join thing t on t.n = p.thing
        order by t.tenant, t.id`),
      (row) => ({
        n: number(row, 'n'),
        name: text(row, 'name'),
        where: { tenant: text(row, 'tenant'), about: text(row, 'id') },
      }),
    );
    const heldBy = heldByShut(
      world.holders,
      things.map(({ n }) => n),
    );
    for (const { n, status, subject } of shutUsers(world)) {
      for (const place of heldBy(n)) {
        const thing = things[place];
        if (thing !== undefined) {
          yield { ...subject, ...thing.where, detail: `is ${status} and holds ${thing.name}` };
        }
      }
    }
  },
};
