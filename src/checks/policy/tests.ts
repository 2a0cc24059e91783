import { find } from '../../answers/find.ts';
import { ConnectorError } from '../../errors.ts';
import type { Found } from '../found.ts';
import { allHolders } from '../needs.ts';
import type { Rule } from '../rule.ts';
import { number, text, type World } from '../world.ts';
import { createHeld } from './held.ts';
import type { AccessTest, HeldSet } from './schema.ts';

/** An access test of a policy as a rule: it finds something where the test fails, or cannot be answered. */
export function testRule(test: AccessTest, place: number): Rule {
  const { name, severity } = test;
  const id = `test/${name ?? place + 1}`;
  return {
    id,
    group: 'policy',
    severity,
    title: name ?? titleOf(test),
    why: 'The policy says that it must be so.',
    fix: 'Change the access, or the test.',
    controls: { soc2: ['CC6.1'], iso27001: ['A.5.15'], nist: ['AC-3'] },
    needs: [],
    // Who can is found in some way that is told; that nobody else can, or somebody cannot, takes all ways.
    needsForNone: 'who' in test ? (test.expect ? [] : ['inherited']) : allHolders,
    *evaluate(world): Generator<Found> {
      const failure = failureOf(world, test);
      if (failure !== undefined) {
        yield {
          type: 'test',
          id: name ?? String(place + 1),
          name: titleOf(test),
          tenant: '',
          about: '',
          detail: failure,
        };
      }
    },
  };
}

function titleOf(test: AccessTest): string {
  const where = test.in === undefined ? '' : ` in ${test.in}`;
  return 'who' in test
    ? `${test.who} can${test.expect ? '' : 'not'} ${test.can}${where}`
    : `Holders of ${test['holders-of']}${where}`;
}

/** Why a test fails; undefined where it passes. */
function failureOf(world: World, test: AccessTest): string | undefined {
  try {
    if (test.in !== undefined && [...world.rows('select 1 from tenant where id = ?', test.in)].length === 0) {
      return `there is no tenant with the id ${test.in}`;
    }
    return 'who' in test ? canFailure(world, test) : holdersFailure(world, test);
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return `it cannot be answered: ${thrown.message}`;
    }
    throw thrown;
  }
}

function canFailure(world: World, test: Extract<AccessTest, { who: string }>): string | undefined {
  const who = find(world.index, 'principal', test.who);
  const permission = find(world.index, 'permission', test.can);
  createHeld(world, 'tested', { permissions: [permission.id] });
  const asOwner = boundUser(world, who);
  const [row] = world.rows(
    `select max(sure) sure, count(*) ways from tested h where h.type = ? and h.id = ? and (? is null or h.place in ('', ?))`,
    asOwner.type,
    asOwner.id,
    test.in ?? null,
    test.in ?? null,
  );
  const isHeld = row !== undefined && number(row, 'ways') > 0;
  if (isHeld && number(row, 'sure') === 0) {
    return `it is not sure: ${who.name} has it by uncertain inheritance only`;
  }
  return isHeld === test.expect ? undefined : `${who.name} can${isHeld ? '' : 'not'}`;
}

/** A key that is bound to a user can do what the user can. */
function boundUser(world: World, { type, id }: { readonly type: string; readonly id: string }) {
  const [row] = world.rows(
    `select coalesce(nullif(k.profile ->> 'bound_user_id', ''), iif(k.owner_type = 'user', k.owner_id, '')) user
    from credential k where k.kind = ? and k.id = ?`,
    type.replace('_secret', ''),
    id,
  );
  const user = row === undefined ? '' : text(row, 'user');
  return user === '' ? { type: type.replace('_secret', ''), id } : { type: 'user', id: user };
}

function holdersFailure(world: World, test: Exclude<AccessTest, { who: string }>): string | undefined {
  const asked = find(world.index, 'held', test['holders-of']);
  if (asked.type !== 'permission' && asked.type !== 'role') {
    return `${test['holders-of']} is no role and no permission`;
  }
  const set: HeldSet =
    asked.type === 'permission' ? { permissions: [asked.id] } : { roles: [roleName(world, asked.n)] };
  createHeld(world, 'tested', set);
  const holders = Array.from(
    world.rows(
      `select distinct h.type type, h.id id from tested h where ? is null or h.place in ('', ?) order by h.type, h.id`,
      test.in ?? null,
      test.in ?? null,
    ),
    (row) => `${text(row, 'type')} ${text(row, 'id')}`,
  );
  if (test['at-most'] !== undefined) {
    return holders.length <= test['at-most'] ? undefined : `${holders.length} have it: ${listed(holders)}`;
  }
  const wanted = (test.exactly ?? test['subset-of'] ?? []).map((who) => {
    const { type, id } = find(world.index, 'principal', who);
    return `${type.replace('_secret', '')} ${id}`;
  });
  const more = holders.filter((one) => !wanted.includes(one));
  const less = test.exactly === undefined ? [] : wanted.filter((one) => !holders.includes(one));
  const parts = [
    ...(more.length === 0 ? [] : [`besides them ${listed(more)}`]),
    ...(less.length === 0 ? [] : [`not ${listed(less)}`]),
  ];
  return parts.length === 0 ? undefined : `they are others: ${parts.join('; ')}`;
}

function roleName(world: World, n: number): string {
  const [row] = world.rows('select role from thing where n = ?', n);
  return row === undefined ? '' : text(row, 'role');
}

/** The first of them; the rest is counted. */
function listed(all: readonly string[]): string {
  return all.length <= 5 ? all.join(', ') : `${all.slice(0, 5).join(', ')} and ${all.length - 5} more`;
}
