import type { RequestInfo } from './api-request.ts';
import { allUsers, rolesIn, withRoles, withoutTenant } from './project.ts';
import type { Project } from './project.ts';
import { toUserRecord } from './records.ts';
import type {
  Permission,
  PermissionSeed,
  Role,
  RoleSeed,
  Tenant,
  TenantSeed,
  UserRecord,
  UserSeed,
} from './records.ts';

/**
 * The project as a test sees it: read and changed at once, without HTTP, checks or lag. What it allows is more than
 * the API does: unknown role names, memberships of missing tenants, a user created in the past.
 */
export interface ProjectState {
  readonly userCount: number;
  /** In order of creation, test users included. */
  users(): IterableIterator<UserRecord>;
  /** By position in order of creation, test users included. */
  userAt(position: number): UserRecord;
  /** By user id, else by login id. */
  user(id: string): UserRecord | undefined;
  tenants(): readonly Tenant[];
  roles(): readonly Role[];
  permissions(): readonly Permission[];
  addUser(seed: UserSeed): UserRecord;
  /** A changed `createdTime` moves the user in the order. Throws for an unknown user. */
  updateUser(id: string, change: UserSeed | ((user: UserRecord) => UserSeed)): UserRecord;
  deleteUser(id: string): boolean;
  /** Project-wide without a tenant id; inside a tenant, the membership is made when missing. */
  grantRole(id: string, roleName: string, tenantId?: string): UserRecord;
  revokeRole(id: string, roleName: string, tenantId?: string): UserRecord;
  joinTenant(id: string, tenantId: string): UserRecord;
  leaveTenant(id: string, tenantId: string): UserRecord;
  putTenant(seed: TenantSeed): Tenant;
  deleteTenant(id: string): boolean;
  putRole(seed: RoleSeed): Role;
  deleteRole(name: string, tenantId?: string): boolean;
  putPermission(seed: PermissionSeed): Permission;
  deletePermission(name: string): boolean;
  /** Searches without a sort come in another order from now on. */
  reorder(): void;
  /**
   * Runs a change just before a request is answered: the n-th since the start or the last `stats.reset()`, or the
   * first that meets the predicate. Each runs once, unless it returns 'again'.
   */
  onRequest(when: number | ((request: RequestInfo) => boolean), change: (request: RequestInfo) => unknown): void;
}

export interface HookedState {
  readonly state: ProjectState;
  readonly beforeRequest: (request: RequestInfo) => void;
}

export function createProjectState(project: Project): HookedState {
  const { catalog, users } = project;
  let hooks: {
    readonly when: (request: RequestInfo) => boolean;
    readonly change: (request: RequestInfo) => unknown;
  }[] = [];

  const find = (id: string): UserRecord | undefined => {
    const ref = users.live.findByUserId(id) ?? users.live.findByText(id)[0];
    return ref === undefined ? undefined : users.live.get(ref);
  };
  const existing = (id: string): UserRecord => {
    const record = find(id);
    if (!record) throw new Error(`emulator state: no user ${id}`);
    return record;
  };
  const save = (record: UserRecord): UserRecord => {
    users.put(record);
    return record;
  };
  const order = () => users.live.order({ by: 'created', withTest: true, key: 0 });

  const state: ProjectState = {
    get userCount() {
      return order().size;
    },
    users: () => allUsers(users),
    userAt(position) {
      const [ref] = order().slice(position, position + 1);
      if (ref === undefined) throw new RangeError(`emulator state: no user at ${position}`);
      return users.live.get(ref);
    },
    user: find,
    tenants: () => [...catalog.tenants.values()],
    roles: () => catalog.roles(),
    permissions: () => [...catalog.permissions.values()],
    addUser: (seed) => save(toUserRecord(seed, project.newUserId(), project.nowSeconds())),
    updateUser(id, change) {
      const before = existing(id);
      const changed = typeof change === 'function' ? change(before) : change;
      return save({ ...before, ...changed, userId: before.userId });
    },
    deleteUser: (id) => users.remove(find(id)?.userId ?? id),
    grantRole(id, roleName, tenantId = '') {
      const user = existing(id);
      return save(withRoles(user, tenantId, [...(rolesIn(user, tenantId) ?? []), roleName]));
    },
    revokeRole(id, roleName, tenantId = '') {
      const user = existing(id);
      const held = rolesIn(user, tenantId);
      return held
        ? save(
            withRoles(
              user,
              tenantId,
              held.filter((name) => name !== roleName),
            ),
          )
        : user;
    },
    joinTenant(id, tenantId) {
      const user = existing(id);
      return save(withRoles(user, tenantId, rolesIn(user, tenantId) ?? []));
    },
    leaveTenant: (id, tenantId) => save(withoutTenant(existing(id), tenantId)),
    putTenant: (seed) => catalog.putTenant({ ...catalog.tenants.get(seed.id), ...seed }),
    deleteTenant: (id) => project.deleteTenant(id, false),
    putRole: (seed) => catalog.putRole({ ...catalog.role(seed.name, seed.tenantId ?? ''), ...seed }),
    deleteRole(name, tenantId = '') {
      const role = catalog.role(name, tenantId);
      if (role) project.deleteRole(role);
      return role !== undefined;
    },
    putPermission: (seed) => catalog.putPermission({ ...catalog.permissions.get(seed.name), ...seed }),
    deletePermission: (name) => catalog.removePermission(name),
    reorder: () => project.reorder(),
    onRequest(when, change) {
      hooks.push({ when: typeof when === 'number' ? (request) => request.number === when : when, change });
    },
  };

  return {
    state,
    beforeRequest(request) {
      for (const hook of hooks.filter(({ when }) => when(request))) {
        if (hook.change(request) !== 'again') hooks = hooks.filter((other) => other !== hook);
      }
    },
  };
}
