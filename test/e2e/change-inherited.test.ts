import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli } from '../support/cli.ts';
import { removeRole, snapshot, treeOfTenants } from '../support/provisioning-server.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ project: treeOfTenants() });
});

afterEach(() => emulator.close());

const run = (...args: readonly string[]): Promise<CliRun> => runCli([...args], { env: envOf(emulator) });
const writes = (): readonly string[] =>
  emulator.stats.recent.filter(({ path }) => path.includes('/user/update/')).map(({ endpoint }) => endpoint);
const auditsOf = ({ stderr }: CliRun): readonly unknown[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{"audit":'))
    .map((line) => (JSON.parse(line) as { readonly audit: unknown }).audit);

describe('revoke of what is held only by inheritance', () => {
  it.each([
    [['--tenant', 'Acme East'], 'holds membership of Acme East only by inheritance', 'tenant:acme:member in Acme'],
    [
      ['--role', 'Editor', '--in', 'Acme East'],
      'holds Editor in Acme East only by inheritance',
      'role_binding:acme/Editor:assigned in Acme and role_binding:group/Editor:assigned in Group',
    ],
    [
      ['--entitlement', 'role_binding:east/acme/Approver:assigned'],
      'holds Approver in Acme East only by inheritance',
      'role:acme/Approver:assigned in Acme',
    ],
    [
      ['--entitlement', 'role_binding:shut/Auditor:assigned'],
      'does not hold Auditor in Acme Shut itself, but may by inheritance',
      'role_binding:acme/Auditor:assigned in Acme (uncertain: parent-governs)',
    ],
  ])('ends with exit 1 and says where to revoke it, with --dry-run, too: %j', async (flags, says, where) => {
    const before = snapshot(emulator.state);

    for (const more of [[], ['--dry-run']]) {
      const ended = await run('revoke', ...flags, '--from', 'pat@acme.example', ...more);

      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toContain(`baton-descope: user U2Pat ${says}: revoke it where it is held, `);
      expect(ended.stderr).toContain(where);
      expect(auditsOf(ended)).toMatchObject([{ operation: 'revoke', outcome: 'refused', writes: 0 }]);
    }
    expect(writes()).toEqual([]);
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('counts as done with --inheritance none, and with the reading that lets nothing in', async () => {
    const [none, child] = [
      await run('revoke', '--tenant', 'east', '--from', 'pat@acme.example', '--inheritance', 'none'),
      await run('revoke', '--tenant', 'shut', '--from', 'pat@acme.example', '--inheritance', 'child'),
    ];

    expect(none).toMatchObject({ code: 0, stdout: expect.stringContaining('is not a member of Acme East (east)') });
    expect(child).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing sent') });
  });

  it('by a role that only an ancestor defines says which one that is', async () => {
    const ended = await run('revoke', '--role', 'Approver', '--in', 'Acme East', '--from', 'pat@acme.example');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('did you mean "Approver in Acme" (role:acme/Approver:assigned)?');
  });
});

describe('revoke of what is held directly and by inheritance', () => {
  it('takes the direct one, and warns of what is left', async () => {
    const planned = await run(
      'revoke',
      '--role',
      'Editor',
      '--in',
      'east',
      '--from',
      'quinn@acme.example',
      '--dry-run',
    );
    expect(writes()).toEqual([]);
    const ended = await run('revoke', '--role', 'Editor', '--in', 'east', '--from', 'quinn@acme.example');

    expect(planned.stdout).toContain(
      '\nWarning: it would still be held by inheritance: role_binding:acme/Editor:assigned in Acme.\n',
    );
    expect(ended).toMatchObject({
      code: 0,
      stdout: [
        'Quinn <quinn@acme.example> (U2Quinn) does not directly hold Editor in Acme East (east) any more.',
        'Before, in Acme East: member, Editor.',
        'After, in Acme East: member, no roles.',
        'Warning: it is still held by inheritance: role_binding:acme/Editor:assigned in Acme.',
        '',
      ].join('\n'),
    });
    expect(writes()).toEqual([removeRole]);
  });

  it('tells a script from where it is still inherited, with --json', async () => {
    const ended = await run('revoke', '--tenant', 'east', '--from', 'quinn@acme.example', '--json');

    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcome: 'revoked',
      alsoInherited: [{ tenantId: 'acme', entitlement: 'tenant:acme:member', certainty: 'derived' }],
    });
  });
});

describe('grant', () => {
  it('of what is inherited already is a real grant, and says so', async () => {
    const ended = await run('grant', '--tenant', 'east', '--to', 'pat@acme.example');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(
      '\nIt is also held by inheritance: tenant:acme:member in Acme and tenant:group:member in Group.\n',
    );
    expect(emulator.state.user('U2Pat')?.tenants).toContainEqual({ tenantId: 'east', roleNames: [] });
  });

  it.each([
    ['role_binding:east/acme/Approver:assigned', 'grant it where it comes from, role:acme/Approver:assigned in Acme'],
    ['idp_group:east/default_ssoid/staff:member', 'change the group in the identity provider'],
  ])('of %s is refused, and says where it is managed', async (entitlement, says) => {
    const ended = await run('grant', '--entitlement', entitlement, '--to', 'pat@acme.example');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(says);
    expect(writes()).toEqual([]);
  });
});

describe('revoke of a role that the next login gives back', () => {
  const revoke = ['revoke', '--role', 'Approver', '--in', 'Acme', '--from', 'pat@acme.example'];

  beforeEach(() => {
    emulator.state.putSsoConfiguration({
      tenantId: 'acme',
      saml: { idpEntityId: 'https://idp.example', idpSSOUrl: 'https://idp.example/sso' },
      groupMappings: [{ role: 'Approver', groups: ['Staff'] }],
    });
    const members = [{ loginId: 'pat@acme.example', userId: 'U2Pat', display: 'Pat' }];
    emulator.state.putGroup({ tenantId: 'acme', id: 'g1', display: 'Staff', source: 'scim', members });
  });

  it('ends with exit 1 and sends nothing, with --refuse-returning', async () => {
    const ended = await run(...revoke, '--refuse-returning');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('Approver in Acme may come back at the next login of user U2Pat');
    expect(writes()).toEqual([]);
  });

  it('is made with a warning where SSO configurations are included, and without asking where they are not', async () => {
    const [told, silent] = [
      await run(...revoke, '--include', 'sso_configuration', '--dry-run'),
      await run(...revoke, '--dry-run', '--json'),
    ];
    const ended = await run(...revoke, '--include', 'sso_configuration', '--json');

    const warning = 'Warning: it may come back at the next login, by the mapping of idp_group:acme/default_ssoid/g1.\n';
    expect(told.stdout).toContain(warning);
    expect(JSON.parse(silent.stdout)).not.toHaveProperty('mayReturn');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcome: 'revoked',
      mayReturn: [{ via: 'group_mapping', from: 'idp_group:acme/default_ssoid/g1', ssoId: 'default_ssoid' }],
    });
    expect(writes()).toEqual([removeRole]);
  });

  it('says so where the settings cannot be read, and is made', async () => {
    emulator.faults.add({
      match: { endpoint: 'GET /v2/mgmt/sso/settings/all' },
      times: 10,
      fault: { kind: 'status', status: 403 },
    });

    const ended = await run(...revoke, '--include', 'sso_configuration');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('Warning: whether it comes back at the next login could not be read: ');
    expect(writes()).toEqual([removeRole]);
  });
});
