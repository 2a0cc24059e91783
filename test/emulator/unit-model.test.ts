import { describe, expect, it } from 'vitest';
import { accessKeyList } from '../../src/descope/access-keys.ts';
import { applicationList } from '../../src/descope/applications.ts';
import type { DescopeClient } from '../../src/descope/client.ts';
import { managementKeyList } from '../../src/descope/management-keys.ts';
import { roleList } from '../../src/descope/roles.ts';
import { tenantList } from '../../src/descope/tenants.ts';
import { thirdPartyAppList } from '../../src/descope/third-party-apps.ts';
import type { TimedUserPage, UserQuery } from '../../src/descope/users/user-page.ts';
import type { UserChange } from '../../src/descope/users/user-writes.ts';
import type { WholeList } from '../../src/descope/whole-list.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { DescopeModel } from '../support/descope-model.ts';
import { clientOf } from '../support/embedded.ts';
import { inTenant, role, tenant, user } from '../support/project-fixture.ts';

const createdTime = Date.UTC(2024, 0, 1) / 1000;
const rows = {
  tenants: [tenant('acme'), tenant('globex')],
  roles: [role('Editor'), role('Viewer'), role('Approver', { tenantId: 'acme' })],
  users: [
    user('ann', { createdTime, roleNames: ['Editor'] }),
    user('bob', { createdTime, userTenants: [inTenant('acme', 'Approver', 'Viewer')] }),
    user('cleo', { createdTime: createdTime + 1, userTenants: [inTenant('globex', 'Viewer'), inTenant('acme')] }),
    user('dan', { createdTime: createdTime + 60, test: true, ssoAppIds: ['A1'] }),
  ],
};

/** Both stand-ins for Descope with the same rows. */
async function both(check: (model: DescopeModel, client: DescopeClient) => Promise<void>): Promise<void> {
  const emulator = await startEmulator({
    project: {
      tenants: rows.tenants.map(({ id }) => ({ id })),
      roles: rows.roles.map(({ name, tenantId }) => ({ name, tenantId })),
      users: rows.users.map(({ userId, roleNames, userTenants, createdTime: second = 0, test, ssoAppIds }) => ({
        userId,
        roleNames,
        tenants: userTenants,
        createdTime: second,
        test,
        ssoAppIds,
      })),
    },
    switches: { roleNamesFilter: 'project-wide' },
  });
  try {
    await check(new DescopeModel({ rows }), clientOf(emulator));
  } finally {
    await emulator.close();
  }
}

const heldBy = ({ roleNames, userTenants }: (typeof rows.users)[number]): unknown => ({
  roleNames,
  userTenants: userTenants.map(({ tenantId, roleNames: inside }) => ({ tenantId, roleNames: inside })),
});

describe('the model that unit tests read', () => {
  const whole = { limit: 100, offset: 0 };
  const searches: readonly UserQuery[] = [
    whole,
    { limit: 2, offset: 1 },
    { ...whole, fromCreatedTimeMs: createdTime * 1000, toCreatedTimeMs: createdTime * 1000 },
    { ...whole, fromCreatedTimeMs: createdTime * 1000 + 1 },
    { ...whole, tenantIds: ['acme'] },
    { ...whole, roleNames: ['Editor', 'Viewer'] },
    { ...whole, ssoAppIds: ['A1'] },
    { ...whole, tenantRoleNames: { acme: ['Viewer'], globex: ['Viewer', 'Editor'] } },
  ];

  it.each(searches)('finds the users that the emulator finds for %j', async (query) => {
    await both(async (model, client) => {
      const shown = ({ users, total }: TimedUserPage): unknown => ({ ids: users.map(({ userId }) => userId), total });

      expect(shown(await model.searchUsers(query))).toEqual(shown(await client.searchUsers(query)));
    });
  });

  const changes: readonly Omit<UserChange, 'userId'>[] = [
    { operation: 'add', tenantId: '', roleName: 'Viewer' },
    { operation: 'remove', tenantId: '', roleName: 'Editor' },
    { operation: 'add', tenantId: 'acme', roleName: 'Editor' },
    { operation: 'remove', tenantId: 'acme', roleName: 'Viewer' },
    { operation: 'add', tenantId: 'globex', roleName: undefined },
    { operation: 'remove', tenantId: 'acme', roleName: undefined },
  ];

  it.each(changes)(
    'ends with the record that the emulator ends with after $operation $tenantId/$roleName',
    async (change) => {
      await both(async (model, client) => {
        const userId = change.tenantId === '' ? 'ann' : 'bob';

        const [ours, theirs] = [
          await model.writeUser({ ...change, userId }),
          await client.writeUser({ ...change, userId }),
        ];

        expect([ours.kind, theirs.kind]).toEqual(['answered', 'answered']);
        const [left, right] = [await model.loadUser(userId), await client.loadUser(userId)];
        expect(left && heldBy(left)).toEqual(right && heldBy(right));
      });
    },
  );

  it('lists what the emulator lists', async () => {
    await both(async (model, client) => {
      const names = async (from: Pick<DescopeClient, 'readList'>): Promise<unknown> => ({
        tenants: (await from.readList(tenantList)).map(({ id }) => id),
        roles: (await from.readList(roleList)).map(({ name, tenantId }) => [tenantId, name]),
      });

      expect(await names(model)).toEqual(await names(client));
    });
  });

  it('refuses to give two lists the same rows, where both answer with one key', async () => {
    const rows = { keys: [], apps: [] };
    const asked =
      (...lists: readonly WholeList<unknown>[]) =>
      async () => {
        const model = new DescopeModel({ lists: rows });
        for (const list of lists) {
          await model.readList(list);
        }
      };

    await expect(asked(accessKeyList, managementKeyList)()).rejects.toThrow(/both answer with "keys".*by its path/);
    await expect(asked(applicationList, thirdPartyAppList)()).rejects.toThrow(/both answer with "apps"/);
    await expect(asked(accessKeyList, accessKeyList, thirdPartyAppList)()).resolves.toBeUndefined();
  });
});
