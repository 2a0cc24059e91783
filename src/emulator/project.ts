import { createCatalog } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { hash, randomId } from './random.ts';
import type { Membership, ProjectSeed, Role, UserRecord } from './records.ts';
import { createSampleUsers } from './sample-users.ts';
import { sampleProject } from './sample-project.ts';
import type { Switches } from './switches.ts';
import { createListedUsers } from './user-source.ts';
import { createUserStore } from './user-store.ts';
import type { UserStore } from './user-store.ts';

/** Created time of the sample's first objects, and of listed ones that state none. */
export const projectCreated = Date.UTC(2022, 0, 3, 8) / 1000;

export interface ProjectOptions {
  readonly users: number | undefined;
  readonly seed: number;
  readonly project: ProjectSeed | undefined;
  readonly switches: Switches;
  readonly now: () => number;
}

/** Everything that the stand-in knows: lists, users, and the changes that touch both. */
export interface Project {
  readonly catalog: Catalog;
  readonly users: UserStore;
  readonly switches: Switches;
  nowSeconds(): number;
  /** Key of the default order of searches; `reorder` takes the next one. */
  orderKey(): number;
  reorder(): void;
  newUserId(): string;
  /** Removes a role, and its name from whoever holds it unless names are to dangle. */
  deleteRole(role: Role): void;
  /** Lets every holder of the role hold it by its new name. */
  renameRole(role: Role, newName: string): void;
  /** With `cascade`, users who belong to this tenant only go as well. */
  deleteTenant(tenantId: string, cascade: boolean): boolean;
}

export function createProject(options: ProjectOptions): Project {
  const { seed, switches, now } = options;
  const project: ProjectSeed = options.project ?? sampleProject();
  const source = project.users
    ? createListedUsers(project.users, seed, projectCreated)
    : createSampleUsers(options.users ?? (options.project ? 0 : 1200), seed);
  const users = createUserStore(source, switches, now);
  const nowSeconds = (): number => Math.floor(now() / 1000);
  const catalog = createCatalog(project, {
    seed,
    nowSeconds,
    collision: switches.roleCollision,
  });
  let reorders = 0;
  let created = 0;

  /** Rewrites the role names of one scope. A project role can be held inside every tenant that has no role of that name. */
  const mapRole = (role: Role, replacement: readonly string[]): void => {
    const tenantsWithOwn = new Set(
      catalog
        .roles()
        .filter((other) => other.tenantId !== '' && other.name === role.name)
        .map((other) => other.tenantId),
    );
    const swap = (names: readonly string[]): readonly string[] =>
      names.includes(role.name)
        ? [...new Set(names.flatMap((name) => (name === role.name ? replacement : [name])))]
        : names;
    const applies = (tenantId: string): boolean =>
      role.tenantId === '' ? !tenantsWithOwn.has(tenantId) : role.tenantId === tenantId;
    users.transformAll((record) => ({
      ...record,
      roleNames: role.tenantId === '' ? swap(record.roleNames) : record.roleNames,
      tenants: record.tenants.map((membership) =>
        applies(membership.tenantId) ? { ...membership, roleNames: swap(membership.roleNames) } : membership,
      ),
    }));
  };

  return {
    catalog,
    users,
    switches,
    nowSeconds,
    orderKey: () => hash(seed, reorders, 55),
    reorder() {
      reorders += 1;
    },
    newUserId() {
      created += 1;
      return randomId('U', seed, `created user ${created}`);
    },
    deleteRole(role) {
      if (switches.roleDeletion === 'vanish') mapRole(role, []);
      catalog.removeRole(role);
    },
    renameRole(role, newName) {
      mapRole(role, [newName]);
    },
    deleteTenant(tenantId, cascade) {
      if (cascade) {
        for (const { userId, tenants } of allUsers(users)) {
          if (tenants.length === 1 && tenants[0]?.tenantId === tenantId) users.remove(userId);
        }
      }
      if (switches.tenantDeletion === 'vanish') {
        users.transformAll((record) => ({
          ...record,
          tenants: record.tenants.filter((membership) => membership.tenantId !== tenantId),
        }));
      }
      return catalog.removeTenant(tenantId);
    },
  };
}

/** All users, test users included, in order of creation. Those deleted before their turn are left out. */
export function* allUsers(users: UserStore): Generator<UserRecord> {
  const order = users.live.order({ by: 'created', withTest: true, key: 0 });
  for (const ref of order.slice(0, order.size)) {
    if (users.live.has(ref)) yield users.live.get(ref);
  }
}

/** The role names in one scope: project-wide for an empty tenant id; undefined for a tenant without membership. */
export function rolesIn(record: UserRecord, tenantId: string): readonly string[] | undefined {
  if (tenantId === '') return record.roleNames;
  return record.tenants.find((membership) => membership.tenantId === tenantId)?.roleNames;
}

/** The same user with other roles in one scope; a membership is made when there is none. */
export function withRoles(record: UserRecord, tenantId: string, roleNames: readonly string[]): UserRecord {
  const unique = [...new Set(roleNames)];
  if (tenantId === '') return { ...record, roleNames: unique };
  const changed: Membership = { tenantId, roleNames: unique };
  const known = record.tenants.some((membership) => membership.tenantId === tenantId);
  const tenants = known
    ? record.tenants.map((membership) => (membership.tenantId === tenantId ? changed : membership))
    : [...record.tenants, changed];
  return { ...record, tenants };
}

export function withoutTenant(record: UserRecord, tenantId: string): UserRecord {
  return { ...record, tenants: record.tenants.filter((membership) => membership.tenantId !== tenantId) };
}
