import { holdingKinds, thingFlags, userFlags } from '../../answers/report-format.ts';
import { placeOf, targetsOf } from './access.ts';
import { countInherited } from './inherited-counts.ts';
import { judgePower, type Power } from '../../answers/power.ts';
import type { Project } from './project.ts';

/**
 * What is counted once, when the page opens. Indexed by ordinal; people are distinct wherever people are counted. What
 * is inherited is counted in the tenants where it counts, and nowhere else: whoever inherits a role holds it above.
 */
export interface Analysis extends Power {
  /** Direct memberships. */
  readonly userTenants: Uint32Array;
  /** Roles held directly. */
  readonly userRoles: Uint32Array;
  readonly userPermissions: Uint32Array;
  readonly userPrivileged: Uint8Array;
  /** Direct members. */
  readonly tenantMembers: Uint32Array;
  /**
   * People with access in the tenant: its members, who holds a role of or inside it, who inherits either, and who holds
   * a role in the whole project.
   */
  readonly tenantPeople: Uint32Array;
  /** Of them, those who are members or hold a role of or inside it directly. */
  readonly tenantInside: Uint32Array;
  /** Of the others, those who inherit from a tenant above. The rest have it through the whole project only. */
  readonly tenantInherited: Uint32Array;
  /** People who have a privileged role that counts in the tenant: held there, inherited, or of the whole project. */
  readonly tenantPrivileged: Uint32Array;
  /** Of them, those who hold one of or inside it directly. */
  readonly tenantPrivilegedInside: Uint32Array;
  /** Of the others, those who inherit one. */
  readonly tenantPrivilegedInherited: Uint32Array;
  readonly roleHolders: Uint32Array;
  /** Of them, those who hold it in the whole project. */
  readonly roleProjectHolders: Uint32Array;
  readonly permissionUsers: Uint32Array;
  readonly permissionRoles: Uint32Array;
}

export function analyse(project: Project): Analysis {
  const power = judgePower(project);
  return {
    ...power,
    ...countHoldings(project, power),
    ...countTenants(project, power),
  };
}

/** Counts by user, role and permission. */
function countHoldings(project: Project, power: Power) {
  const { users, roles, permissions } = project;
  const counts = {
    userTenants: new Uint32Array(users.count),
    userRoles: new Uint32Array(users.count),
    userPermissions: new Uint32Array(users.count),
    userPrivileged: new Uint8Array(users.count),
    roleHolders: new Uint32Array(roles.length),
    roleProjectHolders: new Uint32Array(roles.length),
    permissionUsers: new Uint32Array(permissions.length),
    permissionRoles: new Uint32Array(permissions.length),
  };
  roles.forEach(({ allows }) => allows.forEach((permission) => increase(counts.permissionRoles, permission)));

  const isNewRole = createMarks(roles.length);
  const isNewPermission = createMarks(permissions.length);
  for (let user = 0; user < users.current; user++) {
    for (const number of targetsOf(project, user)) {
      const target = project.holdings.targets[number];
      if (target === undefined) {
        continue;
      }
      const { kind, role } = target;
      if (kind === holdingKinds.member) {
        increase(counts.userTenants, user);
        continue;
      }
      increase(counts.userRoles, user);
      if (placeOf(project, target) === -1) {
        increase(counts.roleProjectHolders, role);
      }
      if (isPrivileged(power, role)) {
        counts.userPrivileged[user] = 1;
      }
      if (!isNewRole(role, user)) {
        continue;
      }
      increase(counts.roleHolders, role);
      for (const permission of roles[role]?.allows ?? []) {
        if (isNewPermission(permission, user)) {
          increase(counts.userPermissions, user);
          increase(counts.permissionUsers, permission);
        }
      }
    }
  }
  return counts;
}

/** Counts by tenant. Who holds something in the whole project counts in each of them, and once; so does who inherits. */
function countTenants(project: Project, power: Power) {
  const { users, tenants, holdings } = project;
  const ofTenants = (): Uint32Array => new Uint32Array(tenants.length);
  const counts = {
    tenantMembers: ofTenants(),
    tenantPeople: ofTenants(),
    tenantInside: ofTenants(),
    tenantPrivileged: ofTenants(),
    tenantPrivilegedInside: ofTenants(),
  };
  const isNewTenant = createMarks(tenants.length);
  const isNewPrivileged = createMarks(tenants.length);
  const places = Int32Array.from(holdings.targets, (target) => placeOf(project, target));
  const isPower = Uint8Array.from(holdings.targets, ({ role }) => Number(isPrivileged(power, role)));
  const throughout = { people: 0, privileged: 0 };
  const isThroughout = { people: new Uint8Array(users.current), privileged: new Uint8Array(users.current) };
  for (let user = 0; user < users.current; user++) {
    const held = targetsOf(project, user);
    let holdsThroughout = 0;
    let isPowerThroughout = 0;
    for (const target of held) {
      if (places[target] === -1) {
        holdsThroughout = 1;
        isPowerThroughout |= isPower[target] ?? 0;
      }
    }
    isThroughout.people[user] = holdsThroughout;
    isThroughout.privileged[user] = isPowerThroughout;
    throughout.people += holdsThroughout;
    throughout.privileged += isPowerThroughout;
    for (const target of held) {
      const place = places[target] ?? -1;
      if (place === -1) {
        continue;
      }
      if (holdings.targets[target]?.kind === holdingKinds.member) {
        increase(counts.tenantMembers, place);
      }
      if (isNewTenant(place, user)) {
        increase(counts.tenantInside, place);
        add(counts.tenantPeople, place, 1 - holdsThroughout); // the others are added to all tenants at the end
      }
      if (isPower[target] === 1 && isNewPrivileged(place, user)) {
        increase(counts.tenantPrivilegedInside, place);
        add(counts.tenantPrivileged, place, 1 - isPowerThroughout);
      }
    }
  }
  const inherited = countInherited(
    project,
    () => true,
    (user) => isThroughout.people[user] === 1,
  );
  const privileged = countInherited(
    project,
    (target) => isPower[target] === 1,
    (user) => isThroughout.privileged[user] === 1,
  );
  tenants.forEach((tenant, at) => {
    add(counts.tenantPeople, at, inherited.besides[at] ?? 0);
    add(counts.tenantPrivileged, at, privileged.besides[at] ?? 0);
    if (isCurrent(tenant)) {
      add(counts.tenantPeople, at, throughout.people);
      add(counts.tenantPrivileged, at, throughout.privileged);
    }
  });
  return { ...counts, tenantInherited: inherited.people, tenantPrivilegedInherited: privileged.people };
}

/** True once for each thing and user: counting the distinct without sets, as long as users come one after the other. */
export function createMarks(count: number): (thing: number, user: number) => boolean {
  const marks = new Uint32Array(count);
  return (thing, user) => {
    const isNew = marks[thing] !== user + 1;
    marks[thing] = user + 1;
    return isNew;
  };
}

/** True for a role that is privileged; false for a membership. */
export function isPrivileged({ privilege }: Power, role: number): boolean {
  return (privilege[role]?.length ?? 0) > 0;
}

function increase(counts: Uint32Array, at: number): void {
  add(counts, at, 1);
}

function add(counts: Uint32Array, at: number, more: number): void {
  counts[at] = (counts[at] ?? 0) + more;
}

/** True for what the newer file lists. */
export function isCurrent({ flags }: { readonly flags: number }): boolean {
  return (flags & thingFlags.former) === 0;
}

export function hasUserFlag({ users }: Project, user: number, flag: keyof typeof userFlags): boolean {
  return ((users.flags[user] ?? 0) & userFlags[flag]) !== 0;
}
