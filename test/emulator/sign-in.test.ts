import { describe, expect, it } from 'vitest';
import { adaLovelace } from '../../src/emulator/emulator.ts';
import type { EmulatorOptions, ProjectSeed, SignIn } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';

const bo = 'bo@b.example';
const given = ({ gained }: SignIn): string[] =>
  gained.map(({ role, via, groups }) => `${role} ${via} ${groups.join('+')}`);

/** A tenant with two ways in, a mapping of every kind, and a user who is no member yet. */
const project: ProjectSeed = {
  tenants: [
    { id: 'b', name: 'B', domains: ['b.example'], defaultRoles: ['Newcomer'] },
    { id: 'below', parent: 'b' },
    { id: 'closed', disabled: true },
    { id: 'none' },
  ],
  permissions: [{ name: 'see' }, { name: 'pay' }],
  roles: [
    { name: 'Viewer', permissionNames: ['see'] },
    { name: 'Payer', tenantId: 'b', permissionNames: ['pay'] },
    { name: 'Newcomer' },
    { name: 'Boss' },
  ],
  users: [{ userId: 'U1', loginIds: [bo], email: bo, name: 'Bo', status: 'invited' }],
  ssoConfigurations: [
    {
      tenantId: 'b',
      saml: { idpSSOUrl: 'https://idp.example' },
      groupMappings: [
        { role: 'Payer', groups: ['Finance', 'pushed-id'] },
        { role: 'Boss', groups: ['Bosses'] },
        { role: 'Gone', groups: ['Finance'] },
      ],
      groupsPriority: ['Bosses', 'Finance'],
      defaultSSORoles: ['Viewer', 'Never Was'],
      fgaMappings: { Finance: { relations: [{ resource: 'r', relationDefinition: 'd', namespace: 'n' }] } },
    },
    { tenantId: 'b', ssoId: 'second', oidc: { issuer: 'https://second.example' } },
  ],
};

const start = (options: EmulatorOptions = {}): ReturnType<typeof startClient> => startClient({ project, ...options });

describe('a simulated login', () => {
  it('gives what the mappings of the groups say, and the default roles of the configuration', async () => {
    await using client = await start();
    const signIn = client.emulator.state.signIn({ user: bo, groups: ['Finance', 'Chess'] });

    expect(signIn).toMatchObject({
      user: { userId: 'U1', loginId: bo, name: 'Bo' },
      tenant: { id: 'b', name: 'B' },
      ssoId: 'default_ssoid',
      kind: 'saml',
      created: false,
      joined: true,
      enabled: true,
      gone: [
        { role: '', via: 'group_mapping', groups: ['Finance'] },
        { role: 'Never Was', via: 'default_sso_role' },
      ],
      unmappedGroups: ['Chess'],
      relations: [{ resource: 'r', relationDefinition: 'd', namespace: 'n' }],
    });
    expect(given(signIn)).toEqual(['Payer group_mapping Finance', 'Viewer default_sso_role ']);
    expect(await client.load(bo)).toMatchObject({
      status: 'enabled',
      SAML: true,
      userTenants: [{ tenantId: 'b', roleNames: ['Payer', 'Viewer'], permissions: ['pay', 'see'] }],
    });
  });

  it('changes nothing the second time, and tells what was held already', async () => {
    await using client = await start();
    const { state } = client.emulator;
    state.signIn({ user: bo, groups: ['Finance'] });
    const before = await client.load(bo);
    const again = state.signIn({ user: 'U1', groups: ['Finance'] });

    expect(again).toMatchObject({
      joined: false,
      enabled: false,
      gained: [],
      lost: [],
      groups: { joined: [], left: [] },
    });
    expect(again.kept.map(({ role }) => role)).toEqual(['Payer', 'Viewer']);
    expect({ ...(await client.load(bo)), modifiedTime: 0 }).toEqual({ ...before, modifiedTime: 0 });
  });

  it('gives back what was revoked', async () => {
    await using client = await start();
    const { state } = client.emulator;
    state.signIn({ user: bo, groups: ['Finance'] });
    await client.call('/v1/mgmt/user/update/role/remove', { loginId: bo, tenantId: 'b', roleNames: ['Payer'] });

    expect(given(state.signIn({ user: bo, groups: ['Finance'] }))).toEqual(['Payer group_mapping Finance']);
  });

  it('remembers the groups of the login, and forgets those of the login before', async () => {
    await using client = await start();
    const { state } = client.emulator;
    const shown = (): string[] =>
      state.groups('b').map(({ display, source, members }) => `${display} ${source} ${members.length}`);

    expect(state.signIn({ user: bo, groups: ['Finance', 'Chess'] }).groups).toEqual({
      joined: ['Finance', 'Chess'],
      left: [],
    });
    expect(shown()).toEqual(['Finance jit 1', 'Chess jit 1']);
    expect(state.signIn({ user: bo, groups: ['Chess'] }).groups).toEqual({ joined: [], left: ['Finance'] });
    expect(shown()).toEqual(['Finance jit 0', 'Chess jit 1']);
  });

  it('counts groups that SCIM pushed, by name or id, and leaves them as they are', async () => {
    await using client = await start();
    const { state } = client.emulator;
    const member = { userId: 'U1', loginId: bo, display: 'Bo' };
    state.putGroup({ tenantId: 'b', id: 'pushed-id', display: 'Whatever', members: [member] });
    state.putGroup({ tenantId: 'b', ssoId: 'second', id: 'elsewhere', display: 'Bosses', members: [member] });
    const signIn = state.signIn({ user: bo });

    expect(given(signIn)).toEqual(['Payer group_mapping Whatever', 'Viewer default_sso_role ']);
    expect(signIn.groups).toEqual({ joined: [], left: [] });
    expect(state.groups('b')).toHaveLength(2);
  });

  it('makes a user whom nobody knew, unless logins make none in this tenant', async () => {
    await using client = await start();
    const { state } = client.emulator;
    const made = state.signIn({ user: 'new@b.example', groups: ['Bosses'] });
    state.putTenantSettings({ tenantId: 'b', JITDisabled: true });

    expect(made).toMatchObject({ created: true, joined: true });
    expect(await client.load('new@b.example')).toMatchObject({
      userId: made.user.userId,
      status: 'enabled',
      userTenants: [{ tenantId: 'b', roleNames: ['Boss', 'Viewer'] }],
    });
    expect(() => state.signIn({ user: 'other@b.example' })).toThrow('Unknown user other@b.example');
  });

  it('looks at no groups of its own where logins change nothing, and at those of SCIM all the same', async () => {
    await using client = await start();
    const { state } = client.emulator;
    state.putTenantSettings({ tenantId: 'b', JITDisabled: true });
    state.putGroup({ tenantId: 'b', display: 'Bosses', members: [{ userId: 'U1', loginId: bo, display: 'Bo' }] });
    const signIn = state.signIn({ user: bo, groups: ['Finance'] });

    expect(given(signIn)).toEqual(['Boss group_mapping Bosses', 'Viewer default_sso_role ']);
    expect(signIn.ignoredGroups).toEqual(['Finance']);
    expect(state.groups('b').map(({ display }) => display)).toEqual(['Bosses']);
  });

  it.each<[string, EmulatorOptions['switches'], string[], string[]]>([
    ['all mappings without priority', {}, ['Finance', 'Bosses'], ['Payer', 'Boss', 'Viewer']],
    ['the highest group alone with it', { groupPriority: 'on' }, ['Finance', 'Bosses'], ['Boss', 'Viewer']],
    ['no default role beside a mapped one when switched', { defaultSsoRoles: 'unmatched' }, ['Bosses'], ['Boss']],
    ['the default roles to whom nothing is mapped', { defaultSsoRoles: 'unmatched' }, ['Chess'], ['Viewer']],
    ['the default roles of the tenant when it made a member', { defaultRoles: 'on' }, [], ['Newcomer', 'Viewer']],
  ])('gives %s', async (_what, switches = {}, groups, expected) => {
    await using client = await start({ switches });

    client.emulator.state.signIn({ user: bo, groups });

    expect((await client.load(bo)).userTenants).toMatchObject([{ tenantId: 'b', roleNames: expected }]);
  });

  it.each<[string, 'off' | 'on', string[], string[]]>([
    ['adds to the roles of the tenant', 'off', ['Boss', 'Payer', 'Viewer'], []],
    ['replaces the roles of the tenant, and no other, when switched', 'on', ['Payer', 'Viewer'], ['Boss']],
  ])('%s', async (_what, overrideRoles, expected, lost) => {
    await using client = await start({ switches: { overrideRoles } });
    const { state } = client.emulator;
    state.grantRole('U1', 'Boss', 'b');
    state.grantRole('U1', 'Boss', 'none');
    state.grantRole('U1', 'Boss');

    expect(state.signIn({ user: bo, groups: ['Finance'] }).lost).toEqual(lost);
    expect(await client.load(bo)).toMatchObject({
      roleNames: ['Boss'],
      userTenants: [
        { tenantId: 'b', roleNames: expected },
        { tenantId: 'none', roleNames: ['Boss'] },
      ],
    });
  });

  it('shows a token in which what is held above is in effect below', async () => {
    const tenantsOf = async (tokenInheritance: 'included' | 'left-out'): Promise<SignIn['token']['tenants']> => {
      await using client = await start({ switches: { tokenInheritance } });
      return client.emulator.state.signIn({ user: bo, groups: ['Finance'] }).token.tenants;
    };
    const inB = { roles: ['Payer', 'Viewer'], permissions: ['pay', 'see'] };

    expect(await tenantsOf('included')).toEqual({ b: inB, below: inB });
    expect(await tenantsOf('left-out')).toEqual({ b: inB });
  });

  it('goes through the configuration that is named, or refuses it', async () => {
    await using client = await start();
    const { state } = client.emulator;

    expect(state.signIn({ user: bo, ssoId: 'second' })).toMatchObject({ ssoId: 'second', kind: 'oidc', gained: [] });
    expect(() => state.signIn({ user: bo, ssoId: 'third' })).toThrow(
      'No SSO is set up in b as third; set up are default_ssoid, second',
    );
  });

  it.each<[string, { user: string; tenantId?: string }, string]>([
    ['a tenant without SSO', { user: bo, tenantId: 'none' }, 'No SSO is set up in none as default_ssoid'],
    ['a disabled tenant', { user: bo, tenantId: 'closed' }, 'The tenant closed is disabled'],
    ['a missing tenant', { user: bo, tenantId: 'nowhere' }, 'The tenant does not exist'],
    [
      'a tenant that nothing names',
      { user: 'x' },
      'The tenant must be named: neither an address nor a membership says',
    ],
  ])('is refused for %s', async (_what, request, message) => {
    await using client = await start();

    expect(() => client.emulator.state.signIn(request)).toThrow(message);
  });

  it('is refused for a disabled user, and for one of several tenants when none is named', async () => {
    await using client = await start();
    const { state } = client.emulator;
    state.addUser({
      userId: 'U2',
      loginIds: ['two'],
      tenants: [
        { tenantId: 'b', roleNames: [] },
        { tenantId: 'none', roleNames: [] },
      ],
    });
    state.updateUser('U1', { status: 'disabled' });

    expect(() => state.signIn({ user: bo })).toThrow('The user U1 is disabled');
    expect(() => state.signIn({ user: 'two' })).toThrow('The tenant must be named: b, none: which one');
  });

  it('answers over HTTP to those who have the key of the stand-in', async () => {
    await using client = await startClient();
    const body = { user: adaLovelace.loginId, tenantId: 'initech', groups: ['IT Admins'] };

    expect(await client.call<SignIn>('/emulator/login', body)).toMatchObject({
      joined: true,
      gained: [{ role: 'Tenant Admin', groups: ['IT Admins'] }, { role: 'Viewer' }],
    });
    expect((await client.send('POST', '/emulator/login', { ...body, tenantId: 'hooli' })).status).toBe(400);
    expect((await fetch(`${client.emulator.baseUrl}/emulator/login`, { method: 'POST' })).status).toBe(401);
  });
});
