/** The floor: the same pages, six in flight, bodies drained and nothing kept; with `parse`, parsed, too. */
import { request } from 'undici';

const [base = '', how = ''] = process.argv.slice(2);
const headers = { authorization: 'Bearer floor', 'content-type': 'application/json' };
const inFlight = 6;

async function page(offset: number): Promise<number> {
  const body = JSON.stringify({
    limit: 100,
    offset,
    withTestUser: true,
    sort: [{ field: 'createdTime', desc: false }],
  });
  const answer = await request(`${base}/v2/mgmt/user/search`, { method: 'POST', headers, body });
  if (how === 'parse' || offset === 0) {
    return ((await answer.body.json()) as { readonly total: number }).total; // the fixture answers nothing else
  }
  await answer.body.dump({ limit: Number.POSITIVE_INFINITY });
  return 0;
}

async function list(path: string): Promise<void> {
  const answer = await request(`${base}${path}`, { headers });
  await answer.body.dump({ limit: Number.POSITIVE_INFINITY });
}

const [total] = await Promise.all([
  page(0),
  list('/v1/mgmt/tenant/all'),
  list('/v1/mgmt/role/all'),
  list('/v1/mgmt/permission/all'),
]);
let next = 100;
await Promise.all(
  Array.from({ length: inFlight }, async () => {
    for (let offset = next; offset < total; offset = next) {
      next += 100;
      await page(offset);
    }
  }),
);
process.exit(0);
