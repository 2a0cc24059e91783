import type { Rule } from '../rule.ts';
import { isShut } from '../world.ts';

export const keyOfShutUser: Rule = {
  id: 'key-of-shut-user',
  group: 'keys',
  severity: 'high',
  title: 'Access key that acts as somebody who is gone or cannot log in',
  why:
    'The key acts as a user who does not exist any more, was disabled, or has expired. It begins to work ' +
    'again when the user is enabled, and nobody thinks of it then.',
  fix: 'Delete the key.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['AC-2(3)', 'IA-5'], owaspNhi: ['NHI1:2025'] },
  needs: ['access_key'],
  evaluate: ({ found }) =>
    found(`with bound as (select k.*, coalesce(nullif(k.profile ->> 'bound_user_id', ''),
      iif(k.owner_type = 'user', k.owner_id, '')) user_id from credential k)
      select k.kind type, k.id, k.name, '' tenant, k.user_id about,
        'acts as ' || iif(u.id is null, k.user_id || ', who is gone', u.name || ', who is ' || u.status) detail
      from bound k left join user u on u.id = k.user_id
      where k.kind = 'access_key' and k.user_id <> '' and (u.id is null or ${isShut})`),
};
