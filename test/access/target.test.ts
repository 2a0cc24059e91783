import { describe, expect, it } from 'vitest';
import { targetOf } from '../../src/access/target.ts';
import { catalogOf } from '../support/catalog.ts';
import { role, tenant } from '../support/project-fixture.ts';

const catalog = catalogOf({
  tenants: [tenant('acme', { name: 'Acme' }), tenant('globex')],
  roles: [
    role('Editor'),
    role('Viewer'),
    role('Approver', { tenantId: 'acme' }),
    role('Viewer', { tenantId: 'globex' }),
  ],
});

describe('the target of a holding', () => {
  it.each([
    ['', 'Editor', 'role', 'Editor', 'assigned'],
    ['acme', 'Approver', 'role', 'acme/Approver', 'assigned'],
    ['acme', 'Editor', 'role_binding', 'acme/Editor', 'assigned'],
    ['globex', 'Viewer', 'role', 'globex/Viewer', 'assigned'],
    ['acme', undefined, 'tenant', 'acme', 'member'],
  ])('"%s" %s is %s %s, %s', (tenantId, roleName, typeId, resourceId, slug) => {
    expect(targetOf(catalog, { tenantId, roleName })).toEqual({ typeId, resourceId, slug, tenantId, roleName });
  });

  it.each([
    ['acme', 'Nowhere'],
    ['globex', 'Approver'],
    ['', '__proto__'],
  ])('is undefined where neither tenant nor project defines the role: "%s" %s', (tenantId, roleName) => {
    expect(targetOf(catalog, { tenantId, roleName })).toBeUndefined();
  });
});
