import DescopeClient from '@descope/node-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adaLovelace, startEmulator } from '../../src/emulator/emulator.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';

describe('the vendor SDK against the emulator', () => {
  let emulator: Emulator;
  let management: ReturnType<typeof DescopeClient>['management'];

  beforeEach(async () => {
    emulator = await startEmulator({ users: 250 });
    const { projectId, baseUrl, managementKey } = emulator;
    management = DescopeClient({ projectId, baseUrl, managementKey }).management;
  });
  afterEach(() => emulator.close());

  it('lists and creates tenants', async () => {
    const created = await management.tenant.createWithId('globex', 'Globex', ['globex.example']);
    const listed = await management.tenant.loadAll();
    const loaded = await management.tenant.load('globex');

    expect(created.ok).toBe(true);
    expect(listed.data?.map((tenant) => tenant.id)).toEqual([
      'acme',
      'northwind',
      'northwind-retail',
      'northwind-freight',
      'initech',
      'lumiere',
      'T2SakuraSeisakusho00000000JP',
      'hooli',
      'northwind-foods',
      'northwind-bakery',
      'northwind-lyon',
      'northwind-cellar',
      'northwind-oslo',
      'northwind-air',
      'globex',
    ]);
    expect(loaded.data).toMatchObject({ id: 'globex', name: 'Globex', selfProvisioningDomains: ['globex.example'] });
  });

  it('lists and creates roles of the project and of tenants', async () => {
    await management.role.create('Planner', 'Plans', ['orders.read'], 'acme');
    const { data = [] } = await management.role.loadAll();

    expect(data).toHaveLength(23);
    expect(data.at(-1)).toMatchObject({ name: 'Planner', tenantId: 'acme', permissionNames: ['orders.read'] });
    expect(data.filter((role) => role.name === 'Approver').map((role) => role.tenantId)).toEqual([
      'acme',
      'northwind',
      'initech',
    ]);
  });

  it('lists permissions, the built-in ones marked', async () => {
    const { data = [] } = await management.permission.loadAll();

    expect(data).toHaveLength(15);
    expect(data.filter((permission) => permission.systemDefault).map((permission) => permission.name)).toEqual([
      'User Admin',
      'SSO Admin',
      'Impersonate',
    ]);
  });

  it('pages through all users, test users included on request', async () => {
    const ids = new Set<string>();
    for (let page = 0; page < 3; page += 1) {
      const { data } = await management.user.search({ page, limit: 100, withTestUser: true });
      for (const user of data?.users ?? []) ids.add(user.userId);
    }
    const withoutTest = await management.user.search({ limit: 100, page: 2 });

    expect(ids.size).toBe(250);
    expect(withoutTest.data?.total).toBe(246);
    expect(withoutTest.data?.users).toHaveLength(46);
    expect(withoutTest.data?.users.some((user) => user.test)).toBe(false);
  });

  it('loads a user by login id and by user id', async () => {
    const byLoginId = await management.user.load(adaLovelace.loginId);
    const byUserId = await management.user.loadByUserId(adaLovelace.userId);
    const missing = await management.user.load('nobody@example.com');

    expect(byLoginId.data).toEqual(byUserId.data);
    expect(byLoginId.data).toMatchObject({
      name: 'Ada Lovelace',
      userTenants: [{ tenantId: 'acme', roleNames: ['Editor'] }],
    });
    expect(missing.ok).toBe(false);
    expect(missing.error?.errorCode).toBe('E112102');
  });

  it('adds and removes a role project-wide', async () => {
    const added = await management.user.addRoles(adaLovelace.loginId, ['Auditor']);
    const removed = await management.user.removeRoles(adaLovelace.userId, ['Auditor']);

    expect(added.data).toMatchObject({ roleNames: ['Auditor'], permissions: ['invoices.read', 'reports.view'] });
    expect(removed.data).toMatchObject({ roleNames: [], permissions: [] });
  });

  it('adds and removes a role inside a tenant', async () => {
    const added = await management.user.addTenantRoles(adaLovelace.userId, 'acme', ['Approver']);
    const removed = await management.user.removeTenantRoles(adaLovelace.userId, 'acme', ['Editor']);

    expect(added.data?.userTenants).toMatchObject([{ tenantId: 'acme', roleNames: ['Editor', 'Approver'] }]);
    expect(removed.data?.userTenants).toMatchObject([{ tenantId: 'acme', roleNames: ['Approver'] }]);
  });

  it('adds and removes a membership', async () => {
    const added = await management.user.addTenant(adaLovelace.userId, 'initech');
    const removed = await management.user.removeTenant(adaLovelace.userId, 'acme');

    expect(added.data?.userTenants?.map((tenant) => tenant.tenantId)).toEqual(['acme', 'initech']);
    expect(removed.data?.userTenants?.map((tenant) => tenant.tenantId)).toEqual(['initech']);
  });

  it('creates, disables and deletes a user', async () => {
    const created = await management.user.create('grace@acme.example', {
      email: 'grace@acme.example',
      displayName: 'Grace Hopper',
      userTenants: [{ tenantId: 'acme', roleNames: ['Viewer'] }],
    });
    const disabled = await management.user.deactivate('grace@acme.example');
    await management.user.delete('grace@acme.example');
    const gone = await management.user.load('grace@acme.example');

    expect(created.data).toMatchObject({
      status: 'invited',
      userTenants: [{ tenantId: 'acme', roleNames: ['Viewer'] }],
    });
    expect(disabled.data?.status).toBe('disabled');
    expect(gone.code).toBe(404);
  });

  it('invites users, and deletes them by the user id', async () => {
    const invited = await management.user.invite('mary@acme.example', { email: 'mary@acme.example' });
    const refused = await management.user.create('mary@acme.example', {});
    const deleted = await management.user.deleteByUserId(invited.data?.userId ?? '');

    expect(invited.data).toMatchObject({ status: 'invited', loginIds: ['mary@acme.example'] });
    expect(refused).toMatchObject({ ok: false, code: 400 });
    expect(deleted.ok).toBe(true);
    expect(emulator.state.invitations()).toMatchObject([{ userId: invited.data?.userId }]);
    expect(emulator.state.user('mary@acme.example')).toBeUndefined();
  });

  it('creates, finds, changes, rotates and deletes access keys', async () => {
    const { accessKey } = management;
    const tenants = [{ tenantId: 'acme', roleNames: ['Viewer'] }];
    const created = await accessKey.create('Built', 0, undefined, tenants, undefined, { scope: 'x' });
    const id = created.data?.key.id ?? '';
    const updated = await accessKey.update(id, 'Rebuilt', undefined, ['Auditor'], []);
    const rotated = await accessKey.rotate(id);
    await accessKey.deactivate(id);
    const loaded = await accessKey.load(id);
    await accessKey.activateBatch([id]);
    const found = await accessKey.searchAll(['initech']);
    await accessKey.delete(id);

    expect(created.data).toMatchObject({
      cleartext: expect.any(String),
      key: { keyTenants: tenants, boundUserId: '' },
    });
    expect(updated.data).toMatchObject({ roleNames: ['Auditor'], keyTenants: [], customClaims: { scope: 'x' } });
    expect(rotated.data?.cleartext).not.toBe(created.data?.cleartext);
    expect(loaded.data).toMatchObject({ id, name: 'Rebuilt', status: 'inactive' });
    expect(found.data?.map(({ name }) => name)).toEqual(['SCIM of Initech', 'SCIM of contractors']);
    expect(emulator.state.accessKeys()).toHaveLength(12);
  });

  it('lists federated apps, and adds and removes those of a user', async () => {
    const { data: apps = [] } = await management.ssoApplication.loadAll();
    const one = await management.ssoApplication.load('SA2StockLedger');
    const added = await management.user.addSSOapps(adaLovelace.loginId, ['SA2Wiki', 'SA2StockLedger']);
    const removed = await management.user.removeSSOapps(adaLovelace.userId, ['SA2Wiki']);
    const set = await management.user.setSSOapps(adaLovelace.userId, []);

    expect(apps).toHaveLength(5);
    expect(one.data).toEqual(apps[1]);
    // The types of the SDK do not know the field.
    expect(added.data).toMatchObject({ ssoAppIds: ['SA2Wiki', 'SA2StockLedger'] });
    expect(removed.data).toMatchObject({ ssoAppIds: ['SA2StockLedger'] });
    expect(set.data).toMatchObject({ ssoAppIds: [] });
  });

  it('lists third-party apps, and reads and deletes consents', async () => {
    const { inboundApplication } = management;
    const { data: apps = [] } = await inboundApplication.loadAllApplications();
    const one = await inboundApplication.loadApplication('TPA2LedgerSync');
    const { data: consents = [] } = await inboundApplication.searchConsents({ appId: 'TPA2LedgerSync', page: 0 });
    await inboundApplication.deleteConsents({ consentIds: [consents[0]?.id ?? ''] });
    await inboundApplication.deleteTenantConsents({ appId: 'TPA2LedgerSync', tenantId: 'acme' });
    const { data: left = [] } = await inboundApplication.searchConsents({ appId: 'TPA2LedgerSync' });

    expect(apps.map(({ name }) => name)).toContain('Desktop agent');
    expect(one.data).toEqual(apps[0]);
    expect(consents.map(({ userId }) => userId)).toEqual([adaLovelace.userId, adaLovelace.userId, '']);
    expect(left).toEqual([consents[1]]);
  });

  it('reads projects, console administrators and management keys with a key of the company', async () => {
    const { projectId, baseUrl, companyKey, managementKey } = emulator;
    const company = DescopeClient({ projectId, baseUrl, managementKey: companyKey }).management;
    const projects = await company.project.listProjects();
    const descopers = await company.descoper.list();
    const descoper = await company.descoper.load('D2GraceHopper');
    const keys = await company.managementKey.search();
    const key = await company.managementKey.load(keys.data?.[1]?.id ?? '');
    const refused = await DescopeClient({ projectId, baseUrl, managementKey }).management.managementKey.search();

    expect(projects.data?.map(({ id, tags }) => [id, tags])).toContainEqual([projectId, ['production', 'emea']]);
    expect(descopers.data?.total).toBe(8);
    expect(descoper.data?.rbac).toEqual({ isCompanyAdmin: true, tags: [], projects: [] });
    expect(key.data).toEqual(keys.data?.[1]);
    expect(key.data?.reBac?.companyRoles).toEqual(['company-full-access']);
    expect(refused.code).toBe(403);
  });

  it('makes and removes console administrators and management keys', async () => {
    const { projectId, baseUrl, companyKey } = emulator;
    const company = DescopeClient({ projectId, baseUrl, managementKey: companyKey }).management;
    const people = await company.descoper.create([{ loginId: 'new@emulator.example', rbac: { isCompanyAdmin: true } }]);
    const id = people.data?.descopers[0]?.id ?? '';
    const changed = await company.descoper.update(id, undefined, { tags: [{ tags: ['emea'], role: 'support' }] });
    await company.descoper.delete(id);
    const made = await company.managementKey.create('new', { companyRoles: ['company-full-access'] }, 'd', 60);
    const keyId = made.data?.key.id ?? '';
    const updated = await company.managementKey.update(keyId, 'newer', '', 'inactive');
    await company.managementKey.delete([keyId]);

    expect(changed.data?.rbac).toMatchObject({ isCompanyAdmin: false, tags: [{ role: 'support' }] });
    expect(updated.data).toMatchObject({ id: keyId, name: 'newer', status: 'inactive' });
    expect(emulator.state.descopers()).toHaveLength(8);
    expect(emulator.state.managementKeys()).toHaveLength(6);
  });

  it('sends no request that the emulator does not know', async () => {
    await management.tenant.loadAll();
    await management.role.loadAll();

    expect(emulator.stats.recent.map((request) => request.status)).not.toContain(404);
    expect(emulator.stats.recent.every((request) => request.authorization === 'good')).toBe(true);
    expect(JSON.stringify(emulator.stats.recent)).not.toContain(emulator.managementKey);
  });
});
