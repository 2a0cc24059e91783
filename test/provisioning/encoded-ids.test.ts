import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectSeed } from '../../src/emulator/emulator.ts';
import { failureOf } from '../support/grpc-call.ts';
import { type Provisioning, startProvisioning } from '../support/provisioning-server.ts';

/** Names and tenant ids that hold what ids are made of, and Bob, who holds all of it. */
const project: ProjectSeed = {
  tenants: [
    { id: 'acme', name: 'Acme' },
    { id: 'te/nant', name: 'North/South' },
    { id: 'T2half', name: '50% Ltd' },
  ],
  permissions: [{ name: 'read/write' }],
  roles: [
    { name: 'Ops/On-call' },
    { name: '50% off' },
    { name: 'Plain' },
    { name: 'Ops%2FLate' },
    { name: 'In/Own', tenantId: 'acme' },
  ],
  users: [
    {
      userId: 'U2Bob',
      roleNames: ['Ops/On-call', '50% off', 'Plain', 'Ops%2FLate'],
      tenants: [
        { tenantId: 'acme', roleNames: ['Ops/On-call', 'In/Own'] },
        { tenantId: 'te/nant', roleNames: ['Plain'] },
        { tenantId: 'T2half', roleNames: [] },
      ],
    },
  ],
};

let server: Provisioning;

beforeEach(async () => {
  server = await startProvisioning({ emulator: { project } });
});

afterEach(() => server[Symbol.asyncDispose]());

describe('an id with parts that are not encoded, and that would name something if they were', () => {
  it.each([
    ['role', 'Ops/On-call', 'role:Ops%2FOn-call:assigned'],
    ['role_binding', 'Ops/On-call', 'role:Ops%2FOn-call:assigned'],
    ['role', 'ops/on-call', 'role:Ops%2FOn-call:assigned'],
    ['role', 'Ops%252FOn-call', 'role:Ops%2FOn-call:assigned'],
    ['role', 'Ops%2FLate', 'role:Ops%252FLate:assigned'],
    ['role_binding', 'te%252Fnant/Plain', 'role_binding:te%2Fnant/Plain:assigned'],
    ['role_binding', 'North%2FSouth/Plain', 'role_binding:te%2Fnant/Plain:assigned'],
    ['role', '50%25 Ltd/Plain', 'role_binding:T2half/Plain:assigned'],
    ['tenant', 'te%2Fnant', 'tenant:te/nant:member'],
    ['tenant', 'TE/NANT', 'tenant:te/nant:member'],
    ['tenant', '50% Ltd', 'tenant:T2half:member'],
    ['tenant', '50%25 Ltd', 'tenant:T2half:member'],
    ['tenant', 'Acme', 'tenant:acme:member'],
    ['tenant', '%61cme', 'tenant:acme:member'],
    ['tenant', '50%25%20Ltd', 'tenant:T2half:member'],
    ['tenant', 'te%252Fnant', 'tenant:te/nant:member'],
  ])(
    'is refused for a revoke and not found for a grant, with the right id, and nothing is sent: %s %s',
    async (typeId, resource, right) => {
      const errors = [
        await failureOf(server.revoke(typeId, resource, 'U2Bob')),
        await failureOf(server.grant(typeId, resource, 'U2Bob')),
      ];

      expect(errors.map(({ code }) => code)).toEqual([status.FAILED_PRECONDITION, status.NOT_FOUND]);
      for (const { details } of errors) {
        expect(details).toContain(`(${right})`);
      }
      expect(server.writes()).toEqual([]);
      expect(server.audit).toMatchObject([{ outcome: 'refused' }, { outcome: 'refused' }]);
    },
  );

  it.each([
    ['role', 'Ops%2FOn-call'],
    ['role', '50%25 off'],
    ['role', 'Ops%252FLate'],
    ['role', 'acme/In%2FOwn'],
    ['role_binding', 'acme/Ops%2FOn-call'],
    ['role_binding', 'te%2Fnant/Plain'],
    ['tenant', 'te/nant'],
  ])('stands for what it names where it is encoded: %s %s', async (typeId, resource) => {
    expect(await server.revoke(typeId, resource, 'U2Bob')).toMatchObject({ isOld: false });
    expect(server.writes()).toHaveLength(1);
  });

  it('stands for what it names as it is, whatever else it would name if it were encoded', async () => {
    server.emulator.state.putTenant({ id: 'Ops' });
    server.emulator.state.putRole({ name: 'On-call', tenantId: 'Ops' });
    server.emulator.state.grantRole('U2Bob', 'On-call', 'Ops');

    expect(await server.revoke('role', 'Ops/On-call', 'U2Bob')).toMatchObject({ isOld: false });
    expect(server.emulator.state.user('U2Bob')?.roleNames).toContain('Ops/On-call');
  });

  it('is refused with how names are encoded where its form is not that of an id', async () => {
    const { code, details } = await failureOf(server.revoke('role', '50% off', 'U2Bob'));

    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(details).toContain('"%" and "/" inside a name are written %25 and %2F');
  });

  it('is already revoked where the tenant was deleted and nothing else fits', async () => {
    server.emulator.state.deleteTenant('acme');

    expect(await server.revoke('role', 'acme/In%2FOwn', 'U2Bob')).toMatchObject({ isOld: true });
    expect(await server.revoke('tenant', 'acme', 'U2Bob')).toMatchObject({ isOld: true });
  });
});
