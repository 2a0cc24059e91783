import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoginFlags, signIn } from '../../src/cli/emulator-login.ts';
import { adaLovelace, type Emulator, startEmulator } from '../../src/emulator/emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 20 });
});
afterAll(() => emulator.close());

async function login(
  user: string,
  flags: LoginFlags = {},
  url: string | undefined = emulator.baseUrl,
): Promise<string> {
  const printed: string[] = [];
  await signIn(user, flags, {
    env: { DESCOPE_BASE_URL: url },
    print: (text) => void printed.push(text),
    signal: new AbortController().signal,
  });
  return printed.join('\n');
}

describe('emulator login', () => {
  it('tells what the login gave, and through what', async () => {
    const told = await login(adaLovelace.loginId, {
      tenant: 'initech',
      groups: ['IT Admins, Chess', 'Regional Managers'],
    });

    expect(told.split('\n')).toEqual([
      'Ada Lovelace (ada.lovelace@acme.example) signed in to Initech through default_ssoid.',
      '  joined   initech',
      '  gained   Tenant Admin in initech, mapping of group IT Admins',
      '  gained   Viewer in initech, default role of default_ssoid',
      '  nothing  mapping of group Regional Managers: its role is gone',
      '  nothing  group Chess: no mapping names it',
      '  now in   group IT Admins',
      '  now in   group Chess',
      '  now in   group Regional Managers',
    ]);
    expect(emulator.state.user(adaLovelace.userId)?.tenants).toContainEqual({
      tenantId: 'initech',
      roleNames: ['Tenant Admin', 'Viewer'],
    });
  });

  it('prints all that it knows as JSON, and takes a group whose name holds a comma', async () => {
    const told = await login('new@initech.example', { group: ['Finance, EMEA', 'Finance'], json: true });

    expect(JSON.parse(told)).toMatchObject({
      created: true,
      tenant: { id: 'initech' },
      gained: [{ role: 'Approver', via: 'group_mapping', groups: ['Finance'] }, { role: 'Viewer' }],
      unmappedGroups: ['Finance, EMEA'],
    });
  });

  it('finds the emulator by its port or its URL', async () => {
    const port = Number(new URL(emulator.baseUrl).port);

    expect(await login('who@initech.example', { port }, undefined)).toContain('created  user U');
    expect(await login('who@initech.example', { url: emulator.baseUrl }, undefined)).toContain('no access');
  });

  it('says that nothing changed when all was held before', async () => {
    const flags: LoginFlags = { ssoId: 'initech-contractors', groups: ['Contractors'] };
    await login('again@initech.example', flags);

    expect((await login('again@initech.example', flags)).split('\n')).toEqual([
      'again@initech.example signed in to Initech through initech-contractors.',
      '  kept  Guest in initech, mapping of group Contractors',
      'The login changed no access.',
    ]);
  });

  it('tells of roles that the login replaced, and of groups that logins do not change', async () => {
    await using replacing = await overriding();
    const { state } = replacing;
    state.grantRole(adaLovelace.userId, 'Guest', 'initech');

    expect(await login(adaLovelace.loginId, { tenant: 'initech' }, replacing.baseUrl)).toContain(
      'lost    Guest in initech, replaced by the roles of the login',
    );
    expect(await login(adaLovelace.loginId, { tenant: 'lumiere', groups: ['X'] }, replacing.baseUrl)).toContain(
      'nothing  group X: logins change no groups in lumiere',
    );
  });

  it.each<[string, string, LoginFlags, string, string]>([
    ['a login that is refused', adaLovelace.loginId, { tenant: 'hooli' }, 'refused', 'The tenant hooli is disabled'],
    ['a user whom logins do not make', 'x@lumiere.example', {}, 'refused', 'Unknown user x@lumiere.example'],
    ['an address elsewhere', 'x', { url: 'http://api.example.com' }, 'config', 'no http address on loopback'],
    ['no address', 'x', { url: '' }, 'config', 'where does the emulator listen?'],
    ['two addresses', 'x', { url: 'http://127.0.0.1:1', port: 1 }, 'config', 'give one of them'],
    ['no port of its own', 'x', { port: 0 }, 'config', '--port cannot be 0'],
    ['nobody there', 'x', { url: 'http://127.0.0.1:2' }, 'unavailable', 'no answer from http://127.0.0.1:2'],
  ])('ends with an error for %s', async (_what, user, flags, kind, message) => {
    await expect(login(user, flags)).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  });

  it('does not take another server for an emulator', async () => {
    await using other = await overriding();
    other.faults.add({ times: Number.POSITIVE_INFINITY, fault: { kind: 'status', status: 404 } });

    await expect(login('x', {}, other.baseUrl)).rejects.toMatchObject({
      kind: 'unavailable',
      message: `${other.baseUrl} is no emulator of this version: it answered 404`,
    });
  });
});

async function overriding(): Promise<Emulator & AsyncDisposable> {
  const started = await startEmulator({ users: 20, switches: { overrideRoles: 'on' } });
  return Object.assign(started, { [Symbol.asyncDispose]: () => started.close() });
}
