import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import { parseTarget } from '../../src/provisioning/request.ts';
import { returningModeOf } from '../../src/provisioning/returning.ts';
import { userPrincipal } from '../support/principal.ts';
import { createFakeProject, type FakeProject } from '../support/provisioning-fake.ts';
import { inTenant, role, tenant, user } from '../support/project-fixture.ts';

const settingsPath = '/v2/mgmt/sso/settings/all';
const onePath = '/v2/mgmt/sso/settings';
const xaaPath = '/v1/mgmt/sso/xaa/settings/all';
const groupsPath = '/v1/mgmt/group/all';

const mapped = (roleName: string, ...groups: string[]): object => ({ groups, role: { id: '', name: roleName } });
const group = (id: string, display: string, ...userIds: string[]): object => ({
  id,
  display,
  ssoId: 'default_ssoid',
  source: 'scim',
  members: userIds.map((userId) => ({ loginId: userId, userId, display: userId })),
});
const saml = {
  idpEntityId: 'https://idp.example',
  groupsMapping: [mapped('Approver', 'Staff', 'Outside'), mapped('Editor', 'Staff')],
  defaultSSORoles: ['Viewer'],
};

/** Acme maps its Approver and the project's Editor to groups, and gives everybody Viewer who signs in. */
function project(
  returning: 'ignore' | 'tell' | 'refuse',
  answers: Readonly<Record<string, unknown>> = {},
  dryRun = false,
): FakeProject {
  const fake = createFakeProject(
    {
      tenants: [tenant('acme', { name: 'Acme', defaultRoles: ['Plain'] }), tenant('globex')],
      roles: [role('Editor'), role('Viewer'), role('Plain'), role('Approver', { tenantId: 'acme' })],
      users: ['ann', 'bob'].map((id) =>
        user(id, {
          roleNames: ['Editor'],
          userTenants: [inTenant('acme', 'Editor', 'Viewer', 'Plain', 'Approver'), inTenant('globex', 'Editor')],
        }),
      ),
    },
    { returning, dryRun },
  );
  fake.ofTenants = {
    [settingsPath]: { acme: { SSOSettings: [{ ssoId: '', saml, oidc: {} }] }, '*': { SSOSettings: [] } },
    [xaaPath]: { '*': { XAASettings: [] } },
    [groupsPath]: { acme: [group('g1', 'Staff', 'ann')], '*': [] },
    ...answers,
  };
  return fake;
}

const approver = parseTarget('role', 'acme/Approver');
const editor = parseTarget('role_binding', 'acme/Editor');
const viewer = parseTarget('role_binding', 'acme/Viewer');
const asked = (fake: FakeProject): readonly string[] =>
  fake.requests.map(({ endpoint }) => endpoint.split(' ')[1]).filter((path) => path !== undefined);
const isSent = (fake: FakeProject): boolean => fake.calls.some((call) => /^(add|remove) /.test(call));

const staff = { via: 'group_mapping', from: 'idp_group:acme/default_ssoid/g1', ssoId: 'default_ssoid' };
const outside = {
  via: 'group_mapping',
  from: 'idp_group:acme/default_ssoid/name:Outside',
  ssoId: 'default_ssoid',
  membership: 'unknown',
};
const everybody = { via: 'default_sso_role', from: 'sso_configuration:acme/default_ssoid', ssoId: 'default_ssoid' };

describe('a revoke of a role that the next login may give back', () => {
  it.each([
    ['by a group whose member the user is, and one whose members nobody knows', approver, 'ann', [staff, outside]],
    ['by a group whose members nobody knows', approver, 'bob', [outside]],
    ['by a group whose member the user is', editor, 'ann', [staff]],
    ['by nothing, for somebody who is not in the group', editor, 'bob', undefined],
    ['by the default role of a configuration', viewer, 'bob', [everybody]],
    [
      'by nothing, for a default role of the tenant: it is for those who join',
      parseTarget('role_binding', 'acme/Plain'),
      'ann',
      undefined,
    ],
    ['by nothing, in a tenant without settings', parseTarget('role_binding', 'globex/Editor'), 'ann', undefined],
  ])('is made and told: %s', async (_what, target, who, mayReturn) => {
    const fake = project('tell');

    const change = await fake.provisioner.revoke(target, userPrincipal(who));

    expect(change).toMatchObject({ outcome: 'revoked', returning: { mayReturn: mayReturn ?? [] } });
    expect(fake.audit[0]?.mayReturn).toEqual(mayReturn);
    expect(fake.audit[0]).not.toHaveProperty('mayReturnUnknown');
    expect(isSent(fake)).toBe(true);
  });

  it.each([false, true])(
    'is refused before any write where that is asked for, in a dry run (%s), too',
    async (dryRun) => {
      const fake = project('refuse', {}, dryRun);

      await expect(fake.provisioner.revoke(editor, userPrincipal('ann'))).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringContaining(
          'Editor in Acme may come back at the next login of user ann, by the mapping of idp_group:acme/default_ssoid/g1: ' +
            'take the user out',
        ),
      });

      expect(isSent(fake)).toBe(false);
      expect(fake.intents).toEqual([]);
      expect(fake.audit).toMatchObject([{ outcome: 'refused', writes: 0 }]);
    },
  );

  it('is made in spite of --refuse-returning where nothing gives it back', async () => {
    const fake = project('refuse');

    expect(await fake.provisioner.revoke(editor, userPrincipal('bob'))).toMatchObject({ outcome: 'revoked' });
  });

  it('is told in a dry run', async () => {
    const fake = project('tell', {}, true);

    await fake.provisioner.revoke(editor, userPrincipal('ann'));

    expect(fake.audit).toMatchObject([{ outcome: 'planned', mayReturn: [staff] }]);
    expect(isSent(fake)).toBe(false);
  });

  it('looks once, also where the write is sent again', async () => {
    const fake = project('tell');
    let lost = 2;
    fake.onWrite = (_change, carryOut) =>
      lost-- > 0
        ? { kind: 'uncertain', error: new ConnectorError('unavailable', 'the connection broke') }
        : { kind: 'answered', user: carryOut() };

    expect(await fake.provisioner.revoke(editor, userPrincipal('ann'))).toMatchObject({ outcome: 'revoked' });

    expect(asked(fake)).toEqual([settingsPath, xaaPath, groupsPath]);
  });
});

describe('what is asked for it', () => {
  it.each([
    ['nothing where nobody wants to know', 'ignore', editor, 'revoke', []],
    ['nothing for a role of the whole project', 'tell', parseTarget('role', 'Editor'), 'revoke', []],
    ['nothing for a membership', 'tell', parseTarget('tenant', 'acme'), 'revoke', []],
    ['nothing for a grant', 'refuse', parseTarget('role_binding', 'globex/Viewer'), 'grant', []],
    ['no groups where the role is mapped to none', 'tell', viewer, 'revoke', [settingsPath, xaaPath]],
    ['groups where it is', 'tell', editor, 'revoke', [settingsPath, xaaPath, groupsPath]],
    ['nothing where nothing is held', 'refuse', parseTarget('role_binding', 'globex/Viewer'), 'revoke', []],
  ] as const)('is %s', async (_what, mode, target, operation, paths) => {
    const fake = project(mode);

    await fake.provisioner[operation](target, userPrincipal('ann'));

    expect(asked(fake)).toEqual(paths);
  });

  it('follows from the settings', () => {
    expect(
      [
        { refuseReturning: false },
        { refuseReturning: false, include: ['access_key'] },
        { refuseReturning: false, include: ['sso_configuration'] },
        { refuseReturning: false, include: ['all'] },
        { refuseReturning: true },
      ].map(returningModeOf),
    ).toEqual(['ignore', 'ignore', 'tell', 'tell', 'refuse']);
  });
});

describe('SSO settings that cannot be read', () => {
  it.each([
    ['are refused', { [settingsPath]: { '*': 403 } }],
    ['are not offered, in any way', { [settingsPath]: { '*': 404 }, [onePath]: { '*': 404 } }],
    ['are broken', { [settingsPath]: { '*': { SSOSettings: [{ saml: [] }] } } }],
    ['have no list', { [settingsPath]: { '*': {} } }],
    ['hold a list of groups that is broken', { [groupsPath]: { '*': {} } }],
  ])(
    'let a revoke be made, which says that it does not know; --refuse-returning sends nothing: they %s',
    async (_what, answers) => {
      const [told, refused] = [project('tell', answers), project('refuse', answers)];

      await told.provisioner.revoke(editor, userPrincipal('ann'));
      await expect(refused.provisioner.revoke(editor, userPrincipal('ann'))).rejects.toBeInstanceOf(ConnectorError);

      expect(told.audit).toMatchObject([{ outcome: 'revoked', mayReturnUnknown: expect.stringMatching(/./) }]);
      expect(told.audit[0]).not.toHaveProperty('mayReturn');
      expect(isSent(refused)).toBe(false);
      expect(refused.audit).toMatchObject([{ outcome: 'refused', writes: 0 }]);
    },
  );

  it.each([
    [
      'only the default configuration is told',
      { [settingsPath]: { '*': 404 }, [onePath]: { '*': { saml, oidc: {} } } },
    ],
    ['cross-app access is not offered, told by 404', { [xaaPath]: { '*': 404 } }],
    ['cross-app access is not offered, told by 400', { [xaaPath]: { '*': 400 } }],
  ])('are those of an older deployment where %s', async (_what, answers) => {
    const fake = project('tell', answers);

    await fake.provisioner.revoke(editor, userPrincipal('ann'));

    expect(fake.audit[0]?.mayReturn).toEqual([staff]);
  });

  it('leave open who is in a group where groups are not offered', async () => {
    const fake = project('tell', { [groupsPath]: { '*': 404 } });

    await fake.provisioner.revoke(editor, userPrincipal('bob'));

    expect(fake.audit[0]?.mayReturn).toMatchObject([{ via: 'group_mapping', membership: 'unknown' }]);
  });
});
