/** Makes a store of a year of daily syncs, in which one user of a hundred is another each day. Takes the store. */
import { createStoreTarget } from '../../src/history/write-sync.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { connectorOf } from '../../test/support/walker.ts';
import { createProject, inTenant, permission, role, tenant, user } from '../../test/support/project-fixture.ts';

const [store = ''] = process.argv.slice(2);
const days = 365;
const people = 1_000;
const firstMs = Date.UTC(2026, 0, 1, 6);
const roles = Array.from({ length: 10 }, (_, n) => role(`Role ${n}`, { permissionNames: ['invoices.approve'] }));
const tenants = Array.from({ length: 20 }, (_, n) => tenant(`t${n}`, { name: `Company ${n}` }));

for (let day = 0; day < days; day += 1) {
  const users = Array.from({ length: people }, (_, n) => {
    const changes = Math.floor((day + (n % 100)) / 100); // one of a hundred each day
    return user(`u${n}`, {
      name: `Person ${n}`,
      loginIds: [`person.${n}@company-${n}.example`],
      roleNames: [`Role ${(n + changes) % roles.length}`],
      userTenants: [inTenant(`t${(n + changes) % tenants.length}`, `Role ${n % roles.length}`)],
    });
  });
  const connector = connectorOf(
    createProject({ users, roles, tenants, permissions: [permission('invoices.approve')] }),
    {},
  );
  const now = (): number => firstMs + day * 86_400_000;
  const syncId = newSyncId();
  await runSync({
    surface: connector,
    report: (id) => connector.report(id),
    target: await createStoreTarget(store, { syncId, projectId: 'P2fake' }),
    tenantRoles: 'all',
    syncId,
    now,
  });
  connector.close();
}
