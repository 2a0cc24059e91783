import { count } from '../../answers/count.ts';
import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';
import { shutUsers } from '../shut-users.ts';
import { number, text } from '../world.ts';

export const disabledUserAccess: Rule = {
  id: 'disabled-user-access',
  group: 'people',
  severity: 'medium',
  title: 'Disabled or expired user with access',
  why:
    'Roles and memberships stay on the record of a user who was disabled. All of it comes back with the ' +
    'first enabling.',
  fix: 'Revoke what the user holds when you disable the account, or delete the user.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.16', 'A.5.18'], nist: ['AC-2', 'AC-2(3)'] },
  needs: [],
  *evaluate(world): Generator<Found> {
    const { holders, rows } = world;
    const [roles, tenants] = [new Uint32Array(holders.users), new Uint32Array(holders.users)];
    const isShut = holders.shut();
    for (const row of rows('select n, kind from thing')) {
      const held = text(row, 'kind') === 'tenant' ? tenants : roles;
      for (const user of holders.of(number(row, 'n'))) {
        held[user] = (held[user] ?? 0) + (isShut[user] ?? 0);
      }
    }
    for (const { n, status, subject } of shutUsers(world)) {
      const [held, belongs] = [roles[n] ?? 0, tenants[n] ?? 0];
      if (held + belongs > 0) {
        const detail = `is ${status}, holds ${count(held, 'role')} and belongs to ${count(belongs, 'tenant')}`;
        yield { ...subject, tenant: '', about: '', detail };
      }
    }
  },
};
