import { countsInTenant, placeOf, rolesHeldBy, targetsOf, usersOf } from './access.ts';
import { type Analysis, createMarks, isPrivileged } from './analysis.ts';
import type { Project } from './project.ts';

/** Somebody with access in a tenant. */
export interface PersonThere {
  readonly user: number;
  /** A member, or the holder of a role of or inside it; the others have access through the whole project only. */
  readonly isInside: boolean;
  /** Distinct permissions that count there. */
  readonly permissions: number;
  readonly isPrivileged: boolean;
}

/** A role or a permission that counts in a tenant, and how many people have it there. */
export interface CountThere {
  /** The role's ordinal, or the permission's. */
  readonly of: number;
  readonly people: number;
  /** Of them, those who have it through the whole project only. */
  readonly throughProject: number;
}

/** Who can do what in one tenant. Equal to what `who-can --tenant` and `access` tell of it. */
export interface TenantAccess {
  readonly people: readonly PersonThere[];
  /** The most held first; roles that nobody holds there are left out, permissions that nobody has there as well. */
  readonly roles: readonly CountThere[];
  readonly permissions: readonly CountThere[];
}

/** What everybody holds in a tenant, roles of the whole project included. */
export function accessIn(project: Project, analysis: Analysis, tenant: number): TenantAccess {
  const { holdings } = project;
  const roles = createTally(project.roles.length);
  const permissions = createTally(project.permissions.length);
  const places = Int32Array.from(holdings.targets, (target) => placeOf(project, target));

  function personThere(user: number): PersonThere {
    const held = targetsOf(project, user);
    let isInside = false;
    let isPower = false;
    let count = 0;
    for (const place of [tenant, -1]) {
      // what is held inside comes first: the tallies rely on it
      for (const number of held) {
        if (places[number] !== place) {
          continue;
        }
        isInside ||= place === tenant;
        const role = holdings.targets[number]?.role ?? -1;
        if (role === -1) {
          continue; // a membership
        }
        isPower ||= isPrivileged(analysis, role);
        roles.add(role, user, place === -1);
        for (const permission of project.roles[role]?.allows ?? []) {
          count += Number(permissions.add(permission, user, place === -1));
        }
      }
    }
    return { user, isInside, permissions: count, isPrivileged: isPower };
  }

  const people = peopleOf(project, tenant).map(personThere);
  return { people, roles: roles.counts(), permissions: permissions.counts() };
}

/** The roles that a person holds in a tenant: those inside it, and those of the whole project. */
export function rolesThere(
  project: Project,
  user: number,
  tenant: number,
): { readonly role: number; readonly place: number }[] {
  return rolesHeldBy(project, user).filter(({ place }) => countsInTenant(place, tenant));
}

/** Ordinals of everybody who holds anything that counts there, ascending. */
function peopleOf(project: Project, tenant: number): number[] {
  const found = new Uint8Array(project.users.current);
  project.holdings.targets.forEach((target, at) => {
    if (countsInTenant(placeOf(project, target), tenant)) {
      usersOf(project, at).forEach((user) => (found[user] = 1));
    }
  });
  return Array.from(found.keys()).filter((user) => found[user] === 1);
}

/** Counts the people of each thing, each person once: what they hold inside the tenant must be entered first. */
function createTally(count: number) {
  const people = new Uint32Array(count);
  const throughProject = new Uint32Array(count);
  const isNew = createMarks(count);
  return {
    /** True when the person was not yet counted there. */
    add: (of: number, user: number, isThroughProject: boolean): boolean => {
      if (!isNew(of, user)) {
        return false;
      }
      people[of] = (people[of] ?? 0) + 1;
      throughProject[of] = (throughProject[of] ?? 0) + Number(isThroughProject);
      return true;
    },
    counts: (): CountThere[] =>
      Array.from(people, (number, of) => ({ of, people: number, throughProject: throughProject[of] ?? 0 }))
        .filter((one) => one.people > 0)
        .sort((left, right) => right.people - left.people),
  };
}
