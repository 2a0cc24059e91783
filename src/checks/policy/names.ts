import type { Found } from '../found.ts';
import type { Rule } from '../rule.ts';
import { text, type World } from '../world.ts';
import type { HeldSet, Policy } from './schema.ts';

export const namesRuleId = 'policy-name-unknown';

/** Tells the names in conflicts and limits that the sync does not have: a rule of a misspelled name finds nothing. */
export function namesRule({ conflicts, limits }: Pick<Policy, 'conflicts' | 'limits'>): Rule {
  return {
    id: namesRuleId,
    group: 'policy',
    severity: 'medium',
    title: 'Name in the policy that is not there',
    why: 'What does not exist is held by nobody: a conflict or limit of a misspelled name finds nothing, and looks as if all were well.',
    fix: 'Write the name as Descope has it, or take it out of the policy.',
    controls: { soc2: ['CC6.3'], iso27001: ['A.5.15'], nist: ['AC-5', 'CM-6'] },
    needs: [],
    *evaluate(world): Generator<Found> {
      for (const { id, first, second } of conflicts) {
        yield* unknownIn(world, 'conflict', id, [first, second]);
      }
      for (const { id, held, in: place } of limits) {
        yield* unknownIn(world, 'limit', id, [held], place);
      }
    },
  };
}

export interface PolicyName {
  readonly kind: 'role' | 'permission' | 'tenant';
  readonly name: string;
}

/** The names in a conflict or limit: of its sets, and of the tenant where it is of one. */
export function namesIn(sets: readonly HeldSet[], place?: string): readonly PolicyName[] {
  return [
    ...sets.flatMap(({ roles = [] }) => roles.map((name) => ({ kind: 'role' as const, name }))),
    ...sets.flatMap(({ permissions = [] }) => permissions.map((name) => ({ kind: 'permission' as const, name }))),
    ...(place === undefined ? [] : [{ kind: 'tenant' as const, name: place }]),
  ];
}

function unknownIn(world: World, type: string, id: string, sets: readonly HeldSet[], place?: string): Iterable<Found> {
  return world.told(
    `select distinct ? type, ? id, '' name, '' tenant, value ->> 'kind' || ' ' || (value ->> 'name') about
    from json_each(?) where not exists (select 1 from thing t where case value ->> 'kind'
      when 'role' then t.role = value ->> 'name'
      else t.kind = value ->> 'kind' and t.id = value ->> 'name' end)`,
    (row) => `names the ${text(row, 'about')}, which this sync does not have`,
    type,
    id,
    JSON.stringify(namesIn(sets, place)),
  );
}
