import { describe, expect, it } from 'vitest';
import type { EmulatorOptions, ProjectSeed, Switches } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';

/** A root, and below it a chain and a side branch; Ann holds a role in the root, Bea in the middle. */
const project: ProjectSeed = {
  tenants: [
    { id: 'root' },
    { id: 'mid', parent: 'root', roleInheritance: 'userOnly' },
    { id: 'leaf', parent: 'mid' },
    { id: 'side', parent: 'root', roleInheritance: 'none' },
    { id: 'under', parent: 'side' },
  ],
  permissions: [{ name: 'see' }, { name: 'act' }],
  roles: [
    { name: 'R', permissionNames: ['see'] },
    { name: 'R', tenantId: 'leaf', permissionNames: ['act'] },
  ],
  users: [
    { userId: 'Uann', loginIds: ['ann'], tenants: [{ tenantId: 'root', roleNames: ['R'] }] },
    {
      userId: 'Ubea',
      loginIds: ['bea'],
      tenants: [
        { tenantId: 'mid', roleNames: ['R'] },
        { tenantId: 'leaf', roleNames: ['R'] },
      ],
    },
  ],
};

async function membershipsOf(user: string, switches: Partial<Switches>): Promise<Record<string, string>> {
  const options: EmulatorOptions = { project, switches };
  await using client = await startClient(options);
  const { userTenants } = await client.load(user);
  const found = (await client.search({ loginIds: [user] })).users[0]?.userTenants;
  expect(found).toEqual(userTenants);
  return Object.fromEntries(
    userTenants.map(({ tenantId, roleNames, permissions }) => [tenantId, [...roleNames, ...permissions].join(' ')]),
  );
}

describe('the memberships of a user', () => {
  it('are the direct ones', async () => {
    expect(await membershipsOf('ann', {})).toEqual({ root: 'R see' });
  });

  it.each<[string, Partial<Switches>, Record<string, string>]>([
    ['governed by the child', {}, { root: 'R see', mid: '', leaf: '' }],
    [
      'governed by the parent',
      { inheritanceGovernedBy: 'parent' },
      { root: 'R see', mid: 'R see', leaf: '', side: 'R see' },
    ],
    [
      'with roles where only users inherit',
      { userOnlyInheritance: 'roles' },
      { root: 'R see', mid: 'R see', leaf: 'R see' },
    ],
  ])('show what is inherited when switched, %s', async (_how, switches, expected) => {
    expect(await membershipsOf('ann', { userTenants: 'inherited-too', ...switches })).toEqual(expected);
  });

  it('join an inherited role with the own one of that name, which permits something else', async () => {
    expect(await membershipsOf('bea', { userTenants: 'inherited-too' })).toEqual({ mid: 'R see', leaf: 'R act see' });
  });

  it('end where each of two tenants is the parent of the other', async () => {
    await using client = await startClient({
      project: {
        tenants: [
          { id: 'a', parent: 'b' },
          { id: 'b', parent: 'a' },
        ],
        users: [{ loginIds: ['c'], tenants: [{ tenantId: 'a', roleNames: [] }] }],
      },
      switches: { userTenants: 'inherited-too' },
    });

    expect((await client.load('c')).userTenants.map(({ tenantId }) => tenantId)).toEqual(['a', 'b']);
  });
});

describe('the deletion of a tenant with others below it', () => {
  const deleted = async (parentDeletion: Switches['parentDeletion']): Promise<[number, string[]]> => {
    await using client = await startClient({ project, switches: { parentDeletion } });
    const { status } = await client.send('POST', '/v1/mgmt/tenant/delete', { id: 'mid' });
    return [status, client.emulator.state.tenants().map(({ id, parent }) => `${id}<${parent}`)];
  };

  it('is refused', async () => {
    const [status, tenants] = await deleted('reject');

    expect(status).toBe(400);
    expect(tenants).toHaveLength(5);
  });

  it('takes them along when switched', async () => {
    expect(await deleted('cascade')).toEqual([200, ['root<', 'side<root', 'under<side']]);
  });

  it('leaves them with a parent that is gone when switched', async () => {
    expect(await deleted('orphan')).toEqual([200, ['root<', 'leaf<mid', 'side<root', 'under<side']]);
  });
});
