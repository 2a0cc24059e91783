import { describe, expect, it } from 'vitest';
import { entitlementIdOf } from '../../src/model/ids.ts';
import { type AskedByName, namedTarget } from '../../src/provisioning/named-target.ts';
import { catalogOf } from '../support/catalog.ts';
import { role, tenant } from '../support/project-fixture.ts';

const catalog = catalogOf({
  tenants: [
    tenant('acme', { name: 'Acme' }),
    tenant('T2twin', { name: 'Twin' }),
    tenant('T3twin', { name: 'Twin' }),
    tenant('Acme GmbH', { name: 'Globex' }),
    tenant('T4', { name: 'Acme GmbH' }),
    tenant('te/nant', { name: '' }),
  ],
  roles: [
    role('Editor', { id: 'ROL1' }),
    role('Ops/On-call'),
    role('Auditor'),
    role('Auditor', { tenantId: 'acme', id: 'ROL2' }),
    role('Approver', { tenantId: 'acme' }),
    role('Approver', { tenantId: 'T2twin' }),
  ],
});

function idOf(asked: AskedByName): string {
  return entitlementIdOf(namedTarget(asked, catalog));
}

describe('what is asked for by name', () => {
  it.each<[AskedByName, string]>([
    [{ role: 'Editor', inTenant: undefined }, 'role:Editor:assigned'],
    [{ role: 'Editor', inTenant: 'Acme' }, 'role_binding:acme/Editor:assigned'],
    [{ role: 'Editor', inTenant: 'acme' }, 'role_binding:acme/Editor:assigned'],
    [{ role: 'ROL1', inTenant: 'acme' }, 'role_binding:acme/Editor:assigned'],
    [{ role: 'Auditor', inTenant: 'Acme' }, 'role:acme/Auditor:assigned'],
    [{ role: 'Auditor', inTenant: undefined }, 'role:Auditor:assigned'],
    [{ role: 'acme/Approver', inTenant: undefined }, 'role:acme/Approver:assigned'],
    [{ role: 'Ops/On-call', inTenant: undefined }, 'role:Ops%2FOn-call:assigned'],
    [{ role: 'Ops%2FOn-call', inTenant: undefined }, 'role:Ops%2FOn-call:assigned'],
    [{ role: 'Ops/On-call', inTenant: 'te/nant' }, 'role_binding:te%2Fnant/Ops%2FOn-call:assigned'],
    [{ tenant: 'Acme' }, 'tenant:acme:member'],
    [{ tenant: 'T3twin' }, 'tenant:T3twin:member'],
    [{ tenant: 'te/nant' }, 'tenant:te/nant:member'],
  ])('%j is %s', (asked, id) => {
    expect(idOf(asked)).toBe(id);
  });

  it.each<[AskedByName, string, string]>([
    [{ tenant: 'Twin' }, 'conflict', 'tenant:T2twin:member, tenant:T3twin:member'],
    [{ tenant: 'Acme GmbH' }, 'conflict', 'tenant:Acme GmbH:member, tenant:T4:member'],
    [
      { role: 'Editor', inTenant: 'Twin' },
      'conflict',
      '2 tenants are called "Twin": name one by its id with --in, or say which with --entitlement: T2twin, T3twin',
    ],
    [{ role: 'Approver', inTenant: 'Twin' }, 'conflict', 'T2twin, T3twin'],
    [
      { role: 'Approver', inTenant: undefined },
      'not-found',
      'name the tenant with --in; did you mean "Approver in Acme" (role:acme/Approver:assigned) or "Approver in Twin" ' +
        '(role:T2twin/Approver:assigned)?',
    ],
    [{ role: 'EDITOR', inTenant: undefined }, 'not-found', 'did you mean "Editor" (role:Editor:assigned)?'],
    [
      { role: 'Nothing like it', inTenant: undefined },
      'not-found',
      'there is no role "Nothing like it" in the project',
    ],
    [
      { role: 'Edito', inTenant: 'acme' },
      'not-found',
      'there is no role "Edito" in "Acme"; did you mean "Editor in Acme" (role_binding:acme/Editor:assigned)?',
    ],
    [{ tenant: 'ACME' }, 'not-found', 'did you mean "Acme" (acme)?'],
    [{ tenant: 'nowhere at all' }, 'not-found', 'there is no tenant with the id or name "nowhere at all"'],
  ])('%j is refused as %s', (asked, kind, says) => {
    expect(() => idOf(asked)).toThrow(expect.objectContaining({ kind, message: expect.stringContaining(says) }));
  });
});
