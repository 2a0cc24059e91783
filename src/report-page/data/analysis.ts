import { holdingKinds, thingFlags, userFlags } from '../../answers/report-format.ts';
import { placeOf, targetsOf } from './access.ts';
import { outlierRule, spreadOf, unusual } from './outliers.ts';
import { judgePower, type Power } from '../../answers/power.ts';
import type { Project } from './project.ts';

/** Somebody who may do unusually much inside a tenant. */
export interface Outlier {
  readonly user: number;
  readonly tenant: number;
  /** Distinct permissions there, roles of the whole project included. */
  readonly permissions: number;
  readonly median: number;
  readonly score: number;
}

/** What is counted once, when the page opens. Indexed by ordinal; people are distinct wherever people are counted. */
export interface Analysis extends Power {
  readonly userTenants: Uint32Array;
  readonly userRoles: Uint32Array;
  readonly userPermissions: Uint32Array;
  readonly userPrivileged: Uint8Array;
  readonly tenantMembers: Uint32Array;
  /** People who hold a privileged role of or inside the tenant. */
  readonly tenantPrivileged: Uint32Array;
  readonly roleHolders: Uint32Array;
  /** Of them, those who hold it in the whole project. */
  readonly roleProjectHolders: Uint32Array;
  readonly permissionUsers: Uint32Array;
  readonly permissionRoles: Uint32Array;
  readonly outliers: readonly Outlier[];
}

export function analyse(project: Project): Analysis {
  const { users, tenants, roles, permissions, holdings } = project;
  const power = judgePower(project);
  const counts = {
    userTenants: new Uint32Array(users.count),
    userRoles: new Uint32Array(users.count),
    userPermissions: new Uint32Array(users.count),
    userPrivileged: new Uint8Array(users.count),
    tenantMembers: new Uint32Array(tenants.length),
    tenantPrivileged: new Uint32Array(tenants.length),
    roleHolders: new Uint32Array(roles.length),
    roleProjectHolders: new Uint32Array(roles.length),
    permissionUsers: new Uint32Array(permissions.length),
    permissionRoles: new Uint32Array(permissions.length),
  };
  roles.forEach(({ allows }) => allows.forEach((permission) => increase(counts.permissionRoles, permission)));

  // A mark holds the number of the last user who was counted there, plus one: counting the distinct without sets.
  const roleMark = new Uint32Array(roles.length);
  const permissionMark = new Uint32Array(permissions.length);
  const tenantMark = new Uint32Array(tenants.length);
  for (let user = 0; user < users.current; user++) {
    const mark = user + 1;
    for (const number of targetsOf(project, user)) {
      const target = holdings.targets[number];
      if (target === undefined) {
        continue;
      }
      const { kind, role } = target;
      if (kind === holdingKinds.member) {
        increase(counts.userTenants, user);
        increase(counts.tenantMembers, target.tenant);
        continue;
      }
      const place = placeOf(project, target);
      increase(counts.userRoles, user);
      if (place === -1) {
        increase(counts.roleProjectHolders, role);
      }
      if (roleMark[role] !== mark) {
        roleMark[role] = mark;
        increase(counts.roleHolders, role);
        for (const permission of roles[role]?.allows ?? []) {
          if (permissionMark[permission] !== mark) {
            permissionMark[permission] = mark;
            increase(counts.userPermissions, user);
            increase(counts.permissionUsers, permission);
          }
        }
      }
      if ((power.privilege[role]?.length ?? 0) > 0) {
        counts.userPrivileged[user] = 1;
        if (place !== -1 && tenantMark[place] !== mark) {
          tenantMark[place] = mark;
          increase(counts.tenantPrivileged, place);
        }
      }
    }
  }
  return { ...power, ...counts, outliers: findOutliers(project) };
}

function increase(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

/** By tenant: who of its people may do far more there than is usual there. Highest score first. */
function findOutliers(project: Project): Outlier[] {
  const people = peopleOfTenants(project);
  return people
    .flatMap((members, tenant) => {
      if (members.length < outlierRule.members) {
        return [];
      }
      const permissions = members.map(({ permissions }) => permissions);
      const spread = spreadOf(permissions);
      return members.flatMap(({ user, permissions }) => {
        const score = unusual(permissions, spread);
        return score === undefined ? [] : [{ user, tenant, permissions, median: spread.median, score }];
      });
    })
    .sort((left, right) => right.score - left.score || left.user - right.user);
}

/** By tenant: everybody who belongs to it or holds something inside it, with the number of permissions there. */
function peopleOfTenants(project: Project): { readonly user: number; readonly permissions: number }[][] {
  const { users, tenants, roles, permissions, holdings } = project;
  const people: { user: number; permissions: number }[][] = tenants.map(() => []);
  const seen = new Float64Array(permissions.length);
  let mark = 0;
  for (let user = 0; user < users.current; user++) {
    const targets = Array.from(targetsOf(project, user), (number) => holdings.targets[number]).filter((target) => target !== undefined);
    const held = targets.filter(({ role }) => role >= 0).map((target) => ({ role: target.role, place: placeOf(project, target) }));
    const places = new Set([...targets.filter(({ role }) => role < 0).map(({ tenant }) => tenant), ...held.map(({ place }) => place)]);
    places.delete(-1);
    for (const place of places) {
      mark++;
      let count = 0;
      for (const { role, place: where } of held) {
        for (const permission of where === place || where === -1 ? (roles[role]?.allows ?? []) : []) {
          if (seen[permission] !== mark) {
            seen[permission] = mark;
            count++;
          }
        }
      }
      people[place]?.push({ user, permissions: count });
    }
  }
  return people;
}

/** True for what the newer file lists. */
export function isCurrent({ flags }: { readonly flags: number }): boolean {
  return (flags & thingFlags.former) === 0;
}

/** True when a user holds anything: a role, or a membership. */
export function hasAccess({ userRoles, userTenants }: Analysis, user: number): boolean {
  return (userRoles[user] ?? 0) + (userTenants[user] ?? 0) > 0;
}

export function hasUserFlag({ users }: Project, user: number, flag: keyof typeof userFlags): boolean {
  return ((users.flags[user] ?? 0) & userFlags[flag]) !== 0;
}
