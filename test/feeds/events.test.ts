import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../src/descope/audit/audit.ts';
import type { Role } from '../../src/descope/roles.ts';
import { DescopeModel, serverNowMs } from '../support/descope-model.ts';
import { auditRecord, readingOf } from '../support/feed-reading.ts';

const occurredMs = serverNowMs - 3_600_000;
const record = (rest: Partial<AuditRecord>): AuditRecord => auditRecord('A1', occurredMs, { userId: '', ...rest });

function roleOf(name: string, tenantId: string): Role {
  return {
    id: name,
    name,
    tenantId,
    description: '',
    permissionNames: [],
    isDefault: false,
    isPrivate: false,
    createdTime: undefined,
  };
}

async function changesOf(rest: Partial<AuditRecord>): Promise<readonly string[]> {
  const model = new DescopeModel({
    rows: {
      roles: [roleOf('Editor', ''), roleOf('Approver', 'acme')],
    },
  });
  model.audits = [record(rest)];
  const events = await readingOf(model).poll();
  return events.map((event) => {
    switch (event.kind) {
      case 'resource_change':
        return `${event.resource.typeId} ${event.resource.id}`;
      case 'usage':
        return 'usage';
      default: {
        const { entitlement, principal } = event;
        return `${event.kind} ${entitlement.typeId}:${entitlement.resourceId}:${entitlement.slug} to ${principal.id}`;
      }
    }
  });
}

describe('a login', () => {
  it.each([
    ['the project where its record names no application', {}, { typeId: 'project', id: 'P2fake' }],
    ['the application that it names', { app_id: 'SA1' }, { typeId: 'application', id: 'SA1' }],
    ['the project where what names it is no text', { app_id: 7 }, { typeId: 'project', id: 'P2fake' }],
  ])('is a use of %s', async (_what, data, target) => {
    const model = new DescopeModel({});
    model.audits = [record({ action: 'LoginSucceed', userId: 'U1', data })];
    const [event] = await readingOf(model, 'descope_usage_event_feed').poll();

    expect(event).toEqual({ kind: 'usage', id: 'A1', occurredMs, target, actor: { typeId: 'user', id: 'U1' } });
  });

  it('that names nobody is told as no event, and counted once', async () => {
    const model = new DescopeModel({});
    model.audits = [
      record({ action: 'LoginSucceed' }),
      auditRecord('A2', occurredMs + 1, { action: 'LoginSucceed', userId: 'U1' }),
    ];
    const reading = readingOf(model, 'descope_usage_event_feed');

    expect((await reading.poll()).map(({ id }) => id)).toEqual(['A2']);
    await reading.poll();

    expect(reading.nameless()).toBe(1);
  });

  it('is no change, and a change is no login', async () => {
    const model = new DescopeModel({});
    const actions = [
      'LoginSucceed',
      'LoginFailed',
      'LoginStarted',
      'LoginStartedFailed',
      'UserRefresh',
      'UserModified',
    ];
    model.audits = actions.map((action, n) => auditRecord(`A${n}`, occurredMs + n, { action }));
    model.tamperAudit = () => ({ records: model.audits, total: actions.length }); // as if filters were not looked at

    expect((await readingOf(model).poll()).map(({ id }) => id)).toEqual(['A5']);
    expect((await readingOf(model, 'descope_usage_event_feed').poll()).map(({ id }) => id)).toEqual(['A0']);
  });
});

describe('a change', () => {
  it.each<[string, Partial<AuditRecord>, readonly string[]]>([
    ['of a user', { action: 'UserModified', userId: 'U1', tenantIds: ['acme'] }, ['user U1', 'tenant acme']],
    ['of several users', { action: 'UsersDeleted', data: { user_ids: ['U1', 'U2'] } }, ['user U1', 'user U2']],
    ['of a key', { action: 'AccessKeyModified', data: { access_key_id: 'K1' } }, ['access_key K1']],
    ['of a key that is named in another way', { action: 'AccessKeyDeleted', data: { id: 'K1' } }, ['access_key K1']],
    [
      'of several keys',
      { action: 'AccessKeysDeleted', data: { ids: ['K1', 'K2'] } },
      ['access_key K1', 'access_key K2'],
    ],
    ['of a role of the project', { action: 'RoleCreated', data: { name: 'Editor' } }, ['role Editor']],
    [
      'of a role of a tenant',
      { action: 'RoleDeleted', tenantIds: ['acme'], data: { name: 'A/B' } },
      ['role acme/A%2FB', 'tenant acme'],
    ],
    ['of a tenant', { action: 'TenantModified', tenantIds: ['acme'], data: { tenant_id: 'acme' } }, ['tenant acme']],
    ['of the roles of a user', { userId: 'U1', data: { roleNames: ['Editor'] } }, ['user U1', 'role Editor']],
    [
      'that nobody knows, of whatever it names',
      { action: 'Flux', userId: 'U1', tenantIds: ['a'] },
      ['user U1', 'tenant a'],
    ],
    ['that names nothing, of the project', { action: 'Flux', data: { id: 'X' } }, ['project P2fake']],
    [
      'whose data is odd',
      { action: 'RoleModified', data: { name: 7, role_name: [], roleNames: 'x' } },
      ['project P2fake'],
    ],
  ])('%s', async (_what, rest, expected) => {
    expect(await changesOf({ action: 'UserModified', ...rest })).toEqual(expected);
  });

  it('counts the actions that no page of Descope has, and no others', async () => {
    const model = new DescopeModel({});
    model.audits = ['UserCreated', 'Flux', 'PermissionDeleted', 'LoginExceedMaxAttempts', 'TenantModified'].map(
      (action, n) => auditRecord(`A${n}`, occurredMs + n, { action }),
    );
    const reading = readingOf(model);
    await reading.poll();

    expect(reading.unknownActions).toEqual(['Flux', 'TenantModified']);
  });

  it('has an id for each of its events, the same whenever it is read', async () => {
    const model = new DescopeModel({});
    model.audits = [record({ userId: 'U1', tenantIds: ['a', 'b'] })];
    const ids = (await readingOf(model).poll()).map(({ id }) => id);

    expect(ids).toEqual(['A1', 'A1:1', 'A1:2']);
    expect((await readingOf(model).poll()).map(({ id }) => id)).toEqual(ids);
  });
});

describe('a grant', () => {
  it('is told of all that a new user holds', async () => {
    const userTenants = [{ tenantId: 'acme', roleNames: ['Approver', 'Editor', 'Gone'] }];

    expect(
      await changesOf({ action: 'UserCreated', userId: 'U1', data: { roleNames: ['Editor', 'Gone'], userTenants } }),
    ).toEqual([
      'user U1',
      'role Editor',
      'role Gone',
      'create_grant role:Editor:assigned to U1',
      'create_grant tenant:acme:member to U1',
      'create_grant role:acme/Approver:assigned to U1',
      'create_grant role_binding:acme/Editor:assigned to U1',
    ]);
  });

  it('is not told of what a user holds after a change, which may be old', async () => {
    const data = { roleNames: ['Editor'], userTenants: [{ tenantId: 'acme', roleNames: ['Editor'] }] };

    expect((await changesOf({ userId: 'U1', data })).filter((event) => event.startsWith('create'))).toEqual([]);
  });

  it('is told of what a record names as added and removed', async () => {
    const data = { tenantId: 'acme', addedRoleNames: ['Approver'], removedRoleNames: ['Editor'] };
    const ofTenant = await changesOf({ userId: 'U1', tenantIds: ['acme'], data });

    expect(ofTenant).toEqual([
      'user U1',
      'tenant acme',
      'create_grant role:acme/Approver:assigned to U1',
      'create_revoke role_binding:acme/Editor:assigned to U1',
    ]);
    expect(await changesOf({ userId: 'U1', tenantIds: ['other'], data })).not.toContainEqual(
      expect.stringContaining('create'),
    );
  });

  it('is told of nobody where the record names no user', async () => {
    expect(await changesOf({ action: 'UserCreated', data: { roleNames: ['Editor'] } })).toEqual(['role Editor']);
  });
});
