import { count } from '../../answers/count.ts';
import { foldedAddress } from '../../answers/fold-sql.ts';
import type { Found } from '../found.ts';
import { allHolders } from '../needs.ts';
import type { Rule } from '../rule.ts';
import type { World } from '../world.ts';
import { number, text } from '../world.ts';
import { createHeld, nameOfHolder, setInWords } from './held.ts';
import type { Limit } from './schema.ts';

/** A limit of a policy as a rule: how many may have something, and who. */
export function limitRule(limit: Limit): Rule {
  const { id, title, why, severity, held, only } = limit;
  const what = setInWords(held);
  return {
    id: `limit/${id}`,
    group: 'policy',
    severity,
    title: title ?? `Limited: ${what}`,
    why: why ?? 'The policy limits who may have it.',
    fix: 'Take it away from those who need it least, or change the limit.',
    controls: { soc2: ['CC6.1', 'CC6.3'], iso27001: ['A.5.15', 'A.5.18'], nist: ['AC-6'] },
    needs: only?.groups === undefined ? [] : ['idp_group'],
    needsForNone: allHolders,
    *evaluate(world): Generator<Found> {
      createHeld(world, 'limited', held);
      const place = limit.in ?? '';
      const counted = limit.in === undefined ? 'true' : `h.place in ('', ${quoted(limit.in)})`;
      if (limit['at-most'] !== undefined) {
        yield* tooMany(world, { id, place, counted, what, most: limit['at-most'] });
      }
      if (only !== undefined) {
        yield* outsiders(world, { counted, what, only });
      }
    },
  };
}

interface Counted {
  readonly id: string;
  readonly place: string;
  readonly counted: string;
  readonly what: string;
  readonly most: number;
}

function tooMany({ told }: World, { id, place, counted, what, most }: Counted): Iterable<Found> {
  return told(
    `select 'limit' type, ? id, ? name, ? tenant, '' about, count(distinct h.type || ' ' || h.id) holders from limited h
    where ${counted} having count(distinct h.type || ' ' || h.id) > ?`,
    (row) => `${count(number(row, 'holders'), 'user or key has', 'users and keys have')} ${what}, and ${most} may`,
    id,
    id,
    place,
    most,
  );
}

function outsiders(
  { told }: World,
  {
    counted,
    what,
    only: { domains = [], groups = [] },
  }: Pick<Counted, 'counted' | 'what'> & { readonly only: NonNullable<Limit['only']> },
): Iterable<Found> {
  return told(
    `select h.type type, h.id id, ${nameOfHolder('h')} name, h.place tenant, '' about, h.what what from limited h
      left join user u on h.type = 'user' and u.id = h.id
    where ${counted} and (u.n is null
      or ${foldedAddress("substr(u.email, instr(u.email, '@') + 1)")} not in (select ${foldedAddress('value')} from json_each(?1))
      or instr(u.email, '@') = 0)
      and not exists (select 1 from group_member m join sso g on g.n = m.sso
        left join profile p on p.type = g.type and p.id = g.id
        where m.user = u.n and (g.id in (select value from json_each(?2))
          or p.profile ->> 'group_name' in (select value from json_each(?2))))`,
    (row) => `has ${what} (${text(row, 'what')}), and is none of those who may`,
    JSON.stringify(domains),
    JSON.stringify(groups),
  );
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
