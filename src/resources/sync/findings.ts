import type { Catalog } from '../../access/catalog.ts';
import { type CatalogList, idOfRole } from '../../access/catalog-list.ts';
import type { Inheritance } from '../../access/inheritance.ts';
import { ConnectorError } from '../../errors.ts';
import type { ResourceRef } from '../../model/ids.ts';
import { printable } from '../../printable.ts';
import type { HolderIndex } from './holder-index.ts';
import { inheritanceIn, scopeOfHeld } from './inherited-edges.ts';
import type { OrdinalSlice } from './ordinal-slice.ts';
import type { HolderSource } from './other-holders.ts';

/** How many findings of a kind are named one by one; all of them are counted. */
const maxNamed = 100;

/** A reference on a record that leads nowhere, or that Descope's API leaves open. Absent parts do not apply. */
export interface Finding {
  /** The resource type of what is named: tenant, role, permission, user, or one whose resources users name. */
  readonly kind: string;
  readonly userId?: string;
  /** Who holds it, where that is no user. */
  readonly principal?: ResourceRef;
  readonly roleId?: string;
  readonly tenantId?: string;
  readonly name: string;
}

export interface FindingList {
  readonly count: number;
  /** The first hundred. */
  readonly first: readonly Finding[];
}

/** Rows that act as a user whom they name; '' for one that does not. A method, so that rows may differ. */
export interface ActingAs<Row> {
  readonly list: CatalogList<Row>;
  userIdOf(this: void, row: Row): string;
}

export interface ActingType extends ActingAs<unknown> {
  readonly typeId: string;
}

/** Who may be named, where all users are known. */
export interface UserNames {
  readonly types: readonly ActingType[];
  readonly isUser: (userId: string) => boolean;
}

export interface Findings {
  /** References to tenants, roles, permissions and users that no list knows: no access was made of them. */
  readonly dangling: FindingList;
  /** Role names held in a tenant that both the tenant and the project define: counted as the tenant's. */
  readonly ambiguous: FindingList;
  /**
   * All role and tenant references of the principals, and how many of them dangle (permissions of roles, and users as
   * whom keys act, not among them).
   */
  readonly references: number;
  readonly danglingReferences: number;
  /** Dangling role names that a tenant above the one in which they are held defines: they do not lead there. */
  readonly ancestorDefines: number;
}

export interface DanglingPolicy {
  /**
   * More dangling references than this, and than one in a hundred of all, fail the sync. Set by hand: a plain limit.
   */
  readonly maxDangling?: number;
  /** Fail on the first. */
  readonly strict?: boolean;
}

class Collector implements FindingList {
  count = 0;
  readonly first: Finding[] = [];

  add(finding: Finding): void {
    this.count += 1;
    if (this.first.length < maxNamed) {
      this.first.push(finding);
    }
  }

  /** One finding for each holder of a reference. */
  addHolders(finding: Finding, holders: OrdinalSlice, { typeId, ids }: HolderSource): void {
    for (const ordinal of holders.slice(0, maxNamed - this.first.length)) {
      const id = ids.at(ordinal);
      this.first.push({ ...finding, ...(typeId === 'user' ? { userId: id } : { principal: { typeId, id } }) });
    }
    this.count += holders.length;
  }
}

/** Looks every reference of the principals and of the roles up in the catalog. */
export function findReferences(
  catalog: Catalog,
  sources: readonly HolderSource[],
  inheritance: Inheritance = inheritanceIn(catalog),
  named: UserNames = { types: [], isUser: () => true },
): Findings {
  const dangling = new Collector();
  const ambiguous = new Collector();
  const references = sources.reduce((sum, source) => sum + findHeld(catalog, source, dangling, ambiguous), 0);
  const danglingReferences = dangling.count;
  for (const role of catalog.roles) {
    for (const name of role.permissionNames.filter((permission) => !catalog.hasPermission(permission))) {
      dangling.add({ kind: 'permission', roleId: idOfRole(role), name });
    }
  }
  for (const { typeId, list, userIdOf } of named.types) {
    for (const row of catalog.rows(list)) {
      const userId = userIdOf(row);
      if (userId !== '' && !named.isUser(userId)) {
        dangling.add({ kind: 'user', principal: { typeId, id: list.idOf(row) }, name: userId });
      }
    }
  }
  const ancestorDefines = sources.reduce((sum, { index }) => sum + countDefinedAbove(catalog, index, inheritance), 0);
  return { dangling, ambiguous, references, danglingReferences, ancestorDefines };
}

function countDefinedAbove(catalog: Catalog, index: HolderIndex, inheritance: Inheritance): number {
  let count = 0;
  for (const [held, holders] of index.tenantRoles()) {
    const { tenantId, roleName } = held;
    const isDangling = catalog.tenant(tenantId) !== undefined && scopeOfHeld(catalog, held) === undefined;
    const isAbove = (): boolean =>
      inheritance.ancestorsOf(tenantId).some((ancestor) => catalog.role(ancestor, roleName) !== undefined);
    count += isDangling && isAbove() ? holders.length : 0;
  }
  return count;
}

/** Looks up what principals of one type hold; answers how many references that are. */
function findHeld(catalog: Catalog, source: HolderSource, dangling: Collector, ambiguous: Collector): number {
  const { index } = source;
  let references = 0;
  for (const [tenantId, members] of index.members()) {
    references += members.length;
    if (catalog.tenant(tenantId) === undefined) {
      dangling.addHolders({ kind: 'tenant', name: tenantId }, members, source);
    }
  }
  for (const [roleName, holders] of index.projectRoles()) {
    references += holders.length;
    if (catalog.role('', roleName) === undefined) {
      dangling.addHolders({ kind: 'role', name: roleName }, holders, source);
    }
  }
  for (const [{ tenantId, roleName }, holders] of index.tenantRoles()) {
    references += holders.length;
    const isOfTenant = catalog.role(tenantId, roleName) !== undefined;
    const isOfProject = catalog.role('', roleName) !== undefined;
    if (catalog.tenant(tenantId) === undefined || !(isOfTenant || isOfProject)) {
      dangling.addHolders({ kind: 'role', tenantId, name: roleName }, holders, source);
    } else if (isOfTenant && isOfProject) {
      ambiguous.addHolders({ kind: 'role', tenantId, name: roleName }, holders, source);
    }
  }
  for (const [{ list }, id, holders] of index.named()) {
    references += holders.length;
    if (catalog.row(list, id) === undefined) {
      dangling.addHolders({ kind: list.typeId, name: id }, holders, source);
    }
  }
  return references;
}

/** Which lists a second look could help: those that something dangling would stand in. */
export function listsToReread(
  catalog: Catalog,
  indexes: readonly HolderIndex[],
): {
  readonly tenants: boolean;
  readonly roles: boolean;
  readonly permissions: boolean;
  readonly named: readonly CatalogList<unknown>[];
} {
  const isUnknownTenant = (tenantId: string): boolean => catalog.tenant(tenantId) === undefined;
  const isUnknownRole = (tenantId: string, roleName: string): boolean =>
    catalog.role('', roleName) === undefined && catalog.role(tenantId, roleName) === undefined;
  return {
    tenants: indexes.some((index) => index.members().some(([tenantId]) => isUnknownTenant(tenantId))),
    roles: indexes.some(
      (index) =>
        index.projectRoles().some(([roleName]) => isUnknownRole('', roleName)) ||
        // a tenant younger than our list of them may define any name itself
        index
          .tenantRoles()
          .some(([held]) => isUnknownTenant(held.tenantId) || isUnknownRole(held.tenantId, held.roleName)),
    ),
    named: [
      ...new Set(
        indexes.flatMap((index) =>
          index
            .named()
            .filter(([{ list }, id]) => catalog.row(list, id) === undefined)
            .map(([{ list }]) => list)
            .toArray(),
        ),
      ),
    ],
    permissions: catalog.roles.some((role) => role.permissionNames.some((name) => !catalog.hasPermission(name))),
  };
}

/** Fails a sync that has more dangling references than a project in order can have: a list was probably short. */
export function checkDangling(
  { dangling, references, danglingReferences }: Findings,
  { maxDangling, strict = false }: DanglingPolicy,
): void {
  const tooMany =
    maxDangling === undefined
      ? danglingReferences > 10 && danglingReferences * 100 > references
      : danglingReferences > maxDangling;
  if (strict && dangling.count > 0) {
    throw new ConnectorError(
      'inconsistent',
      `${dangling.count} references lead to a tenant, role, permission or user that does not exist ` +
        `(${describe(dangling.first[0])}), and --strict is set`,
    );
  }
  if (tooMany) {
    throw new ConnectorError(
      'inconsistent',
      `${danglingReferences} of ${references} role and tenant references do not resolve ` +
        `(${describe(dangling.first[0])}): a list was probably short; run the sync again, or allow more with ` +
        '--max-dangling',
    );
  }
}

function describe(finding: Finding | undefined): string {
  if (finding === undefined) {
    return 'none named';
  }
  const { kind, name, tenantId, userId, principal, roleId } = finding;
  const inTenant = tenantId === undefined ? '' : ` in tenant ${JSON.stringify(tenantId)}`;
  const holder =
    userId === undefined ? principal && `${principal.typeId} ${printable(principal.id)}` : `user ${printable(userId)}`;
  return `the first: ${kind} ${JSON.stringify(name)}${inTenant}, on ${holder ?? `role ${JSON.stringify(roleId)}`}`;
}
