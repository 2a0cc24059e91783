import { federatedApps } from '../apps/federated-apps.ts';
import { audit } from '../audit/audit.ts';
import { defineFamily } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { hash, randomId } from '../random.ts';
import { passwordSettings } from '../password-settings.ts';
import { roles } from '../roles.ts';
import { tenants } from '../tenants.ts';
import { userAttributes } from './attributes.ts';
import { createInvitations } from './invitations.ts';
import { userAppEndpoints } from './app-endpoints.ts';
import type { UserContext } from './context.ts';
import { userControls } from './controls.ts';
import { afterExpiry } from './expiry.ts';
import { userFactorEndpoints } from './factor-endpoints.ts';
import { userLifecycleEndpoints } from './lifecycle-endpoints.ts';
import { userPasswordEndpoints } from './password-endpoints.ts';
import { createPasswords } from './passwords.ts';
import { userPatchEndpoint } from './patch-endpoint.ts';
import { userReadEndpoints } from './read-endpoints.ts';
import type { UserSeed } from './records.ts';
import { userRoleEndpoints } from './role-endpoints.ts';
import { createSampleUsers } from './sample.ts';
import { createSessions } from './sessions.ts';
import { createListedUsers } from './source.ts';
import { allUsers, createUserStore } from './store.ts';
import type { UserStore } from './store.ts';
import { userSwitches } from './switches.ts';

/** The users of a project: those listed, or else as many of the sample company as are wanted. */
export const users = defineFamily({
  name: 'users',
  switches: userSwitches,
  sample: undefined as readonly UserSeed[] | undefined,
  create(host, { seeds, switches }) {
    const { seed, nowSeconds } = host;
    const source = seeds ? createListedUsers(seeds, seed) : createSampleUsers(host.userCount, seed);
    const store = createUserStore(source, switches, host);
    followOtherFamilies(store, host);
    let reorders = 0;
    let created = 0;
    const context: UserContext = {
      users: store,
      sessions: createSessions(switches),
      passwords: createPasswords(),
      audit: host.stateOf(audit),
      attributes: host.stateOf(userAttributes),
      invitations: createInvitations(nowSeconds),
      tenants: host.stateOf(tenants),
      roles: host.stateOf(roles),
      switches,
      nowSeconds,
      orderKey: () => hash(seed, reorders, 55),
      newUserId() {
        created += 1;
        return randomId('U', seed, `created user ${created}`);
      },
    };
    const apps = host.stateOf(federatedApps);
    const reorder = (): void => {
      reorders += 1;
    };
    return {
      state: context,
      endpoints: afterExpiry(context, {
        ...userReadEndpoints(context),
        ...userRoleEndpoints(context),
        ...userLifecycleEndpoints(context),
        ...userPatchEndpoint(context),
        ...userFactorEndpoints(context),
        ...userPasswordEndpoints(context, { of: (tenantId) => host.stateOf(passwordSettings).of(tenantId) }, seed),
        ...userAppEndpoints(context, apps),
      }),
      controls: userControls(context, apps, reorder),
    };
  },
});

/** Keeps the role names and memberships of users in step with changes of roles and tenants. */
function followOtherFamilies(store: UserStore, { stateOf }: FamilyHost): void {
  stateOf(roles).onRewrite((rewrite) => {
    store.transformAll((record) => ({
      ...record,
      roleNames: rewrite('', record.roleNames),
      tenants: record.tenants.map(({ tenantId, roleNames }) => ({ tenantId, roleNames: rewrite(tenantId, roleNames) })),
    }));
  });
  stateOf(tenants).onRemoved(({ tenantId, cascade, keepsMemberships }) => {
    if (cascade) {
      for (const { userId, tenants: memberships } of allUsers(store)) {
        if (memberships.length === 1 && memberships[0]?.tenantId === tenantId) store.remove(userId);
      }
    }
    if (!keepsMemberships) {
      store.transformAll((record) => ({
        ...record,
        tenants: record.tenants.filter((membership) => membership.tenantId !== tenantId),
      }));
    }
  });
}
