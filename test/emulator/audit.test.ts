import DescopeClient from '@descope/node-sdk';
import { describe, expect, it } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

interface WireAudit extends Readonly<Record<string, unknown>> {
  readonly ID: string;
  readonly action: string;
  readonly occurred: string;
  readonly userId: string;
  readonly externalIds: readonly string[];
  readonly tenants: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}
interface AuditPage {
  readonly audits: readonly WireAudit[];
  readonly total?: number;
}

const noon = Date.UTC(2026, 4, 1, 12);
const search = (client: Client, body: object = {}): Promise<AuditPage> =>
  client.call<AuditPage>('/v1/mgmt/audit/search', body);
const actionsOf = ({ audits }: AuditPage): readonly string[] => audits.map(({ action }) => action);
const own = { excludedActions: ['LoginSucceed', 'LoginFailed'] };
/** No lag, no limiter, nobody but who is added. */
const plain = (switches: EmulatorOptions['switches'] = {}): EmulatorOptions => ({
  project: { tenants: [{ id: 'acme' }], roles: [{ name: 'Editor' }, { name: 'Viewer' }], permissions: [{ name: 'p' }] },
  switches: { auditLagSeconds: 0, auditRateLimit: 'off', ...switches },
  now: () => noon,
});

describe('the audit log', () => {
  it('has a record of each write, with the new values of what changed and the key that did it', async () => {
    await using client = await startClient(plain());
    const { emulator } = client;
    const ada = emulator.state.addUser({ userId: 'Uada', loginIds: ['ada@acme.example'] });
    await client.call('/v2/mgmt/user/update/role/add', {
      loginId: ada.userId,
      tenantId: 'acme',
      roleNames: ['Editor'],
    });
    const { audits, total } = await search(client);

    expect(total).toBe(2);
    expect(audits.map(({ ID: _id, ...record }) => record)).toEqual([
      {
        projectId: emulator.projectId,
        action: 'UserModified',
        occurred: String(noon),
        userId: 'Uada',
        externalIds: ['ada@acme.example'],
        tenants: ['acme'],
        actorId: 'K2EmulatorManagementKey00000',
        type: 'info',
        device: '',
        method: '',
        geo: '',
        remoteAddress: '',
        data: { userTenants: [{ tenantId: 'acme', roleNames: ['Editor'] }] },
      },
      expect.objectContaining({ action: 'UserCreated', actorId: 'U2EmulatorAdministrator00000', tenants: [] }),
    ]);
    expect(new Set(audits.map(({ ID }) => ID)).size).toBe(2);
  });

  it('names what was made, changed and removed of every family, and shows no secret', async () => {
    await using client = await startClient(plain());
    const call = (path: string, body: object) => client.call<{ key?: { id: string } }>(path, body);
    await call('/v1/mgmt/tenant/create', { name: 'Globex', id: 'globex' });
    await call('/v1/mgmt/role/create', { name: 'Planner', tenantId: 'globex' });
    await call('/v1/mgmt/role/update', { name: 'Planner', tenantId: 'globex', newName: 'Lead' });
    await call('/v1/mgmt/permission/delete', { name: 'p' });
    const { key } = await call('/v1/mgmt/accesskey/create', { name: 'robot', roleNames: ['Viewer'] });
    await call('/v1/mgmt/accesskey/rotate', { id: key?.id });
    await call('/v1/mgmt/accesskey/deactivate', { id: key?.id });
    await call('/v1/mgmt/tenant/delete', { id: 'globex' });
    const page = await search(client, { oldestFirst: true });

    expect(actionsOf(page)).toEqual([
      'TenantCreated',
      'RoleCreated',
      'RoleModified',
      'PermissionDeleted',
      'AccessKeyCreated',
      'AccessKeyModified',
      'AccessKeyModified',
      'TenantDeleted',
    ]);
    expect(page.audits.map(({ type }) => type)).toEqual(['info', 'info', 'info', 'warn', ...Array(4).fill('info')]);
    expect(page.audits[6]?.data).toEqual({ access_key_id: key?.id, name: 'robot', status: 'inactive' });
    expect(JSON.stringify(page)).not.toContain('cleartext');
  });

  it('has one record of a batch, and none of test users or of a change that changed nothing', async () => {
    await using client = await startClient(plain());
    const { state } = client.emulator;
    const [one, two] = [state.addUser({ loginIds: ['one'] }), state.addUser({ loginIds: ['two'] })];
    const test = state.addUser({ loginIds: ['test'], test: true });
    await client.call('/v1/mgmt/user/update/status', { loginId: 'one', status: 'enabled' });
    await client.call('/v1/mgmt/user/delete/batch', { userIds: [one.userId, two.userId, test.userId] });
    const page = await search(client, { oldestFirst: true });

    expect(actionsOf(page)).toEqual(['UserCreated', 'UserCreated', 'UsersDeleted']);
    expect(page.audits[2]).toMatchObject({ externalIds: ['one', 'two'], data: { user_ids: [one.userId, two.userId] } });
  });

  it('has the logins of people, and those that were refused as warnings', async () => {
    const ssoConfigurations = [{ tenantId: 'acme', saml: { idpSSOUrl: 'https://idp.example' } }];
    const users = [{ userId: 'U1', loginIds: ['ann'], tenants: [{ tenantId: 'acme', roleNames: [] }] }];
    await using client = await startClient({
      ...plain(),
      project: { tenants: [{ id: 'acme' }], users, ssoConfigurations },
    });
    const { state } = client.emulator;
    state.signIn({ user: 'ann' });
    state.updateUser('U1', { status: 'disabled' });
    expect(() => state.signIn({ user: 'ann' })).toThrow('disabled');
    const { audits } = await search(client, { actions: ['LoginSucceed', 'LoginFailed'] });

    expect(audits).toEqual([
      expect.objectContaining({
        action: 'LoginFailed',
        type: 'warn',
        data: { error_message: 'The user U1 is disabled' },
      }),
      expect.objectContaining({
        action: 'LoginSucceed',
        type: 'info',
        userId: 'U1',
        tenants: ['acme'],
        method: 'SAML',
      }),
    ]);
  });

  it('is searched by its filters', async () => {
    await using client = await startClient(plain());
    const { state } = client.emulator;
    const add = (action: string, rest: object) => state.addAuditRecord({ action, ...rest });
    add('A', { userId: 'U1', externalIds: ['ann@x'], tenants: ['acme'], method: 'otp', occurred: noon - 3000 });
    add('B', { userId: 'U2', externalIds: ['bob@y'], type: 'error', actorId: 'K1', occurred: noon - 2000 });
    add('C', { tenants: ['initech'], geo: 'DE', occurred: noon - 1000, data: { flow: 'signup' } });
    const found = async (body: object) => actionsOf(await search(client, body)).join('');

    expect(await found({})).toBe('CBA');
    expect(await found({ oldestFirst: true })).toBe('ABC');
    expect(await found({ userIds: ['U1', 'U2'] })).toBe('BA');
    expect(await found({ actions: ['C'] })).toBe('C');
    expect(await found({ excludedActions: ['C'] })).toBe('BA');
    expect(await found({ externalIds: ['ann@x'] })).toBe('A');
    expect(await found({ excludedExternalIds: ['ann@x'] })).toBe('CB');
    expect(await found({ tenants: ['acme'] })).toBe('A');
    expect(await found({ tenants: ['acme'], noTenants: true })).toBe('BA');
    expect(await found({ noTenants: true })).toBe('B');
    expect(await found({ levels: ['error'] })).toBe('B');
    expect(await found({ actorIds: ['K1'] })).toBe('B');
    expect(await found({ methods: ['otp'] })).toBe('A');
    expect(await found({ geos: ['DE'] })).toBe('C');
    expect(await found({ text: 'BOB' })).toBe('B');
    expect(await found({ loginIdsContain: 'ann' })).toBe('A');
    expect(await found({ searchFields: [{ field: 'flow', valStr: 'signup' }] })).toBe('C');
    expect(await found({ searchFields: [{ field: 'flow', valArr: ['signup'], negative: true }] })).toBe('BA');
    expect(await found({ from: String(noon - 2000), to: String(noon - 1000) })).toBe('CB');
  });

  it('goes back 30 days, pages from 0, and has 1,000 records on a page at most', async () => {
    await using client = await startClient(plain());
    const month = 30 * 86_400_000;
    client.emulator.state.addAuditRecord({ action: 'TooOld', occurred: noon - month - 1 });
    for (let at = 0; at < 1005; at += 1) {
      client.emulator.state.addAuditRecord({ action: 'Custom', occurred: noon - month + at });
    }
    const first = await search(client, { from: '0', size: 5000 });

    expect(first.audits).toHaveLength(1000);
    expect(first.total).toBe(1005);
    expect((await search(client, { page: 1 })).audits).toHaveLength(5);
    expect((await search(client, { page: 1, size: 2 })).audits).toEqual(first.audits.slice(2, 4));
  });

  it('shows a record a minute late, and answers ten searches a minute', async () => {
    let now = noon;
    await using client = await startClient({ ...plain({ auditLagSeconds: 60, auditRateLimit: 'on' }), now: () => now });
    client.emulator.state.addAuditRecord({ action: 'Custom' });
    client.emulator.state.addAuditRecord({ action: 'Late', shownAt: noon + 600_000 });
    now += 59_999;
    expect(actionsOf(await search(client))).toEqual([]);
    now += 1;
    expect(actionsOf(await search(client))).toEqual(['Custom']);
    now = noon + 600_000;
    for (let at = 0; at < 10; at += 1) expect(actionsOf(await search(client))).toEqual(['Late', 'Custom']);
    const refused = await client.send('POST', '/v1/mgmt/audit/search', {});

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await client.send('GET', '/v1/mgmt/tenant/all')).status).toBe(200);
  });

  it('can be odd where switches say so', async () => {
    await using client = await startClient(plain({ auditUnknownActions: 2, auditTotal: 'capped', auditTotalCap: 1 }));
    for (const action of ['One', 'Two']) client.emulator.state.addAuditRecord({ action });
    expect(await search(client)).toMatchObject({ total: 1 });
    expect(actionsOf(await search(client, { oldestFirst: true }))).toEqual(['One', 'Two', 'Lumen.Recalibrated']);

    await using odd = await startClient(
      plain({ auditPages: 'first-again', auditTotal: 'absent', auditOverMaxSize: 'reject' }),
    );
    for (const action of ['One', 'Two']) odd.emulator.state.addAuditRecord({ action });
    expect(await search(odd, { page: 5, size: 1 })).toEqual(await search(odd, { size: 1 }));
    expect(await search(odd)).not.toHaveProperty('total');
    expect((await odd.send('POST', '/v1/mgmt/audit/search', { size: 1001 })).status).toBe(400);
  });

  it('has a month of logins and changes in the sample company', async () => {
    await using client = await startClient({ users: 400 });
    const { audits, total = 0 } = await search(client, { oldestFirst: true });

    expect(total).toBeGreaterThan(500);
    expect(audits.map(({ occurred }) => Number(occurred))).toEqual(
      audits.map(({ occurred }) => Number(occurred)).toSorted((a, b) => a - b),
    );
    expect(actionsOf(await search(client, own))).toContain('Flow.Published');
  });

  it('is searched and written to by the vendor SDK', async () => {
    await using client = await startClient(plain());
    const { projectId, baseUrl, managementKey } = client.emulator;
    const { management } = DescopeClient({ projectId, baseUrl, managementKey });
    const actorId = 'Urobot';
    await management.audit.createEvent({ action: 'Custom', type: 'warn', actorId, tenantId: 'acme', data: { a: 1 } });
    const { data } = await management.audit.searchAll({ from: noon - 1000, actions: ['Custom'] });

    expect(data).toEqual({
      audits: [expect.objectContaining({ action: 'Custom', type: 'warn', actorId, occurred: noon, data: { a: 1 } })],
      total: 1,
    });
  });
});
