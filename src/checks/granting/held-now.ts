import type { Holder } from '../../access/holding.ts';
import type { Inheritance, InheritedPair } from '../../access/inheritance.ts';
import { tenantName } from '../../access/names.ts';
import type { Principal } from '../../access/principal.ts';
import type { Lists } from '../../provisioning/look-up.ts';
import type { HeldSet } from '../policy/schema.ts';

/** A role that somebody has somewhere, directly or from a tenant above. */
export interface HeldRole {
  /** The tenant in which it is in effect; '' for the whole project. */
  readonly place: string;
  /** The tenant that defines it; '' for a role of the project. */
  readonly home: string;
  readonly role: string;
  readonly permissions: readonly string[];
  /** "Editor in Acme". */
  readonly name: string;
  /** Not held directly, and not certain. */
  readonly isUncertain: boolean;
}

/** What a record gives, by what Descope shows now: names that nobody defines give nothing. */
export function heldNow({ typeId }: Principal, holder: Holder, lists: Lists): readonly HeldRole[] {
  const { catalog } = lists;
  const isUser = typeId === 'user';
  const held: HeldRole[] = [];
  /** What a role name on the entry for `from` gives in `place`. */
  const put = (place: string, from: string, roleName: string, isUncertain: boolean): void => {
    const role = catalog.role(from, roleName) ?? catalog.role('', roleName);
    if (role !== undefined) {
      const { tenantId: home, permissionNames: permissions } = role;
      const name = nameIn(place, { home, roleName }, lists);
      held.push({ place, home, role: roleName, permissions, name, isUncertain });
    }
  };
  holder.roleNames.forEach((roleName) => put('', '', roleName, false));
  for (const { tenantId, roleNames } of holder.userTenants) {
    if (catalog.tenant(tenantId) !== undefined) {
      roleNames.forEach((roleName) => put(tenantId, tenantId, roleName, false));
      for (const { heir, pair } of heirsOf(lists, tenantId)) {
        if (isUser || pair.flowsToKeys) {
          const isUncertain = !isUser || pair.roles.certainty === 'uncertain'; // as an edge says it of keys
          roleNames.forEach((roleName) => put(heir, tenantId, roleName, isUncertain));
        }
      }
    }
  }
  return held;
}

/** As a sync names the role, or the binding. */
function nameIn(
  place: string,
  { home, roleName }: { readonly home: string; readonly roleName: string },
  { catalog }: Lists,
): string {
  if (home === place) {
    return home === '' ? roleName : `${roleName} (${tenantName(catalog, home)})`;
  }
  const isPlain = home === '' && catalog.isBinding({ tenantId: place, roleName });
  const from = isPlain ? '' : ` of ${home === '' ? 'the project' : tenantName(catalog, home)}`;
  return `${roleName}${from} in ${tenantName(catalog, place)}`;
}

/** Whether a role gives something of a set. */
export function isOf({ permissions = [], roles = [] }: HeldSet, held: HeldRole): boolean {
  return roles.includes(held.role) || permissions.some((permission) => held.permissions.includes(permission));
}

/** The same role in the same place, however it came there. */
export function keyOf({ place, home, role }: HeldRole): string {
  return JSON.stringify([place, home, role]);
}

interface Heir {
  readonly heir: string;
  readonly pair: InheritedPair;
}

const heirs = new WeakMap<Inheritance, ReadonlyMap<string, readonly Heir[]>>();

/** The tenants that inherit from one; worked out once for each reading of the tenants. */
function heirsOf({ catalog, inheritance }: Lists, ancestor: string): readonly Heir[] {
  if (inheritance.isFlat) {
    return [];
  }
  const known =
    heirs.get(inheritance) ??
    Map.groupBy(
      catalog.tenants
        .filter(({ parent }) => parent !== '')
        .flatMap(({ id }) => inheritance.pairsOf(id).map((pair) => ({ heir: id, pair }))),
      ({ pair }) => pair.ancestor,
    );
  heirs.set(inheritance, known);
  return known.get(ancestor) ?? [];
}
