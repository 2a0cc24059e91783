import type { FederatedApps } from '../apps/federated-apps.ts';
import type { UserContext } from './context.ts';
import type { Password } from './passwords.ts';
import type { Invitation } from './invitations.ts';
import { rolesIn, toUserRecord, withRoles, withoutTenant } from './records.ts';
import type { UserRecord, UserSeed } from './records.ts';
import { allUsers } from './store.ts';

/** Users as a test reads and changes them. */
export interface UserControls {
  readonly userCount: number;
  /** In order of creation, test users included. */
  users(): IterableIterator<UserRecord>;
  /** By position in order of creation, test users included. */
  userAt(position: number): UserRecord;
  /** By user id, else by login id. */
  user(id: string): UserRecord | undefined;
  addUser(seed: UserSeed): UserRecord;
  /** A changed `createdTime` moves the user in the order. Throws for an unknown user. */
  updateUser(id: string, change: UserSeed | ((user: UserRecord) => UserSeed)): UserRecord;
  deleteUser(id: string): boolean;
  /** Project-wide without a tenant id; inside a tenant, the membership is made when missing. */
  grantRole(id: string, roleName: string, tenantId?: string): UserRecord;
  revokeRole(id: string, roleName: string, tenantId?: string): UserRecord;
  joinTenant(id: string, tenantId: string): UserRecord;
  leaveTenant(id: string, tenantId: string): UserRecord;
  /** Sessions of the user that can still be refreshed, and those whose tokens would pass a remote check. */
  sessions(id: string): { readonly refreshable: number; readonly valid: number };
  /** The password that was set through the API, and whether the user must choose another. */
  password(id: string): Password | undefined;
  /** Opens a session, as a login does. */
  openSession(id: string, type?: string): void;
  /** Ids of the federated apps that the user can open, by all rules; no endpoint tells that. */
  reachableApps(id: string): readonly string[];
  /** Every message that invited somebody, in order. */
  invitations(): readonly Invitation[];
  /** Searches without a sort come in another order from now on. */
  reorder(): void;
}

export function userControls(
  { users, sessions, invitations, passwords, tenants, newUserId, nowSeconds }: UserContext,
  apps: FederatedApps,
  reorder: () => void,
): UserControls {
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

  return {
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
    invitations: () => invitations.sent(),
    addUser: (seed) => save(toUserRecord(seed, newUserId(), nowSeconds())),
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
    sessions(id) {
      const user = existing(id);
      const valid = sessions.of(user.userId).filter(({ token }) => token).length;
      return { refreshable: sessions.refreshable(user), valid };
    },
    password: (id) => passwords.of(existing(id).userId),
    openSession: (id, type) => sessions.open(existing(id).userId, type),
    reachableApps(id) {
      const user = existing(id);
      const offered = user.tenants.map(({ tenantId }) => tenants.get(tenantId)?.federatedAppIds ?? []);
      return apps.reachable(user.ssoAppIds, offered);
    },
    reorder,
  };
}
