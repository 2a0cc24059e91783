import DescopeClient from '@descope/node-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';

describe('the vendor SDK, of trees, SSO and groups', () => {
  let emulator: Emulator;
  let management: ReturnType<typeof DescopeClient>['management'];

  beforeEach(async () => {
    emulator = await startEmulator({ users: 250 });
    const { projectId, baseUrl, managementKey } = emulator;
    management = DescopeClient({ projectId, baseUrl, managementKey }).management;
  });
  afterEach(async () => {
    expect(emulator.stats.recent.map((request) => request.status)).not.toContain(404);
    await emulator.close();
  });

  it('creates a tenant below another, with its inheritance', async () => {
    await management.tenant.createWithId('berlin', 'Berlin', [], {}, false, false, 'northwind-bakery', 'userOnly');
    const { data } = await management.tenant.load('northwind-bakery');

    expect(data).toMatchObject({ parent: 'northwind-foods', successors: ['northwind-lyon', 'berlin'] });
    expect((await management.tenant.load('berlin')).data).toMatchObject({ roleInheritance: 'userOnly' });
  });

  it('reads every configuration of a tenant, with mappings, certificates and no secret', async () => {
    const { data = [] } = await management.sso.loadAllSettings('initech');

    expect(data.map(({ ssoId }) => ssoId)).toEqual(['default_ssoid', 'initech-contractors']);
    expect(data[0]).toMatchObject({
      tenant: { id: 'initech', authType: 'saml', enforceSSO: true },
      saml: {
        idpEntityId: 'https://idp.initech.example/entity',
        idpCertificate: expect.stringContaining('BEGIN CERTIFICATE'),
        defaultSSORoles: ['Viewer'],
        lastSuccessTestTime: 1_735_804_800,
      },
    });
    expect(data[0]?.saml?.groupsMapping).toContainEqual({ roleName: 'Tenant Admin', groups: ['IT Admins'] });
    expect(data[1]?.oidc).toMatchObject({
      issuer: 'https://contractors.example',
      clientSecret: '',
      attributeMapping: { loginId: 'sub', group: 'groups' },
      roleMappings: [{ roleName: 'Guest', groups: ['Contractors'] }],
    });
  });

  it('reads one configuration, and one that is not set up', async () => {
    const contractors = await management.sso.loadSettings('initech', 'initech-contractors');
    const unset = await management.sso.loadSettings('hooli');

    expect(contractors.data?.ssoId).toBe('initech-contractors');
    expect(unset.data).toMatchObject({ saml: { idpSSOUrl: '', groupsMapping: [] }, oidc: { issuer: '' } });
    expect((await management.sso.getSettings('initech')).data).toMatchObject({ domain: 'initech.example' });
  });

  it('sets SAML up, with mappings and a certificate that nobody looks at', async () => {
    await management.sso.configureSAMLSettings(
      'acme',
      {
        idpUrl: 'https://idp.acme.example',
        entityId: 'acme',
        idpCert: 'idpCert',
        roleMappings: [{ roleName: 'Approver', groups: ['Buyers'] }],
        defaultSSORoles: ['Guest'],
      },
      'https://acme.example/back',
      ['sso.acme.example'],
    );

    expect((await management.sso.loadSettings('acme')).data).toMatchObject({
      tenant: { authType: 'saml', domains: ['sso.acme.example'] },
      saml: {
        idpSSOUrl: 'https://idp.acme.example',
        idpCertificate: 'idpCert',
        redirectUrl: 'https://acme.example/back',
        groupsMapping: [{ roleName: 'Approver', groups: ['Buyers'] }],
        defaultSSORoles: ['Guest'],
      },
    });
  });

  it('adds a configuration, sets OIDC up in it, and deletes it', async () => {
    const added = await management.sso.newSettings('acme', 'partners', 'Partners');
    await management.sso.configureOIDCSettings(
      'acme',
      { name: 'P', clientId: 'p', clientSecret: 's3cret', issuer: 'https://p.example', roleMappings: [] },
      undefined,
      'partners',
    );
    const loaded = await management.sso.loadSettings('acme', 'partners');
    await management.sso.deleteSettings('acme', 'partners');

    expect(added.data).toMatchObject({ ssoId: 'partners', oidc: { issuer: '' } });
    expect(loaded.data).toMatchObject({
      tenant: { authType: 'none' },
      oidc: { issuer: 'https://p.example', clientSecret: '' },
    });
    expect((await management.sso.loadSettings('acme', 'partners')).data?.oidc?.issuer).toBe('');
    expect((await management.sso.loadAllSettings('acme')).data).toHaveLength(1);
  });

  it('follows metadata instead of a certificate, and changes mappings and addresses alone', async () => {
    await management.sso.configureSAMLByMetadata('acme', { idpMetadataUrl: 'https://idp.acme.example/metadata' });
    await management.sso.configureMapping('acme', [{ roleName: 'Viewer', groups: ['All'] }], {}, ['Guest']);
    await management.sso.configureSSORedirectURL('acme', 'https://acme.example/saml');
    const { data } = await management.sso.loadSettings('acme');

    expect(data?.saml).toMatchObject({
      idpMetadataUrl: 'https://idp.acme.example/metadata',
      redirectUrl: 'https://acme.example/saml',
      groupsMapping: [{ roleName: 'Viewer', groups: ['All'] }],
      defaultSSORoles: ['Guest'],
    });
  });

  it('is refused a mapping to a role that does not exist', async () => {
    const refused = await management.sso.configureMapping('acme', [{ roleName: 'Nobody', groups: ['All'] }]);

    expect(refused).toMatchObject({ ok: false, code: 400 });
  });

  it('reads groups, their members, and the groups of a member', async () => {
    const { data: groups = [] } = await management.group.loadAllGroups('initech');
    const member = groups[1]?.members?.[0];
    const ofMember = await management.group.loadAllGroupsForMember('initech', [member?.userId ?? ''], []);
    const one = await management.group.loadAllGroupMembers('initech', 'g-3');

    expect(groups.map(({ display, source }) => [display, source])).toEqual([
      ['Finance', 'jit'],
      ['IT Admins', 'jit'],
      ['Auditors', 'scim'],
      ['Everyone at Initech', 'scim'],
      ['Contractors', 'jit'],
    ]);
    expect(ofMember.data?.map(({ display }) => display)).toEqual(['Finance', 'IT Admins', 'Everyone at Initech']);
    expect(one.data?.[0]?.members).toHaveLength(4);
  });

  it('reads and changes settings of a tenant', async () => {
    await management.tenant.configureSettings('lumiere', {
      JITDisabled: false,
      selfProvisioningDomains: ['l.example'],
    });

    expect((await management.tenant.getSettings('lumiere')).data).toMatchObject({
      JITDisabled: false,
      selfProvisioningDomains: ['l.example'],
      authType: 'oidc',
    });
  });
});
