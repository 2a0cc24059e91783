/** The vendor's own SDK, as its users page: one page after the other until one is not full, results thrown away. */
import DescopeClient from '@descope/node-sdk';

const [base = '', projectId = ''] = process.argv.slice(2);
const { management } = DescopeClient({ projectId, managementKey: 'bench', baseUrl: base });
await Promise.all([management.tenant.loadAll(), management.role.loadAll(), management.permission.loadAll()]);
for (let page = 0; ; page += 1) {
  const { data, ok } = await management.user.search({ limit: 100, page, withTestUser: true });
  if (!ok || data === undefined) {
    throw new Error('the fixture refused the SDK');
  }
  if (data.users.length < 100) {
    break;
  }
}
process.exit(0);
