/**
 * Two request patterns of connectors that ask per role and per tenant, one request at a time. They stand for a pattern,
 * not for anyone's product. `filtered`: a filtered search for each; `naive`: every page of all users, again for each.
 */
import { request } from 'undici';

const [base = '', how = ''] = process.argv.slice(2);
const headers = { authorization: 'Bearer pattern', 'content-type': 'application/json' };

async function search(filter: object): Promise<void> {
  for (let offset = 0, total = 1; offset < total; offset += 100) {
    const answer = await request(`${base}/v2/mgmt/user/search`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ limit: 100, offset, withTestUser: true, ...filter }),
    });
    ({ total } = (await answer.body.json()) as { readonly total: number }); // the fixture answers nothing else
  }
}

async function list<T>(path: string): Promise<T> {
  return (await (await request(`${base}${path}`, { headers })).body.json()) as T; // likewise
}

const { tenants } = await list<{ readonly tenants: readonly { readonly id: string }[] }>('/v1/mgmt/tenant/all');
const { roles } = await list<{ readonly roles: readonly { readonly name: string; readonly tenantId: string }[] }>(
  '/v1/mgmt/role/all',
);
await list('/v1/mgmt/permission/all');
await search({});
for (const { id } of tenants) {
  await search(how === 'naive' ? {} : { tenantIds: [id] });
}
for (const { name } of roles.filter(({ tenantId }) => tenantId === '')) {
  await search(how === 'naive' ? {} : { roleNames: [name] });
}
process.exit(0);
