import DescopeClient from '@descope/node-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator, type Switches } from '../../src/emulator/emulator.ts';

const people = [
  {
    userId: 'U2Ada',
    loginIds: ['ada@acme.example', 'ada'],
    name: 'Ada',
    email: 'ada@acme.example',
    verifiedEmail: true,
    customAttributes: { team: 'one', badge: 7 },
    tenants: [{ tenantId: 'acme', roleNames: ['Editor'] }],
    TOTP: true,
    webauthn: true,
  },
  { userId: 'U2Bob', loginIds: ['bob@acme.example'], email: 'bob@acme.example', TOTP: true },
];

let emulator: Emulator;

async function start(switches: Partial<Switches> = {}) {
  emulator = await startEmulator({
    switches,
    project: { tenants: [{ id: 'acme', name: 'Acme' }], roles: [{ name: 'Editor' }], users: people },
  });
  const { projectId, baseUrl, managementKey } = emulator;
  return DescopeClient({ projectId, baseUrl, managementKey }).management.user;
}

afterEach(() => emulator.close());

describe('the calls of the vendor SDK about the life of a user', () => {
  it('patch what is given and leave the rest', async () => {
    const user = await start();

    const patched = await user.patch('U2Ada', {
      displayName: 'Ada L.',
      customAttributes: { team: 'two', floor: 3 },
      verifiedPhone: false,
    });

    expect(patched.data).toMatchObject({
      name: 'Ada L.',
      email: 'ada@acme.example',
      verifiedEmail: true,
      customAttributes: { team: 'two', badge: 7, floor: 3 },
    });
    expect(emulator.state.user('U2Ada')?.tenants).toEqual(people[0]?.tenants);
    expect(emulator.state.user('U2Bob')).toMatchObject({
      name: '',
      modifiedTime: emulator.state.user('U2Bob')?.createdTime,
    });
  });

  it('clear a text that a patch gives empty, and take the address of somebody else with all that is theirs', async () => {
    const user = await start();

    const cleared = await user.patch('U2Ada', { displayName: '' });
    await user.patch('U2Ada', { email: 'bob@acme.example' });

    expect(cleared.data?.name).toBe('');
    expect(emulator.state.user('U2Ada')?.loginIds).toEqual(['ada@acme.example', 'ada', 'bob@acme.example']);
    expect(emulator.state.user('U2Bob')).toBeUndefined();
  });

  it('end all sessions of one user, by either kind of id', async () => {
    const user = await start();
    for (const id of ['U2Ada', 'U2Ada', 'U2Bob']) emulator.state.openSession(id);

    await user.logoutUserByUserId('U2Ada');
    const ada = emulator.state.sessions('U2Ada');
    const bob = emulator.state.sessions('U2Bob');
    await user.logoutUser('bob@acme.example');

    expect([ada, bob]).toEqual([
      { refreshable: 0, valid: 2 },
      { refreshable: 1, valid: 1 },
    ]);
    expect(emulator.state.sessions('U2Bob').refreshable).toBe(0);
  });

  it('leave the sessions of a disabled user refreshable until the logout, where the switch says so', async () => {
    const user = await start({ disabledRefresh: 'allowed', loggedOutTokens: 'revoked' });
    emulator.state.openSession('U2Ada');

    await user.deactivate('U2Ada');
    const disabled = emulator.state.sessions('U2Ada');
    await user.logoutUserByUserId('U2Ada');

    expect(disabled).toEqual({ refreshable: 1, valid: 1 });
    expect(emulator.state.sessions('U2Ada')).toEqual({ refreshable: 0, valid: 0 });
  });

  it('list passkeys and remove them, and the TOTP seed, by a login id alone', async () => {
    const user = await start();

    const listed = await user.listPasskeys('ada');
    const byUserId = await user.removeAllPasskeys('U2Ada');
    await user.removeAllPasskeys('ada');
    const again = await user.removeAllPasskeys('ada');
    const seed = await user.removeTOTPSeed('ada@acme.example');

    expect(listed.data).toMatchObject([{ id: 'passkey-U2Ada' }]);
    expect([byUserId.ok, again.ok, seed.ok]).toEqual([false, true, true]);
    expect((await user.listPasskeys('ada')).data).toEqual([]);
    expect(emulator.state.user('U2Ada')).toMatchObject({ TOTP: false, webauthn: false });
    expect(emulator.state.user('U2Bob')).toMatchObject({ TOTP: true });
  });

  it('remove one passkey by its id', async () => {
    const user = await start({ factorCallsTakeUserIds: 'yes' });

    const other = await user.removePasskey('U2Ada', 'passkey-U2Bob');
    const own = await user.removePasskey('U2Ada', 'passkey-U2Ada');

    expect([other.ok, own.ok]).toEqual([false, true]);
    expect(emulator.state.user('U2Ada')?.webauthn).toBe(false);
  });

  it.each([
    ['replaced', []],
    ['merged', ['Editor']],
  ] as const)('patch lists as %s', async (patchedLists, roleNames) => {
    const user = await start({ patchedLists });
    emulator.state.grantRole('U2Ada', 'Editor');

    await user.patch('U2Ada', { roles: [] });

    expect(emulator.state.user('U2Ada')?.roleNames).toEqual(roleNames);
  });
});
