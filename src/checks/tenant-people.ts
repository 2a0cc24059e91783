import { number, text, type World } from './world.ts';

/** Sets of permissions that people have together, by number: each combination of roles is counted once. 0 is nothing. */
export interface PermissionCounts {
  /** Gives each of these users, by number, what a role allows besides; nothing for what is no role. */
  add(role: number, users: Uint32Array, combined: Uint32Array): void;
  sizeOf(combination: number): number;
}

export function createPermissionCounts({ powers }: World): PermissionCounts {
  const combinations: ReadonlySet<number>[] = [new Set()];
  const numbers = new Map<string, number>([['', 0]]);
  const joined = new Map<readonly number[], number[]>(); // what becomes of each combination, at its number
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
    add: (role, users, combined) => {
      const allows = powers.of(role)?.allows;
      if (allows === undefined) {
        return;
      }
      const known = joined.get(allows) ?? [];
      joined.set(allows, known);
      for (const user of users) {
        const combination = combined[user] ?? 0;
        combined[user] = known[combination] ??= join(combination, allows);
      }
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
    if (thing.tenant === '') {
      counts.add(thing.role, holders.of(thing.n), everywhere);
      continue;
    }
    if (thing.tenant !== tenant) {
      if (people.length > 0) {
        yield told();
      }
      [tenant, people] = [thing.tenant, []];
      mark += 1;
    }
    const here = holders.of(thing.n);
    for (const user of here) {
      if (seenIn[user] !== mark) {
        seenIn[user] = mark;
        combined[user] = everywhere[user] ?? 0;
        people.push(user);
      }
    }
    counts.add(thing.role, here, combined);
  }
  if (people.length > 0) {
    yield told();
  }
}
