import { describe, expect, it } from 'vitest';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

interface WireGroup {
  readonly id: string;
  readonly display: string;
  readonly source?: string;
  readonly ssoId?: string;
  readonly members: readonly { readonly loginId: string; readonly userId: string; readonly display: string }[];
}

const list = (client: Client, body: object, call = 'all'): Promise<readonly WireGroup[]> =>
  client.call<readonly WireGroup[]>(`/v1/mgmt/group/${call}`, body);

describe('groups', () => {
  it('are a bare array, of every configuration, with all members inline', async () => {
    await using client = await startClient();
    const groups = await list(client, { tenantId: 'initech' });

    expect(
      groups.map(({ id, display, source, ssoId, members }) => [id, display, source, ssoId, members.length]),
    ).toEqual([
      ['g-1', 'Finance', 'jit', 'default_ssoid', 4],
      ['g-2', 'IT Admins', 'jit', 'default_ssoid', 2],
      ['g-3', 'Auditors', 'scim', 'default_ssoid', 4],
      ['g-4', 'Everyone at Initech', 'scim', 'default_ssoid', 12],
      ['g-1', 'Contractors', 'jit', 'initech-contractors', 2],
    ]);
  });

  it('name members who are users of the tenant, and one who is gone', async () => {
    await using client = await startClient();
    const [finance, , auditors] = await list(client, { tenantId: 'initech' });
    const { state } = client.emulator;

    for (const { userId, loginId } of finance?.members ?? []) {
      expect(state.user(userId)).toMatchObject({
        tenants: expect.arrayContaining([expect.objectContaining({ tenantId: 'initech' })]),
      });
      expect(state.user(userId)?.loginIds).toContain(loginId);
    }
    expect(auditors?.members.map(({ userId }) => state.user(userId) === undefined)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('are narrowed to a configuration, to a group, and to members', async () => {
    await using client = await startClient();
    const [finance, admins] = await list(client, { tenantId: 'initech' });
    const inBoth = admins?.members[0];
    const ids = async (body: object, call: string): Promise<readonly string[]> =>
      (await list(client, { tenantId: 'initech', ...body }, call)).map(({ display }) => display);

    expect(finance?.members).toContainEqual(inBoth);
    expect(await ids({ ssoId: 'initech-contractors' }, 'all')).toEqual(['Contractors']);
    expect(await ids({ groupId: 'g-1' }, 'members')).toEqual(['Finance', 'Contractors']);
    expect(await ids({ groupId: 'g-1', ssoId: 'default_ssoid' }, 'members')).toEqual(['Finance']);
    expect(await ids({ userIds: [inBoth?.userId] }, 'member/all')).toEqual([
      'Finance',
      'IT Admins',
      'Everyone at Initech',
    ]);
    expect(await ids({ loginIds: ['milton@initech.example'] }, 'member/all')).toEqual(['Auditors']);
    expect(await ids({}, 'member/all')).toEqual([]);
  });

  it('are those of an older backend when switched', async () => {
    await using client = await startClient({
      switches: { groupAnswer: 'wrapped', groupFields: 'old', jitGroups: 'unlisted', memberLoginId: 'loginID' },
    });
    const { groups } = await client.call<{ groups: readonly WireGroup[] }>('/v1/mgmt/group/all', {
      tenantId: 'initech',
    });

    expect(groups.map(({ display }) => display)).toEqual(['Auditors', 'Everyone at Initech']);
    expect(groups[0]).not.toHaveProperty('source');
    expect(groups[0]).not.toHaveProperty('ssoId');
    expect(groups[0]?.members.at(-1)).toEqual({
      loginID: 'milton@initech.example',
      userId: 'U2GoneMilton0000000000000000',
      display: 'Milton W.',
    });
  });

  it('are none where a tenant has none, and refused where it is missing', async () => {
    await using client = await startClient({ users: 1 });
    const statusOf = async (body: object): Promise<number> =>
      (await client.send('POST', '/v1/mgmt/group/all', body)).status;

    expect(await list(client, { tenantId: 'acme' })).toEqual([]);
    expect(await statusOf({})).toBe(400);
    expect(await statusOf({ tenantId: 'nowhere' })).toBe(400);
  });

  it('are seeded and changed by a test', async () => {
    await using client = await startClient({
      project: { tenants: [{ id: 'a' }], groups: [{ tenantId: 'a', id: 'g', extra: { displayName: 'G' } }] },
    });
    const { state } = client.emulator;
    const added = state.putGroup({ tenantId: 'a', ssoId: 'x', display: 'Added' });

    expect(await list(client, { tenantId: 'a' })).toEqual([
      { id: 'g', display: 'g', members: [], source: 'scim', ssoId: 'default_ssoid', displayName: 'G' },
      { id: added.id, display: 'Added', members: [], source: 'scim', ssoId: 'x' },
    ]);
    expect(state.deleteGroup('a', 'g')).toBe(true);
    expect(state.groups('a')).toEqual([added]);
  });
});
