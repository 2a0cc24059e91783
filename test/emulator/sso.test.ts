import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { secretCanary } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

interface WireMapping {
  readonly role: { readonly id: string; readonly name: string };
  readonly groups: readonly string[];
}

interface WireBlock extends Record<string, unknown> {
  readonly groupsMapping: readonly WireMapping[];
}

interface WireSettings {
  readonly tenant: { readonly id: string };
  readonly saml: WireBlock;
  readonly oidc: WireBlock;
  readonly ssoId?: string;
}

const all = async (client: Client, tenantId: string): Promise<readonly WireSettings[]> =>
  (await client.call<{ SSOSettings: readonly WireSettings[] }>(`/v2/mgmt/sso/settings/all?tenantId=${tenantId}`))
    .SSOSettings;
const one = (client: Client, tenantId: string, ssoId = ''): Promise<WireSettings> =>
  client.call<WireSettings>(`/v2/mgmt/sso/settings?tenantId=${tenantId}&ssoId=${ssoId}`);
const statusOf = async (client: Client, path: string): Promise<number> => (await client.send('GET', path)).status;

describe('SSO settings', () => {
  it('list every configuration of a tenant, the default one first', async () => {
    await using client = await startClient({ users: 1 });
    const listed = await all(client, 'initech');

    expect(listed.map(({ tenant, ssoId }) => [tenant.id, ssoId])).toEqual([
      ['initech', 'default_ssoid'],
      ['initech', 'initech-contractors'],
    ]);
    expect(await one(client, 'initech')).toEqual(listed[0]);
    expect(await one(client, 'initech', 'initech-contractors')).toEqual(listed[1]);
  });

  it('answer an unset configuration with empty fields, and those of the service filled in', async () => {
    await using client = await startClient({ users: 1 });
    const unset = await one(client, 'hooli');

    expect(await all(client, 'hooli')).toEqual([unset]);
    expect(unset.saml).toMatchObject({ idpSSOUrl: '', idpCertificate: '', groupsMapping: [], defaultSSORoles: [] });
    expect(unset.oidc).toMatchObject({ issuer: '', clientSecret: '', groupsMapping: [], roleMappings: [] });
    expect(new X509Certificate(String(unset.saml['spCertificate'])).subject).toContain('saml.emulator.invalid');
  });

  it('map groups to roles of the tenant, of the project, and to one that is gone', async () => {
    await using client = await startClient({ users: 1 });
    const settings = await one(client, 'initech');
    const roles = client.emulator.state.roles();

    expect(
      settings.saml.groupsMapping.slice(0, 4).map(({ role }) => roles.find(({ id }) => id === role.id)),
    ).toMatchObject([
      { name: 'Approver', tenantId: 'initech' },
      { name: 'Tenant Admin', tenantId: '' },
      { name: 'Auditor', tenantId: 'initech' },
      { name: 'Data Steward', tenantId: '' },
    ]);
    expect(settings.saml.groupsMapping.at(-1)).toMatchObject({ role: { name: '' }, groups: ['Regional Managers'] });
    expect(settings.oidc.groupsMapping).toEqual(settings.saml.groupsMapping);
    expect(settings.oidc['roleMappings']).toHaveLength(4);
    expect(settings.oidc['roleMappings']).toContainEqual({ groups: ['IT Admins'], roleName: 'Tenant Admin' });
  });

  it('leave a mapping to a gone role out when switched', async () => {
    await using client = await startClient({ users: 1, switches: { goneMappedRole: 'dropped' } });

    expect((await one(client, 'initech')).saml.groupsMapping).toHaveLength(4);
  });

  it('follow a role that gets another name, and lose the name of one that is deleted', async () => {
    await using client = await startClient({ users: 1 });

    await client.call('/v1/mgmt/role/update', { name: 'Data Steward', newName: 'Archivist' });
    await client.call('/v1/mgmt/role/delete', { name: 'Approver', tenantId: 'initech' });

    expect((await one(client, 'initech')).saml.groupsMapping.map(({ role }) => role.name)).toEqual([
      '',
      'Tenant Admin',
      'Auditor',
      'Archivist',
      '',
    ]);
  });

  it('hold certificates that are valid, that have ended, and that nothing can read', async () => {
    await using client = await startClient({ users: 1 });
    const { saml } = await one(client, 'initech');
    const additional = saml['idpAdditionalCertificates'] as string[];
    const endOf = (pem: unknown): number => new X509Certificate(String(pem)).validToDate.getUTCFullYear();

    expect([saml['idpCertificate'], additional[0]].map((pem) => endOf(pem))).toEqual([2099, 2022]);
    expect(() => endOf(additional[1])).toThrow();
  });

  it('show no secret, and every secret field when switched', async () => {
    const shown = async (ssoSecrets: 'empty' | 'shown'): Promise<readonly WireSettings[]> => {
      await using client = await startClient({ users: 1, switches: { ssoSecrets } });
      return await all(client, 'initech');
    };
    const [first, second] = await shown('shown');

    expect(JSON.stringify(await shown('empty'))).not.toContain(secretCanary);
    expect(first?.saml).toMatchObject({ spEncryptionKey: secretCanary, spSignKey: secretCanary });
    expect([first?.oidc['clientSecret'], second?.oidc['clientSecret']]).toEqual([secretCanary, secretCanary]);
  });

  it('are those of an older backend when switched', async () => {
    await using client = await startClient({
      users: 1,
      switches: { ssoSettingsAll: 'missing', ssoIds: 'absent', xaaSettings: 'bad-request' },
    });

    expect(await statusOf(client, '/v2/mgmt/sso/settings/all?tenantId=initech')).toBe(404);
    expect(await one(client, 'initech')).not.toHaveProperty('ssoId');
    expect(await statusOf(client, '/v1/mgmt/sso/xaa/settings/all?tenantId=initech')).toBe(400);
    expect(await statusOf(client, '/v1/mgmt/sso/xaa/settings?tenantId=initech')).toBe(400);
  });

  it('refuse a request without a tenant, and one for a tenant that is missing', async () => {
    await using client = await startClient({ users: 1 });

    expect(await statusOf(client, '/v2/mgmt/sso/settings/all')).toBe(400);
    expect(await statusOf(client, '/v2/mgmt/sso/settings?tenantId=nowhere')).toBe(400);
  });

  it('are seeded and changed by a test, with fields that nobody knows yet', async () => {
    await using client = await startClient({
      project: { tenants: [{ id: 'a' }], ssoConfigurations: [{ tenantId: 'a', defaultSSORoles: ['Gone'] }] },
    });
    const { state } = client.emulator;
    state.putSsoConfiguration({
      tenantId: 'a',
      ssoId: 'x',
      extra: { colour: 'red' },
      saml: { idpSSOUrl: 'https://i' },
    });

    expect(await all(client, 'a')).toMatchObject([
      { ssoId: 'default_ssoid', saml: { defaultSSORoles: ['Gone'] } },
      { ssoId: 'x', saml: { idpSSOUrl: 'https://i' }, colour: 'red' },
    ]);
    expect(state.deleteSsoConfiguration('a', 'x')).toBe(true);
    expect(state.ssoConfigurations('a')).toHaveLength(1);
  });
});

describe('settings of cross-app access', () => {
  it('share the mappings of the configuration, and show two settings of the project', async () => {
    await using client = await startClient({ users: 1, switches: { groupPriority: 'on' } });
    const path = '/v1/mgmt/sso/xaa/settings';
    const { XAASettings } = await client.call<{ XAASettings: readonly Record<string, unknown>[] }>(
      `${path}/all?tenantId=initech`,
    );

    expect(XAASettings).toMatchObject([
      {
        ssoId: 'default_ssoid',
        enabled: true,
        settings: { issuers: { 'https://agents.initech.example': { jitDisabled: true } } },
        defaultSSORoles: ['Viewer'],
        groupPriorityEnabled: true,
        allowOverrideRoles: false,
      },
      { ssoId: 'initech-contractors', enabled: false, settings: { issuers: {} } },
    ]);
    expect(XAASettings[0]?.['groupsMapping']).toEqual((await one(client, 'initech')).saml.groupsMapping);
    expect(await client.call(`${path}?tenantId=initech&ssoId=initech-contractors`)).toEqual(XAASettings[1]);
  });
});

describe('settings of a tenant', () => {
  it('tell whether a login may make users, and how long sessions last', async () => {
    await using client = await startClient({ users: 1 });

    expect(await client.call('/v1/mgmt/tenant/settings?id=lumiere')).toMatchObject({
      domains: ['lumiere.example'],
      authType: 'oidc',
      JITDisabled: true,
      sessionTokenExpiration: 10,
      sessionTokenExpirationUnit: 'minutes',
    });
    expect(await client.call('/v1/mgmt/tenant/settings?id=acme')).toMatchObject({
      selfProvisioningDomains: ['acme.example'],
      JITDisabled: false,
    });
    expect(await statusOf(client, '/v1/mgmt/tenant/settings')).toBe(400);
  });

  it('change what a request names, and keep the rest', async () => {
    await using client = await startClient({ users: 1 });

    await client.call('/v1/mgmt/tenant/settings', { tenantId: 'initech', JITDisabled: true, domains: ['i.example'] });

    expect(await client.call('/v1/mgmt/tenant/settings?id=initech')).toMatchObject({
      JITDisabled: true,
      domains: ['i.example'],
      sessionTokenExpirationUnit: 'hours',
      authType: 'saml',
    });
  });
});
