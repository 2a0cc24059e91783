import { countsIn } from '../../answers/access-rules.ts';
import { holdingKinds } from '../../answers/report-format.ts';
import { direct, edgesFrom } from './inherited.ts';
import type { Project, Target } from './project.ts';

/** Numbers of the things a user holds. */
export function targetsOf({ holdings }: Project, user: number): Uint32Array {
  return holdings.targetsOf.subarray(holdings.userStart[user], holdings.userStart[user + 1]);
}

/** Ordinals of the users who hold target number n. */
export function usersOf({ holdings }: Project, target: number): Uint32Array {
  return holdings.usersOf.subarray(holdings.targetStart[target], holdings.targetStart[target + 1]);
}

const numbers = new WeakMap<Project, ReadonlyMap<string, number>>();

/** Who holds exactly this directly; nobody where nothing of the kind is held. */
export function holdersOf(project: Project, { kind, role, tenant }: Target): Uint32Array {
  const known =
    numbers.get(project) ??
    new Map(project.holdings.targets.map((one, number) => [`${one.kind} ${one.role} ${one.tenant}`, number]));
  numbers.set(project, known);
  const number = known.get(`${kind} ${role} ${tenant}`);
  return number === undefined ? new Uint32Array() : usersOf(project, number);
}

/** The tenant inside which a target counts; -1 for the whole project. */
export function placeOf({ roles }: Pick<Project, 'roles'>, target: Target): number {
  return target.kind === holdingKinds.role ? (roles[target.role]?.tenant ?? -1) : target.tenant;
}

/** Whether what is held there counts in a tenant: what is held in the whole project does, in every one. */
export function countsInTenant(place: number, tenant: number): boolean {
  return countsIn(place === -1 ? undefined : place, tenant);
}

/** Which ways are wanted: what is held directly, or what is inherited from that as well. */
export type Ways = 'direct' | 'all';

/** Something that a user has: held directly, or inherited by an edge. */
export interface Held {
  /** -1 for a membership. */
  readonly role: number;
  /** Ordinal of the tenant in which it counts; -1 for the whole project. */
  readonly place: number;
  /** The edge by which it is inherited; -1 for what is held directly. */
  readonly edge: number;
}

/** One way in which a user comes by a permission. */
export interface AccessPath extends Held {
  readonly user: number;
  readonly permission: number;
}

/** Everything that a user has, what is held directly first. */
export function heldBy(project: Project, user: number, ways: Ways): Held[] {
  const targets = Array.from(targetsOf(project, user));
  const held = targets.map((number) => heldAs(project, number));
  return ways === 'direct' ? held : [...held, ...targets.flatMap((number) => passedOn(project, number))];
}

function heldAs(project: Project, number: number): Held {
  const target = project.holdings.targets[number];
  return { role: target?.role ?? -1, place: target === undefined ? -1 : placeOf(project, target), edge: direct };
}

/** What the direct holders of a target have in tenants below. */
function passedOn(project: Project, number: number): Held[] {
  const { tenant } = project.inherited;
  const role = project.holdings.targets[number]?.role ?? -1;
  return Array.from(edgesFrom(project, number), (edge) => ({ role, place: tenant[edge] ?? -1, edge }));
}

/** Every way in which a user may use each permission; a role that allows nothing gives none. */
export function pathsOf(project: Project, user: number, ways: Ways = 'direct'): AccessPath[] {
  return heldBy(project, user, ways)
    .filter(({ role }) => role !== -1)
    .flatMap((held) =>
      (project.roles[held.role]?.allows ?? []).map((permission) => Object.assign({ user, permission }, held)),
    );
}

/** Every way in which anybody comes by a permission: the rows of `who-can`. */
export function waysTo(project: Project, permission: number, ways: Ways = 'direct'): AccessPath[] {
  const conferring = new Set(project.roles.flatMap(({ allows }, role) => (allows.includes(permission) ? [role] : [])));
  return waysThrough(project, (role) => conferring.has(role), ways).map((way) => Object.assign(way, { permission }));
}

/** Who has a role that is wanted, and where. */
export function waysThrough(
  project: Project,
  isWanted: (role: number) => boolean,
  ways: Ways,
): (Held & { readonly user: number })[] {
  return project.holdings.targets.flatMap((target, number) => {
    if (target.role === -1 || !isWanted(target.role)) {
      return [];
    }
    const held = [heldAs(project, number), ...(ways === 'all' ? passedOn(project, number) : [])];
    return held.flatMap((one) => Array.from(usersOf(project, number), (user) => Object.assign({ user }, one)));
  });
}

/** How many rows `waysThrough` would have with all ways: a tree of tenants multiplies them. */
export function countWays(project: Project, isWanted: (role: number) => boolean): number {
  return project.holdings.targets.reduce(
    (sum, { role }, number) =>
      role !== -1 && isWanted(role)
        ? sum + usersOf(project, number).length * (1 + edgesFrom(project, number).length)
        : sum,
    0,
  );
}

/** What is asked of a person's ways: those to a permission, those that count in a tenant, or all. */
export interface Choice {
  readonly permission?: number | undefined;
  readonly tenant?: number | undefined;
}

/** Whether something that a person has is among the ways that are asked for. */
export function isChosen(
  { roles }: Project,
  { role, place }: Pick<Held, 'role' | 'place'>,
  { permission, tenant }: Choice,
): boolean {
  const isThere = tenant === undefined || (role === -1 ? place === tenant : countsInTenant(place, tenant));
  return isThere && (permission === undefined || roles[role]?.allows.includes(permission) === true);
}

/** A role that a user holds, and where. */
export interface HeldRole {
  readonly role: number;
  readonly place: number;
}

/** Held directly. */
export function rolesHeldBy(project: Project, user: number): HeldRole[] {
  return heldBy(project, user, 'direct').filter(({ role }) => role !== -1);
}

/** Ordinals of the tenants a user is a member of directly. */
export function membershipsOf(project: Project, user: number): number[] {
  return Array.from(targetsOf(project, user))
    .map((number) => project.holdings.targets[number])
    .filter((target): target is Target => target?.kind === holdingKinds.member)
    .map(({ tenant }) => tenant);
}
