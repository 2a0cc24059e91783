import { countsIn } from '../../answers/access-rules.ts';
import { holdingKinds } from '../../answers/report-format.ts';
import type { Project, Target } from './project.ts';

/** Numbers of the things a user holds. */
export function targetsOf({ holdings }: Project, user: number): Uint32Array {
  return holdings.targetsOf.subarray(holdings.userStart[user], holdings.userStart[user + 1]);
}

/** Ordinals of the users who hold target number n. */
export function usersOf({ holdings }: Project, target: number): Uint32Array {
  return holdings.usersOf.subarray(holdings.targetStart[target], holdings.targetStart[target + 1]);
}

/** The tenant inside which a target counts; -1 for the whole project. */
export function placeOf({ roles }: Project, target: Target): number {
  return target.kind === holdingKinds.role ? (roles[target.role]?.tenant ?? -1) : target.tenant;
}

/** Whether what is held there counts in a tenant: what is held in the whole project does, in every one. */
export function countsInTenant(place: number, tenant: number): boolean {
  return countsIn(place === -1 ? undefined : place, tenant);
}

/** One way in which a user comes by a permission. */
export interface AccessPath {
  readonly user: number;
  /** Ordinal of the tenant; -1 for the whole project. */
  readonly place: number;
  readonly role: number;
  readonly permission: number;
}

/** Every way in which a user may use each permission; a role that allows nothing gives none. */
export function pathsOf(project: Project, user: number): AccessPath[] {
  return rolesHeldBy(project, user).flatMap(({ role, place }) =>
    (project.roles[role]?.allows ?? []).map((permission) => ({ user, place, role, permission })),
  );
}

/** Every way in which anybody comes by a permission: the rows of `who-can`. */
export function waysTo(project: Project, permission: number): AccessPath[] {
  const conferring = new Set(project.roles.flatMap(({ allows }, role) => (allows.includes(permission) ? [role] : [])));
  return project.holdings.targets.flatMap((target, at) =>
    conferring.has(target.role)
      ? Array.from(usersOf(project, at), (user) => ({
          user,
          place: placeOf(project, target),
          role: target.role,
          permission,
        }))
      : [],
  );
}

/** A role that a user holds, and where. */
export interface HeldRole {
  readonly role: number;
  readonly place: number;
}

export function rolesHeldBy(project: Project, user: number): HeldRole[] {
  return Array.from(targetsOf(project, user))
    .map((number) => project.holdings.targets[number])
    .filter((target): target is Target => target !== undefined && target.role >= 0)
    .map((target) => ({ role: target.role, place: placeOf(project, target) }));
}

/** Ordinals of the tenants a user is a member of. */
export function membershipsOf(project: Project, user: number): number[] {
  return Array.from(targetsOf(project, user))
    .map((number) => project.holdings.targets[number])
    .filter((target): target is Target => target?.kind === holdingKinds.member)
    .map(({ tenant }) => tenant);
}
