import type { Catalog } from '../../access/catalog.ts';
import type { Holding } from '../../access/holding.ts';
import type { Inheritance, InheritedPair } from '../../access/inheritance.ts';
import type { DerivedBinding, RoleAddress } from '../../model/ids.ts';
import { compare, firstPlace } from '../../model/order.ts';
import { runAt } from './held-bindings.ts';
import { scopeOfHeld } from './inherited-edges.ts';
import type { HolderSource } from './other-holders.ts';

/** Of which kinds those are who hold something directly. */
export interface HeldBy {
  readonly users: boolean;
  readonly others: boolean;
}

/** Whether somebody passes it on from the ancestor: a key that holds it passes nothing where keys inherit nothing. */
export function flows({ flowsToKeys }: InheritedPair, { users, others }: HeldBy): boolean {
  return users || (others && flowsToKeys);
}

const nobody: HeldBy = { users: false, others: false };

/** A role that somebody holds directly inside a tenant. */
interface HeldRole {
  /** Where the role is defined. */
  readonly role: RoleAddress;
  users: boolean;
  others: boolean;
}

interface HeldInside {
  readonly members: { users: boolean; others: boolean };
  readonly roles: Map<string, HeldRole>;
}

/** How many edges there are, and how many of them are not sure. */
export interface EdgeCounts {
  readonly edges: number;
  readonly uncertain: number;
}

/** Tenants in which one role is in effect by inheritance, in order. */
interface Run {
  readonly role: RoleAddress;
  readonly tenantIds: string[];
  from: number;
}

/**
 * What is inherited in a project whose users are all read, from what is held directly in the tenants above: roles in
 * effect in tenants that inherit them, and which of them nobody holds there directly. It keeps a few bytes for each.
 */
export class InheritedAccess {
  /** How many roles are in effect in a tenant by inheritance alone. */
  readonly count: number;
  readonly counts: EdgeCounts;
  readonly #inheritance: Inheritance;
  readonly #heldInside: ReadonlyMap<string, HeldInside>;
  readonly #runs: readonly Run[];
  readonly #byRole: ReadonlyMap<string, ReadonlyMap<string, Run>>;

  constructor(catalog: Catalog, inheritance: Inheritance, sources: readonly HolderSource[]) {
    this.#inheritance = inheritance;
    this.#heldInside = inheritance.isFlat ? new Map() : heldAbove(catalog, sources);
    const counts = { edges: 0, uncertain: 0 };
    const byRole = new Map<string, Map<string, Run>>();
    for (const { id } of inheritance.isFlat ? [] : catalog.tenants) {
      for (const pair of inheritance.pairsOf(id)) {
        const held = this.#heldInside.get(pair.ancestor);
        if (held !== undefined && flows(pair, held.members)) {
          count(counts, pair.membership);
        }
        for (const heldRole of held?.roles.values() ?? []) {
          if (flows(pair, heldRole)) {
            count(counts, pair.roles);
            note(byRole, heldRole.role, id, () => isHeldHere(catalog, sources, id, heldRole.role));
          }
        }
      }
    }
    this.counts = counts;
    this.#byRole = byRole;
    this.#runs = Array.from(byRole.values().flatMap((runs) => runs.values())).sort(({ role: left }, { role: right }) =>
      compareRoles(left, right),
    );
    let from = 0;
    for (const run of this.#runs) {
      run.from = from;
      from += run.tenantIds.length;
    }
    this.count = from;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.count * 12 + this.#heldInside.size * 1_000;
  }

  /** Of which kinds those are who hold something directly in a tenant from which others inherit. */
  heldIn({ tenantId, roleName }: Holding): HeldBy {
    const held = this.#heldInside.get(tenantId);
    return (roleName === undefined ? held?.members : held?.roles.get(roleName)) ?? nobody;
  }

  /** The inherited role at a place, by role and tenant; undefined beyond the last. */
  at(place: number): DerivedBinding | undefined {
    const run = runAt(this.#runs, place);
    const tenantId = run?.tenantIds[place - run.from];
    return run === undefined || tenantId === undefined
      ? undefined
      : { tenantId, roleTenantId: run.role.tenantId, roleName: run.role.roleName };
  }

  /** The place of the first inherited role behind one, whether that is still inherited or not. */
  placeAfter({ tenantId, roleTenantId, roleName }: DerivedBinding): number {
    const asked = { tenantId: roleTenantId, roleName };
    const isBefore = (place: number): boolean => {
      const run = this.#runs[place];
      return run !== undefined && compareRoles(run.role, asked) < 0;
    };
    const run = this.#runs[firstPlace(this.#runs.length, isBefore)];
    if (run === undefined) {
      return this.count;
    }
    const { role, tenantIds, from } = run;
    return compareRoles(role, asked) === 0
      ? from + firstPlace(tenantIds.length, (place) => (tenantIds[place] ?? '') <= tenantId)
      : from;
  }

  /** Tenants in which a role is in effect by inheritance alone, in order. */
  tenantsOf({ tenantId, roleName }: RoleAddress): readonly string[] {
    return this.#byRole.get(roleName)?.get(tenantId)?.tenantIds ?? [];
  }

  /** The roles that a tenant inherits, with the pair by which it does: nearest ancestor first, then by name. */
  *rolesOf(tenantId: string): Generator<readonly [InheritedPair, RoleAddress]> {
    for (const pair of this.#inheritance.pairsOf(tenantId)) {
      const held = this.#heldInside.get(pair.ancestor);
      for (const heldRole of held === undefined ? [] : sorted(held.roles)) {
        if (flows(pair, heldRole)) {
          yield [pair, heldRole.role];
        }
      }
    }
  }
}

/** The order of roles in listings of what is inherited. */
function compareRoles(left: RoleAddress, right: RoleAddress): number {
  return compare(left.roleName, right.roleName) || compare(left.tenantId, right.tenantId);
}

const sortedRoles = new WeakMap<ReadonlyMap<string, HeldRole>, readonly HeldRole[]>();

function sorted(roles: ReadonlyMap<string, HeldRole>): readonly HeldRole[] {
  const known =
    sortedRoles.get(roles) ??
    [...roles.values()].sort((left, right) => compare(left.role.roleName, right.role.roleName));
  sortedRoles.set(roles, known);
  return known;
}

function count(counts: { edges: number; uncertain: number }, { certainty }: InheritedPair['roles']): void {
  counts.edges += 1;
  counts.uncertain += certainty === 'uncertain' ? 1 : 0;
}

/** Tenants come in order, so that one that is noted already stands last. */
function note(byRole: Map<string, Map<string, Run>>, role: RoleAddress, tenantId: string, isHeld: () => boolean): void {
  const runs = byRole.get(role.roleName) ?? new Map<string, Run>();
  byRole.set(role.roleName, runs);
  const run = runs.get(role.tenantId) ?? { role, tenantIds: [], from: 0 };
  runs.set(role.tenantId, run);
  if (run.tenantIds.at(-1) !== tenantId && !isHeld()) {
    run.tenantIds.push(tenantId);
  }
}

/** Whether somebody holds the project's role inside the tenant directly, so that its binding is listed anyway. */
function isHeldHere(
  catalog: Catalog,
  sources: readonly HolderSource[],
  tenantId: string,
  { tenantId: roleTenantId, roleName }: RoleAddress,
): boolean {
  return (
    roleTenantId === '' &&
    catalog.isBinding({ tenantId, roleName }) &&
    sources.some(({ index }) => index.isHeld(tenantId, roleName))
  );
}

/** What is held directly in the tenants that have others below them. */
function heldAbove(catalog: Catalog, sources: readonly HolderSource[]): ReadonlyMap<string, HeldInside> {
  const parents = new Set(catalog.tenants.map(({ parent }) => parent));
  const all = new Map<string, HeldInside>();
  const heldIn = (tenantId: string): HeldInside => {
    const held = all.get(tenantId) ?? { members: { users: false, others: false }, roles: new Map<string, HeldRole>() };
    all.set(tenantId, held);
    return held;
  };
  for (const { typeId, index } of sources) {
    const kind = typeId === 'user' ? 'users' : 'others';
    for (const [tenantId] of index.members()) {
      if (parents.has(tenantId)) {
        heldIn(tenantId).members[kind] = true;
      }
    }
    for (const [{ tenantId, roleName }] of index.tenantRoles()) {
      const scope = parents.has(tenantId) ? scopeOfHeld(catalog, { tenantId, roleName }) : undefined;
      if (scope !== undefined) {
        const { roles } = heldIn(tenantId);
        const held = roles.get(roleName) ?? { role: { tenantId: scope, roleName }, users: false, others: false };
        held[kind] = true;
        roles.set(roleName, held);
      }
    }
  }
  return all;
}
