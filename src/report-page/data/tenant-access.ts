import { countsInTenant, type Held, placeOf, targetsOf, usersOf } from './access.ts';
import { type Analysis, createMarks, isPrivileged } from './analysis.ts';
import { direct, edgesInto, isUncertain } from './inherited.ts';
import type { Project } from './project.ts';

/**
 * How somebody comes to have access in a tenant, the nearest way first: a membership, or a role of or inside it; the
 * same inherited from a tenant above; or a role in the whole project.
 */
export type How = 'direct' | 'inherited' | 'project';

/** Somebody with access in a tenant. */
export interface PersonThere {
  readonly user: number;
  readonly how: How;
  /** Of somebody who inherits: no way into the tenant is sure. */
  readonly isUncertain: boolean;
  /** Distinct permissions that count there. */
  readonly permissions: number;
  readonly isPrivileged: boolean;
}

/** A role or a permission that counts in a tenant, and how many people have it there. */
export interface CountThere {
  /** The role's ordinal, or the permission's. */
  readonly of: number;
  readonly people: number;
  /** Of them, those who have it there by inheritance, and not directly. */
  readonly inherited: number;
  /** Of them, those who have it through the whole project only. */
  readonly throughProject: number;
}

/** Who can do what in one tenant. Equal to what `who-can --tenant` and `access` tell of it. */
export interface TenantAccess {
  readonly people: readonly PersonThere[];
  /** The most held first; roles that nobody has there are left out, permissions that nobody has there as well. */
  readonly roles: readonly CountThere[];
  readonly permissions: readonly CountThere[];
  /** What a person has there, the nearest way first: held inside it, inherited, and held in the whole project. */
  readonly heldBy: (user: number) => readonly Held[];
}

const hows = ['direct', 'inherited', 'project'] as const;

/** What everybody has in a tenant: held there, inherited, and held in the whole project. */
export function accessIn(project: Project, analysis: Analysis, tenant: number): TenantAccess {
  const roles = createTally(project.roles.length);
  const permissions = createTally(project.permissions.length);
  const ways = waysInto(project, tenant);
  const waysOf = (user: number): WayInto[] =>
    Array.from(targetsOf(project, user))
      .flatMap((number) => ways.get(number) ?? [])
      .sort((left, right) => hows.indexOf(left.how) - hows.indexOf(right.how));

  function personThere(user: number): PersonThere {
    const found = waysOf(user);
    let isPower = false;
    let count = 0;
    for (const { role, how } of found) {
      // the nearest way comes first: the tallies rely on it
      if (role === -1) {
        continue; // a membership
      }
      isPower ||= isPrivileged(analysis, role);
      roles.add(role, user, how);
      for (const permission of project.roles[role]?.allows ?? []) {
        count += Number(permissions.add(permission, user, how));
      }
    }
    const how = found[0]?.how ?? 'project';
    return {
      user,
      how,
      isUncertain:
        how === 'inherited' && found.every((way) => way.how !== 'inherited' || isUncertain(project, way.edge)),
      permissions: count,
      isPrivileged: isPower,
    };
  }

  const people = usersWith(project, ways).map(personThere);
  return { people, roles: roles.counts(), permissions: permissions.counts(), heldBy: waysOf };
}

interface WayInto extends Held {
  readonly how: How;
}

/** How each target counts in a tenant; a target that does not count there has no entry. */
function waysInto(project: Project, tenant: number): ReadonlyMap<number, readonly WayInto[]> {
  const { holdings, inherited } = project;
  const ways = new Map<number, WayInto[]>();
  const add = (number: number, way: Omit<WayInto, 'role'>): void => {
    const known = ways.get(number) ?? [];
    known.push({ role: holdings.targets[number]?.role ?? -1, ...way });
    ways.set(number, known);
  };
  holdings.targets.forEach((target, number) => {
    const place = placeOf(project, target);
    if (countsInTenant(place, tenant)) {
      add(number, { how: place === tenant ? 'direct' : 'project', place, edge: direct });
    }
  });
  for (const edge of edgesInto(project, tenant)) {
    add(inherited.source[edge] ?? 0, { how: 'inherited', place: tenant, edge });
  }
  return ways;
}

/** Ordinals of everybody who holds any of the targets, ascending. */
function usersWith(project: Project, targets: ReadonlyMap<number, unknown>): number[] {
  const found = new Uint8Array(project.users.current);
  for (const number of targets.keys()) {
    usersOf(project, number).forEach((user) => (found[user] = 1));
  }
  return Array.from(found.keys()).filter((user) => found[user] === 1);
}

/** Counts the people of each thing, each person once: by the nearest of their ways, which must be entered first. */
function createTally(count: number) {
  const by: Readonly<Record<How, Uint32Array>> = {
    direct: new Uint32Array(count),
    inherited: new Uint32Array(count),
    project: new Uint32Array(count),
  };
  const isNew = createMarks(count);
  return {
    /** True when the person was not yet counted there. */
    add: (of: number, user: number, how: How): boolean => {
      if (!isNew(of, user)) {
        return false;
      }
      by[how][of] = (by[how][of] ?? 0) + 1;
      return true;
    },
    counts: (): CountThere[] =>
      Array.from({ length: count }, (_, of) => {
        const [direct = 0, inherited = 0, throughProject = 0] = hows.map((how) => by[how][of] ?? 0);
        return { of, people: direct + inherited + throughProject, inherited, throughProject };
      })
        .filter((one) => one.people > 0)
        .sort((left, right) => right.people - left.people),
  };
}
