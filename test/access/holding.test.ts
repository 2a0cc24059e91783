import { describe, expect, it } from 'vitest';
import { gainedBetween, holds } from '../../src/access/holding.ts';
import { inTenant, user } from '../support/project-fixture.ts';

describe('a record', () => {
  const bob = user('bob', { roleNames: ['Viewer'], userTenants: [inTenant('acme', 'Editor'), inTenant('globex')] });

  it.each([
    ['', 'Viewer', true],
    ['', 'Editor', false],
    ['acme', 'Editor', true],
    ['acme', 'Viewer', false],
    ['acme', 'editor', false],
    ['globex', 'Editor', false],
    ['globex', undefined, true],
    ['initech', undefined, false],
    ['', undefined, false],
    ['__proto__', undefined, false],
  ])('in scope "%s" shows %s: %s', (tenantId, roleName, isHeld) => {
    expect(holds(bob, { tenantId, roleName })).toBe(isHeld);
  });

  it('that shows more than another one tells what came, by scope', () => {
    const after = user('bob', {
      roleNames: ['Viewer', 'Editor'],
      userTenants: [inTenant('acme', 'Editor', 'Viewer'), inTenant('initech', 'Editor')],
    });

    expect(gainedBetween(bob, after)).toEqual([
      { tenantId: '', roleName: 'Editor' },
      { tenantId: 'acme', roleName: 'Viewer' },
      { tenantId: 'initech', roleName: undefined },
      { tenantId: 'initech', roleName: 'Editor' },
    ]);
    expect(gainedBetween(after, bob)).toEqual([{ tenantId: 'globex', roleName: undefined }]);
    expect(gainedBetween(bob, bob)).toEqual([]);
  });
});
