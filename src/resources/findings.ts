import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { IdBytes } from '../model/blank-form.ts';
import type { AccessIndex } from './access-index.ts';
import { type Catalog, idOfRole } from '../access/catalog.ts';
import type { Ordinals } from './ordinals.ts';

/** How many findings of a kind are named one by one; all of them are counted. */
const maxNamed = 100;

/** A reference on a record that leads nowhere, or that Descope's API leaves open. Absent parts do not apply. */
export interface Finding {
  readonly kind: 'tenant' | 'role' | 'permission';
  readonly userId?: string;
  readonly roleId?: string;
  readonly tenantId?: string;
  readonly name: string;
}

export interface FindingList {
  readonly count: number;
  /** The first hundred. */
  readonly first: readonly Finding[];
}

export interface Findings {
  /** References to tenants, roles and permissions that no list knows: no access was made of them. */
  readonly dangling: FindingList;
  /** Role names held in a tenant that both the tenant and the project define: counted as the tenant's. */
  readonly ambiguous: FindingList;
  /** All role and tenant references of the users, and how many of them dangle (permissions of roles not among them). */
  readonly references: number;
  readonly danglingReferences: number;
}

export interface DanglingPolicy {
  /** More dangling references than this, and than one in a hundred of all, fail the sync. Set by hand: a plain limit. */
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
  addHolders(finding: Finding, holders: Ordinals, users: IdBytes): void {
    for (const ordinal of holders.slice(0, maxNamed - this.first.length)) {
      this.first.push({ ...finding, userId: users.at(ordinal) });
    }
    this.count += holders.length;
  }
}

/** Looks every reference of the users and of the roles up in the catalog. */
export function findReferences(catalog: Catalog, index: AccessIndex, users: IdBytes): Findings {
  const dangling = new Collector();
  const ambiguous = new Collector();
  let references = 0;

  for (const [tenantId, members] of index.members()) {
    references += members.length;
    if (catalog.tenant(tenantId) === undefined) {
      dangling.addHolders({ kind: 'tenant', name: tenantId }, members, users);
    }
  }
  for (const [roleName, holders] of index.projectRoles()) {
    references += holders.length;
    if (catalog.role('', roleName) === undefined) {
      dangling.addHolders({ kind: 'role', name: roleName }, holders, users);
    }
  }
  for (const [{ tenantId, roleName }, holders] of index.tenantRoles()) {
    references += holders.length;
    const isOfTenant = catalog.role(tenantId, roleName) !== undefined;
    const isOfProject = catalog.role('', roleName) !== undefined;
    if (catalog.tenant(tenantId) === undefined || !(isOfTenant || isOfProject)) {
      dangling.addHolders({ kind: 'role', tenantId, name: roleName }, holders, users);
    } else if (isOfTenant && isOfProject) {
      ambiguous.addHolders({ kind: 'role', tenantId, name: roleName }, holders, users);
    }
  }
  const danglingReferences = dangling.count;
  for (const role of catalog.roles) {
    for (const name of role.permissionNames.filter((permission) => !catalog.hasPermission(permission))) {
      dangling.add({ kind: 'permission', roleId: idOfRole(role), name });
    }
  }
  return { dangling, ambiguous, references, danglingReferences };
}

/** Which lists a second look could help: those that something dangling would stand in. */
export function listsToReread(
  catalog: Catalog,
  index: AccessIndex,
): { readonly tenants: boolean; readonly roles: boolean; readonly permissions: boolean } {
  const isUnknownRole = (tenantId: string, roleName: string): boolean =>
    catalog.role('', roleName) === undefined && catalog.role(tenantId, roleName) === undefined;
  return {
    tenants: index.members().some(([tenantId]) => catalog.tenant(tenantId) === undefined),
    roles:
      index.projectRoles().some(([roleName]) => isUnknownRole('', roleName)) ||
      // a tenant younger than our list of them may define any name itself
      index
        .tenantRoles()
        .some(
          ([{ tenantId, roleName }]) => catalog.tenant(tenantId) === undefined || isUnknownRole(tenantId, roleName),
        ),
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
      `${dangling.count} references lead to a tenant, role or permission that does not exist (${describe(dangling.first[0])}), and --strict is set`,
    );
  }
  if (tooMany) {
    throw new ConnectorError(
      'inconsistent',
      `${danglingReferences} of ${references} role and tenant references do not resolve (${describe(dangling.first[0])}): a list was probably short; run the sync again, or allow more with --max-dangling`,
    );
  }
}

function describe(finding: Finding | undefined): string {
  if (finding === undefined) {
    return 'none named';
  }
  const { kind, name, tenantId, userId, roleId } = finding;
  const inTenant = tenantId === undefined ? '' : ` in tenant ${JSON.stringify(tenantId)}`;
  return `the first: ${kind} ${JSON.stringify(name)}${inTenant}, on ${userId === undefined ? `role ${JSON.stringify(roleId)}` : `user ${printable(userId)}`}`;
}
