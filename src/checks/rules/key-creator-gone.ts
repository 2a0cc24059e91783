import type { Rule } from '../rule.ts';
import { isShut } from '../world.ts';

export const keyCreatorGone: Rule = {
  id: 'key-creator-gone',
  group: 'keys',
  severity: 'medium',
  title: 'Access key whose creator is gone or disabled',
  why:
    'Whoever made the key may have kept a copy of it, and is not with you any more. Where management keys ' +
    'were not read, an id that may be one of theirs is left out.',
  fix: 'Find out what uses the key, and replace it.',
  controls: { soc2: ['CC6.2', 'CC6.3'], iso27001: ['A.5.18'], nist: ['AC-2(3)', 'IA-5'], owaspNhi: ['NHI1:2025'] },
  needs: ['access_key'],
  evaluate: ({ found, index }) =>
    found(
      `select k.kind type, k.id, k.name, '' tenant, k.profile ->> 'created_by' about,
        'was made by ' || iif(u.id is null, k.profile ->> 'created_by' || ', who is gone', u.name || ', who is '
        || u.status) detail
      from credential k left join user u on u.id = k.profile ->> 'created_by'
      where k.kind = 'access_key' and coalesce(k.profile ->> 'created_by', '') <> '' and (${isShut} or u.id is null
        and (? or k.profile ->> 'created_by' like 'U%') and not exists (select 1 from other o
        where o.id = k.profile ->> 'created_by'))`,
      Number(index.types.has('management_key')),
    ),
};
