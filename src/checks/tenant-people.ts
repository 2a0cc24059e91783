import { number, text, type World } from './world.ts';

/** Sets of permissions that people have together, by number: each combination of roles is counted once. 0 is nothing. */
export interface PermissionCounts {
  /** What becomes of a combination with what a role allows besides; it stays what it was for what is no role. */
  adding(role: number): (combination: number) => number;
  sizeOf(combination: number): number;
}

export function createPermissionCounts({ powers }: World): PermissionCounts {
  const combinations: ReadonlySet<number>[] = [new Set()];
  const numbers = new Map<string, number>([['', 0]]);
  const joined = new Map<readonly number[], Map<number, number>>();
  const join = (combination: number, allows: readonly number[]): number => {
    const union = new Set([...(combinations[combination] ?? []), ...allows]);
    const key = Array.from(union)
      .toSorted((one, other) => one - other)
      .join();
    const result = numbers.get(key) ?? combinations.push(union) - 1;
    numbers.set(key, result);
    return result;
  };
  return {
    sizeOf: (combination) => combinations[combination]?.size ?? 0,
    adding: (role) => {
      const allows = powers.of(role)?.allows;
      if (allows === undefined) {
        return (combination) => combination;
      }
      const known = joined.get(allows) ?? new Map<number, number>();
      joined.set(allows, known);
      return (combination) => {
        const result = known.get(combination) ?? join(combination, allows);
        known.set(combination, result);
        return result;
      };
    },
  };
}

/** The people of a tenant by number, and how many permissions each has there, at the same place. */
export interface TenantPeople {
  readonly tenant: string;
  readonly users: readonly number[];
  readonly permissions: Uint32Array;
}

/**
 * Tenant by tenant, who belongs to it or holds something inside it, with what they hold there and in the whole project.
 */
export function* peopleByTenant({ rows, holders }: World, counts: PermissionCounts): Generator<TenantPeople> {
  const everywhere = new Uint32Array(holders.users);
  const combined = new Uint32Array(holders.users);
  const seenIn = new Uint32Array(holders.users);
  const things = Array.from(
    rows(
      `select t.n n, t.tenant tenant, coalesce(r.role, t.n) role from thing t left join role_of r on r.thing = t.n
      where t.kind in ('tenant', 'role', 'binding') order by t.tenant, t.n`,
    ),
    (row) => ({ n: number(row, 'n'), role: number(row, 'role'), tenant: text(row, 'tenant') }),
  );
  let tenant = '';
  let mark = 0;
  let people: number[] = [];
  const told = (): TenantPeople => {
    const permissions = new Uint32Array(people.length);
    for (let at = 0; at < people.length; at++) {
      permissions[at] = counts.sizeOf(combined[people[at] ?? 0] ?? 0);
    }
    return { tenant, users: people, permissions };
  };
  for (const thing of things) {
    const add = counts.adding(thing.role);
    if (thing.tenant === '') {
      for (const user of holders.of(thing.n)) {
        everywhere[user] = add(everywhere[user] ?? 0);
      }
      continue;
    }
    if (thing.tenant !== tenant) {
      if (people.length > 0) {
        yield told();
      }
      [tenant, people] = [thing.tenant, []];
      mark += 1;
    }
    for (const user of holders.of(thing.n)) {
      if (seenIn[user] !== mark) {
        seenIn[user] = mark;
        combined[user] = everywhere[user] ?? 0;
        people.push(user);
      }
      combined[user] = add(combined[user] ?? 0);
    }
  }
  if (people.length > 0) {
    yield told();
  }
}
