import DescopeClient from '@descope/node-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator, type Switches } from '../../src/emulator/emulator.ts';

let emulator: Emulator;

async function start(switches: Partial<Switches> = {}) {
  emulator = await startEmulator({
    switches,
    project: {
      tenants: [
        { id: 'acme', name: 'Acme' },
        { id: 'east', name: 'East', parent: 'acme' },
      ],
      users: [
        { userId: 'U2Ada', loginIds: ['ada@acme.example', 'ada'], tenants: [{ tenantId: 'east', roleNames: [] }] },
        { userId: 'U2Bob', loginIds: ['bob@acme.example'] },
      ],
    },
  });
  const { projectId, baseUrl, managementKey } = emulator;
  return DescopeClient({ projectId, baseUrl, managementKey }).management;
}

afterEach(() => emulator.close());

const good = 'Good-word-1';

describe('the calls of the vendor SDK about passwords', () => {
  it('set a password that must be changed, or one that stays, for the user with that login id alone', async () => {
    const { user } = await start();

    await user.setTemporaryPassword('ada', good);
    expect(emulator.state.password('U2Ada')).toEqual({ value: good, mustChange: true });
    await user.setActivePassword('ada@acme.example', `${good}!`);

    expect(emulator.state.password('U2Ada')).toEqual({ value: `${good}!`, mustChange: false });
    expect(emulator.state.user('U2Ada')?.password).toBe(true);
    expect(emulator.state.password('U2Bob')).toBeUndefined();
  });

  it('expire a password, and are refused for a user without one', async () => {
    const { user } = await start();
    await user.setActivePassword('ada', good);

    expect((await user.expirePassword('ada')).ok).toBe(true);

    expect(emulator.state.password('U2Ada')).toEqual({ value: good, mustChange: true });
    expect((await user.expirePassword('bob@acme.example')).ok).toBe(false);
  });

  it('take no user id in the place of a login id, unless the switch says so', async () => {
    const { user } = await start();
    expect((await user.setTemporaryPassword('U2Ada', good)).ok).toBe(false);
    await emulator.close();

    const other = await start({ factorCallsTakeUserIds: 'yes' });
    expect((await other.user.setTemporaryPassword('U2Ada', good)).ok).toBe(true);
  });

  it('are held against the policy of the project, and with the switch against that of the tenants', async () => {
    const management = await start();
    const strict = { enabled: true, minLength: 12, lowercase: true, uppercase: false, number: false } as const;
    await management.password.configureSettings('', { ...strict, nonAlphanumeric: false } as never);

    expect((await management.user.setTemporaryPassword('ada', 'tooshort')).ok).toBe(false);
    expect((await management.user.setTemporaryPassword('ada', 'longenoughforit')).ok).toBe(true);
    expect((await management.password.getSettings('')).data).toMatchObject({ minLength: 12, uppercase: false });
    await emulator.close();

    const both = await start({ passwordPolicy: 'tenants-too' });
    emulator.state.putPasswordSettings({ tenantId: 'acme', minLength: 30 });
    expect((await both.user.setTemporaryPassword('ada', good)).ok).toBe(false);
    expect((await both.password.getSettings('east')).data).toMatchObject({ minLength: 30 }); // its parent's
  });

  it('make a password up where the switch says so, and refuse an empty one otherwise', async () => {
    const strict = await start();
    expect((await strict.user.setTemporaryPassword('ada', '')).ok).toBe(false);
    await emulator.close();

    const { user } = await start({ emptyPassword: 'made-up' });
    expect((await user.setTemporaryPassword('ada', '')).ok).toBe(true);
    expect(emulator.state.password('U2Ada')?.value).toMatch(/^Made-\d+x$/);
  });

  it('refuse a password that was used before, where the policy forbids it', async () => {
    const { user } = await start();
    emulator.state.putPasswordSettings({ reuse: true, reuseAmount: 2 });
    await user.setActivePassword('ada', good);

    expect((await user.setActivePassword('ada', good)).ok).toBe(false);
    expect((await user.setActivePassword('ada', `${good}2`)).ok).toBe(true);
  });
});
