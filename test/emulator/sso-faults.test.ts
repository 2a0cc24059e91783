import { describe, expect, it } from 'vitest';
import { parseFault } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

const tenant = 'tenantId=initech';
const endpoints: readonly (readonly [endpoint: string, query: string, body?: object])[] = [
  ['GET /v2/mgmt/sso/settings/all', tenant],
  ['GET /v2/mgmt/sso/settings', tenant],
  ['GET /v1/mgmt/sso/xaa/settings/all', tenant],
  ['GET /v1/mgmt/sso/xaa/settings', tenant],
  ['GET /v1/mgmt/tenant/settings', 'id=initech'],
  ['POST /v1/mgmt/group/all', '', { tenantId: 'initech' }],
  ['POST /v1/mgmt/group/members', '', { tenantId: 'initech', groupId: 'g-1' }],
  ['POST /v1/mgmt/group/member/all', '', { tenantId: 'initech', loginIds: ['milton@initech.example'] }],
];

function send(client: Client, [endpoint, query, body]: (typeof endpoints)[number]): Promise<Response> {
  const [method = '', path = ''] = endpoint.split(' ');
  return client.send(method, `${path}?${query}`, body);
}

describe.each(endpoints.map((call) => ({ endpoint: call[0], call })))('$endpoint', ({ endpoint, call }) => {
  it('fails as a fault says, once, and answers the next time', async () => {
    await using client = await startClient({ users: 20 });
    const faulty = async (fault: string): Promise<Response> => {
      client.emulator.faults.add(parseFault(`${endpoint}=${fault}`));
      return await send(client, call);
    };
    const good = await (await send(client, call)).text();

    expect((await faulty('403')).status).toBe(403);
    expect((await faulty('429;retry-after=3')).headers.get('retry-after')).toBe('3');
    expect((await (await faulty('truncate:well-framed')).text()).length).toBeLessThan(good.length);
    await expect(faulty('reset')).rejects.toThrow('fetch failed');
    expect(await (await send(client, call)).text()).toBe(good);
  });

  it('answers with a wrong body that is no answer', async () => {
    await using client = await startClient({ users: 20 });
    const wrong = async (kind: string): Promise<unknown> => {
      client.emulator.faults.add(parseFault(`${endpoint}=body:${kind}`));
      return await (await send(client, call)).json();
    };
    const isList = Array.isArray(await (await send(client, call)).json());

    expect(await wrong('object')).toEqual({});
    expect(await wrong('array')).toEqual(isList ? [[]] : []);
    expect(await wrong('error-envelope')).toMatchObject({ errorCode: 'E011001' });
  });
});
