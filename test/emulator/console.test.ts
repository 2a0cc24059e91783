import { describe, expect, it } from 'vitest';
import { adaLovelace, companyKeyId, projectKeyId, secretCanary, thisProject } from '../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

interface WireKey extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly name: string;
  readonly expireTime: number;
  readonly reBac: Readonly<Record<string, unknown>>;
}
interface WireDescoper extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly rbac: Readonly<Record<string, unknown>>;
}

const lists = [
  ['POST', '/v1/mgmt/projects/list'],
  ['POST', '/v1/mgmt/descoper/list'],
  ['GET', '/v1/mgmt/managementkey/search'],
] as const;

/** A client whose only key is one of the company. */
const startForCompany = (options: EmulatorOptions = {}): Promise<Client> =>
  startClient({ users: 1, managementKey: 'k', companyKey: 'k', ...options });

const keysOf = async (client: Client): Promise<readonly WireKey[]> =>
  (await client.call<{ keys: readonly WireKey[] }>('/v1/mgmt/managementkey/search')).keys;
const descopersOf = (client: Client): Promise<{ descopers: readonly WireDescoper[]; total: number }> =>
  client.call('/v1/mgmt/descoper/list', {});

describe('calls about the company', () => {
  const statusWith = async (client: Client, key: string, method: string, path: string): Promise<number> => {
    const init = { method, headers: { authorization: `Bearer ${key}` } };
    return (await fetch(client.emulator.baseUrl + path, init)).status;
  };

  it.each(lists)(
    'are answered to a key of the company, with the id of the project or without: %s %s',
    async (...call) => {
      await using client = await startClient({ users: 1 });
      const { projectId, companyKey, managementKey } = client.emulator;

      expect(await statusWith(client, `${projectId}:${companyKey}`, ...call)).toBe(200);
      expect(await statusWith(client, companyKey, ...call)).toBe(200);
      expect(await statusWith(client, `${projectId}:${managementKey}`, ...call)).toBe(403);
      expect(await statusWith(client, managementKey, ...call)).toBe(401);
    },
  );

  it('are the only ones that need no id of a project', async () => {
    await using client = await startClient({ users: 1 });
    const { projectId, companyKey } = client.emulator;

    expect(await statusWith(client, `${projectId}:${companyKey}`, 'GET', '/v1/mgmt/tenant/all')).toBe(200);
    expect(await statusWith(client, companyKey, 'GET', '/v1/mgmt/tenant/all')).toBe(401);
  });

  it('get a key of the project 401, or the lists, when switched', async () => {
    const statuses = async (projectKeyOnCompany: '401' | 'served'): Promise<readonly number[]> => {
      await using client = await startClient({ users: 1, switches: { projectKeyOnCompany } });
      const answers = await Promise.all(lists.map(([method, path]) => client.send(method, path)));
      return answers.map(({ status }) => status);
    };

    expect(await statuses('401')).toEqual([401, 401, 401]);
    expect(await statuses('served')).toEqual([200, 200, 200]);
  });

  it('get a key of the project empty lists when switched', async () => {
    await using client = await startClient({ users: 1, switches: { projectKeyOnCompany: 'empty' } });

    expect(await client.call('/v1/mgmt/projects/list', {})).toEqual({ projects: [] });
    expect(await descopersOf(client)).toEqual({ descopers: [], total: 0 });
    expect(await keysOf(client)).toEqual([]);
  });
});

describe('projects of the company', () => {
  it('are listed with their tags, the one that is played among them', async () => {
    await using client = await startForCompany({ projectId: 'P2Mine' });

    expect(await client.call('/v1/mgmt/projects/list', {})).toEqual({
      projects: [
        { id: 'P2Mine', name: 'Emulator', tag: '', environment: 'production', tags: ['production', 'emea'] },
        { id: 'P2EmulatorStaging00000000000', name: 'Emulator (staging)', tag: '', environment: '', tags: ['emea'] },
        { id: 'P2EmulatorSandbox00000000000', name: 'Sandbox / "100%"', tag: '', environment: '', tags: [] },
      ],
    });
  });

  it('are seeded and changed by a test, and always hold the one that is played', async () => {
    await using client = await startForCompany({ projectId: 'P2Mine', project: { projects: [{ id: 'P2Other' }] } });
    const { state } = client.emulator;
    state.putProject({ id: thisProject, tags: ['x'], extra: { colour: 'red' } });
    state.putProject({ id: 'P2Third' });

    expect(await client.call('/v1/mgmt/projects/list', {})).toMatchObject({
      projects: [{ id: 'P2Mine', tags: ['x'], colour: 'red' }, { id: 'P2Other' }, { id: 'P2Third' }],
    });
    expect(state.deleteProject('P2Third')).toBe(true);
    expect(state.projects()).toHaveLength(2);
  });
});

describe('console administrators', () => {
  it('are of the company, of projects or of tags, in every role', async () => {
    await using client = await startForCompany();
    const { projectId } = client.emulator;
    const { descopers, total } = await descopersOf(client);
    const none = { isCompanyAdmin: false, tags: [], projects: [] };

    expect(total).toBe(8);
    expect(descopers.map(({ rbac }) => rbac).slice(0, 6)).toEqual([
      { ...none, isCompanyAdmin: true },
      { ...none, projects: [{ projectIds: [projectId], role: 'admin' }] },
      {
        ...none,
        projects: [
          { projectIds: [projectId, 'P2EmulatorStaging00000000000'], role: 'developer' },
          { projectIds: ['P2EmulatorSandbox00000000000'], role: 'admin' },
        ],
      },
      { ...none, tags: [{ tags: ['production'], role: 'support' }] },
      { ...none, tags: [{ tags: ['emea', 'retired'], role: 'auditor' }] },
      { ...none, projects: [{ projectIds: ['P2EmulatorRetired00000000000'], role: 'auditor' }] },
    ]);
    expect(descopers[1]).toMatchObject({
      status: 'enabled',
      attributes: { displayName: 'Ada Lovelace', email: adaLovelace.loginId, phone: '' },
      loginIDs: [adaLovelace.loginId],
    });
    expect(await client.call('/v1/mgmt/descoper?id=D2AdaLovelace')).toEqual({ descoper: descopers[1] });
  });

  it('spell their login ids as Node does when switched', async () => {
    await using client = await startForCompany({ switches: { descoperLoginIds: 'loginIds' } });
    const { descopers } = await descopersOf(client);

    expect(descopers[1]).toMatchObject({ loginIds: [adaLovelace.loginId] });
    expect(descopers[1]).not.toHaveProperty('loginIDs');
  });

  it('are made, changed part by part, and deleted', async () => {
    await using client = await startForCompany({ project: {} });
    const path = '/v1/mgmt/descoper';
    const rbac = { tags: [{ tags: ['x'], role: 'support' }] };
    const made = await client.send('PUT', path, { descopers: [{ loginId: 'a@b.example', rbac }] });
    const { descopers } = (await made.json()) as { descopers: readonly WireDescoper[] };
    const id = descopers[0]?.id ?? '';
    const changed = await client.send('PATCH', path, { id, rbac: { isCompanyAdmin: true } });

    expect(descopers).toMatchObject([{ status: 'invited', loginIDs: ['a@b.example'], rbac }]);
    expect(await changed.json()).toMatchObject({
      descoper: { id, loginIDs: ['a@b.example'], rbac: { isCompanyAdmin: true, tags: [], projects: [] } },
    });
    expect((await client.send('DELETE', `${path}?id=${id}`)).status).toBe(200);
    expect((await client.send('DELETE', `${path}?id=${id}`)).status).toBe(404);
    expect((await client.send('GET', path)).status).toBe(400);
  });

  it('are seeded and changed by a test, with fields that nobody knows yet', async () => {
    await using client = await startForCompany({
      project: { descopers: [{ id: 'd', extra: { token: secretCanary } }] },
    });
    const { state } = client.emulator;
    const added = state.putDescoper({ rbac: { isCompanyAdmin: true } });

    expect((await descopersOf(client)).descopers).toMatchObject([{ id: 'd', token: secretCanary }, { id: added.id }]);
    expect(state.deleteDescoper('d')).toBe(true);
    expect(state.descopers()).toEqual([added]);
  });
});

describe('management keys', () => {
  it('are of the company, of projects or of tags; one ends soon, one has ended', async () => {
    const now = Date.UTC(2026, 10, 30, 15) / 1000;
    await using client = await startForCompany({ now: () => now * 1000 });
    const keys = await keysOf(client);
    const { projectId } = client.emulator;

    expect(keys.map(({ name }) => name)).toEqual([
      'Emulator',
      'Governance connector',
      'Infrastructure',
      'Deploys',
      'Deploys',
      'Migration of 2022',
    ]);
    expect(keys[0]).toEqual({
      id: projectKeyId,
      name: 'Emulator',
      description: 'The key of this project that opens the stand-in',
      status: 'active',
      createdTime: 1_641_196_800,
      expireTime: 0,
      permittedIps: [],
      reBac: { companyRoles: [], projectRoles: [{ projectIds: [projectId], roles: ['project-admin'] }], tagRoles: [] },
      version: 1,
      authzVersion: 1,
    });
    expect(keys[1]).toMatchObject({ id: companyKeyId, expireTime: Date.UTC(2026, 11, 20) / 1000 });
    expect(keys[2]?.reBac['tagRoles']).toEqual([{ tags: ['production', 'retired'], roles: ['tag-infra-read-write'] }]);
    expect(keys.filter(({ expireTime }) => expireTime > 0 && expireTime < now)).toHaveLength(1);
    expect(await client.call(`/v1/mgmt/managementkey?id=${companyKeyId}`)).toEqual({ key: keys[1] });
  });

  it('show no secret, and a canary in each when switched', async () => {
    await using client = await startForCompany();
    await using telling = await startForCompany({ switches: { keySecrets: 'shown' } });

    expect(JSON.stringify(await keysOf(client))).not.toContain(secretCanary);
    expect((await keysOf(telling)).every((key) => key['cleartext'] === secretCanary)).toBe(true);
  });

  it('are made, reset by an update that leaves fields out, and deleted', async () => {
    await using client = await startForCompany({ project: {}, now: () => 1_000_000_000_000 });
    const path = '/v1/mgmt/managementkey';
    const reBac = { tagRoles: [{ tags: ['x'], roles: ['read-only'] }] };
    const body = { name: 'a', description: 'd', expiresIn: '60', permittedIps: ['192.0.2.1'], reBac };
    const made = (await (await client.send('PUT', path, body)).json()) as { cleartext: string; key: WireKey };
    const { id } = made.key;
    const changed = await client.send('PATCH', path, { id, name: 'b', status: 'inactive' });

    expect(made.cleartext).not.toBe('');
    expect(made.key).toMatchObject({ name: 'a', expireTime: 1_000_000_060, permittedIps: ['192.0.2.1'], reBac });
    expect(await changed.json()).toEqual({
      key: { ...made.key, name: 'b', description: '', status: 'inactive', permittedIps: [], version: 2 },
    });
    expect(await client.call(`${path}/delete`, { ids: [id, 'K9'] })).toEqual({ total: 1 });
    expect((await client.send('GET', `${path}?id=${id}`)).status).toBe(404);
  });

  it('are seeded and changed by a test', async () => {
    await using client = await startForCompany({
      projectId: 'P2Mine',
      project: { managementKeys: [{ id: 'm', reBac: { companyRoles: ['x'] }, extra: { secretHash: secretCanary } }] },
    });
    const { state } = client.emulator;
    const added = state.putManagementKey({
      reBac: { projectRoles: [{ projectIds: [thisProject], roles: ['project-admin'] }] },
    });
    state.putManagementKey({ id: 'm', name: 'renamed' });

    expect(await keysOf(client)).toMatchObject([
      { id: 'm', name: 'renamed', secretHash: secretCanary, reBac: { companyRoles: ['x'], projectRoles: [] } },
      { id: added.id, reBac: { projectRoles: [{ projectIds: ['P2Mine'], roles: ['project-admin'] }] } },
    ]);
    expect(state.deleteManagementKey('m')).toBe(true);
    expect(state.managementKeys()).toEqual([added]);
  });
});
