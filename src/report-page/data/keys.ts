import type { ReportAnyKey, ReportKey } from '../../answers/report-things.ts';
import { type Held, heldBy, placeOf } from './access.ts';
import { type Analysis, isPrivileged } from './analysis.ts';
import { daysUntil } from './days.ts';
import { direct, edgesFrom, flowOf } from './inherited.ts';
import type { Project } from './project.ts';

/** Something that expires within so many days is told. */
export const soonDays = 30;

/** As whom a key acts: itself, a user, or a user who is gone. */
export type Owner =
  | { readonly kind: 'itself' }
  | { readonly kind: 'user'; readonly user: number }
  | { readonly kind: 'gone'; readonly id: string };

/** Who made a key. `untold` is an id of which the file cannot say whose it is. */
export type Creator =
  | { readonly kind: 'user'; readonly user: number }
  | { readonly kind: 'thing'; readonly what: string; readonly name: string; readonly id: string }
  | { readonly kind: 'gone' | 'untold'; readonly id: string };

/** What a key can do: what it holds itself, or all that its user can. */
export interface KeyPower {
  readonly roles: number;
  readonly permissions: number;
  /** Direct memberships. */
  readonly tenants: number;
  /** Memberships and roles that count in tenants below. */
  readonly inherited: number;
  /** Roles that are privileged, each once. */
  readonly privileged: readonly number[];
}

/** What is worked out once for all access keys, by their ordinals. */
export interface KeyFacts {
  readonly owners: readonly Owner[];
  readonly creators: readonly Creator[];
  readonly powers: readonly KeyPower[];
  /** Keys that are bound to a user, by the user. */
  readonly boundTo: ReadonlyMap<number, readonly number[]>;
}

const made = new WeakMap<Project, KeyFacts>();

export function keyFacts(project: Project, analysis: Analysis): KeyFacts {
  const known = made.get(project);
  if (known !== undefined) {
    return known;
  }
  const { keys } = project;
  const users = usersByIds(project, new Set(keys.flatMap(({ boundTo, createdBy }) => [boundTo, createdBy])));
  const owners = keys.map((key) => ownerOf(key, users));
  const creatorOf = creatorFinder(project, users);
  const boundTo = new Map<number, number[]>();
  owners.forEach((owner, key) => {
    if (owner.kind === 'user') {
      boundTo.set(owner.user, [...(boundTo.get(owner.user) ?? []), key]);
    }
  });
  const powers = owners.map((owner, key) => powerOf(project, analysis, heldAs(project, key, owner)));
  const facts = { owners, creators: keys.map(creatorOf), powers, boundTo };
  made.set(project, facts);
  return facts;
}

function ownerOf({ boundTo }: ReportKey, users: ReadonlyMap<string, number>): Owner {
  if (boundTo === '') {
    return { kind: 'itself' };
  }
  const user = users.get(boundTo);
  return user === undefined ? { kind: 'gone', id: boundTo } : { kind: 'user', user };
}

/** Descope names a user or a management key; an id that is in no list is a user's who is gone, as far as it tells. */
function creatorFinder(project: Project, users: ReadonlyMap<string, number>): (key: ReportKey) => Creator {
  const { keys, console: console_ } = project;
  const things = new Map<string, Creator>();
  const name = (what: string, some: readonly { readonly id: string; readonly name: string }[]): void =>
    some.forEach(({ id, name: called }) => things.set(id, { kind: 'thing', what, name: called, id }));
  name('access key', keys);
  name('console administrator', console_.admins);
  name('management key', console_.keys);
  const isWhole = isRead(project, 'management_key');
  return ({ createdBy: id }) => {
    const user = users.get(id);
    if (user !== undefined) {
      return { kind: 'user', user };
    }
    // Where management keys were not read, an id that begins as those of keys do may be one of them.
    return things.get(id) ?? { kind: id !== '' && (isWhole || id.startsWith('U')) ? 'gone' : 'untold', id };
  };
}

/** Ordinals of the listed users among the ids. */
export function usersByIds({ users }: Project, wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const last = wanted.size > Number(wanted.has('')) ? users.current : 0; // most files name no user: then none is looked at
  for (let user = 0; user < last; user++) {
    const id = users.id.at(user);
    if (wanted.has(id)) {
      found.set(id, user);
    }
  }
  return found;
}

/** Whether the sync read a type; true for one of which the file has something, where it does not tell. */
export function isRead({ types, keys, console: console_, apps }: Project, type: string): boolean {
  const found: Readonly<Record<string, number>> = {
    access_key: keys.length,
    application: apps.applications.length,
    third_party_app: apps.thirdParty.length,
    project: console_.projects.length,
    console_admin: console_.admins.length,
    management_key: console_.keys.length,
  };
  return types?.includes(type) === true || (found[type] ?? 0) > 0;
}

/** Whether a page of keys can be shown: they were read, and not left out as being no people. */
export function showsKeys(project: Project, type: 'access_key' | 'management_key'): boolean {
  return project.about.isHumansOnly !== true && isRead(project, type);
}

/** Everything that a key has by its own record, what is held directly first. */
export function heldByKey(project: Project, key: number): Held[] {
  const { holdings, keyHoldings, inherited } = project;
  const targets = Array.from(keyHoldings.targetsOf.subarray(keyHoldings.keyStart[key], keyHoldings.keyStart[key + 1]));
  const held = targets.flatMap((number) => {
    const target = holdings.targets[number];
    return target === undefined ? [] : [{ role: target.role, place: placeOf(project, target), edge: direct }];
  });
  const below = targets.flatMap((number) => {
    const role = holdings.targets[number]?.role ?? -1;
    return Array.from(edgesFrom(project, number))
      .filter((edge) => flowOf(project, edge).keys !== '')
      .map((edge) => ({ role, place: inherited.tenant[edge] ?? -1, edge }));
  });
  return [...held, ...below];
}

/** Something that a key can make use of, and which key. */
export interface KeyWay extends Held {
  readonly key: number;
}

/** Every way in which an access key comes to something that is wanted: what it holds itself, and what its user has. */
export function keyWays(
  project: Project,
  analysis: Analysis,
  isWanted: (held: Pick<Held, 'role' | 'place'>) => boolean,
): KeyWay[] {
  const { holdings, keyHoldings, inherited } = project;
  const bound = [...keyFacts(project, analysis).boundTo].flatMap(([user, keys]) =>
    heldBy(project, user, 'all')
      .filter(isWanted)
      .flatMap((held) => keys.map((key) => Object.assign({ key }, held))),
  );
  const own = holdings.targets.flatMap((target, number) => {
    const keys = keyHoldings.keysOf.subarray(keyHoldings.targetStart[number], keyHoldings.targetStart[number + 1]);
    if (keys.length === 0) {
      return [];
    }
    const edges = Array.from(edgesFrom(project, number)).filter((edge) => flowOf(project, edge).keys !== '');
    return [
      { role: target.role, place: placeOf(project, target), edge: direct },
      ...edges.map((edge) => ({ role: target.role, place: inherited.tenant[edge] ?? -1, edge })),
    ]
      .filter(isWanted)
      .flatMap((held) => Array.from(keys, (key) => Object.assign({ key }, held)));
  });
  return [...own, ...bound];
}

/** Everything that a key can make use of. */
export function heldAs(project: Project, key: number, owner: Owner): Held[] {
  return owner.kind === 'itself'
    ? heldByKey(project, key)
    : owner.kind === 'user'
      ? heldBy(project, owner.user, 'all')
      : [];
}

function powerOf(project: Project, analysis: Analysis, held: readonly Held[]): KeyPower {
  const own = held.filter(({ edge }) => edge === direct);
  const roles = own.flatMap(({ role }) => (role === -1 ? [] : [role]));
  return {
    roles: roles.length,
    permissions: new Set(roles.flatMap((role) => project.roles[role]?.allows ?? [])).size,
    tenants: own.length - roles.length,
    inherited: held.length - own.length,
    privileged: [...new Set(roles.filter((role) => isPrivileged(analysis, role)))],
  };
}

/** Whether a key can use a privileged role, or makes and removes people by SCIM. */
export function isPowerful(project: Project, analysis: Analysis, key: number): boolean {
  return project.keys[key]?.isScim === true || (keyFacts(project, analysis).powers[key]?.privileged.length ?? 0) > 0;
}

/** The end of an id, by which Descope's console tells keys apart. */
export function lastSix(id: string): string {
  return `…${id.slice(-6)}`;
}

/** When a key ends, in words: "never", "2026-12-12, in 12 days", "2023-12-24, over". */
export function expiryInWords(project: Project, { expiresAt }: Pick<ReportAnyKey, 'expiresAt'>): string {
  if (expiresAt === 0) {
    return 'never';
  }
  const days = daysUntil(project, expiresAt);
  const day = new Date(expiresAt * 1000).toISOString().slice(0, 10);
  return `${day}, ${days < 0 ? 'over' : days === 0 ? 'today' : days === 1 ? 'in 1 day' : `in ${days.toLocaleString('en')} days`}`;
}

/** Whether it ends within `soonDays` of the sync, and was not over then. */
export function endsSoon(project: Project, { expiresAt, status }: ReportAnyKey): boolean {
  const days = daysUntil(project, expiresAt);
  return expiresAt !== 0 && status === 'active' && days >= 0 && days <= soonDays;
}

/** From where a key may be used, in words. */
export function addressesInWords({ addresses }: Pick<ReportAnyKey, 'addresses'>): string {
  return addresses.length === 0 ? 'anywhere' : addresses.join(', ');
}
