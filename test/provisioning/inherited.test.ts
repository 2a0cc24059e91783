import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import type { WriteOutcome } from '../../src/descope/users/user-writes.ts';
import { parseTarget } from '../../src/provisioning/request.ts';
import { userPrincipal } from '../support/principal.ts';
import { createFakeProject, type FakeProject } from '../support/provisioning-fake.ts';
import { inTenant, role, tenant, user } from '../support/project-fixture.ts';

/**
 * A tree: group > acme > east, and beside it shut, below a value that one reading forbids. East defines an Editor of
 * its own, acme an Approver. Everybody holds things above, Dot also in east itself.
 */
function tree(options?: Parameters<typeof createFakeProject>[1]): FakeProject {
  return createFakeProject(
    {
      tenants: [
        tenant('group', { name: 'Group' }),
        tenant('acme', { name: 'Acme', parent: 'group' }),
        tenant('east', { name: 'Acme East', parent: 'acme' }),
        tenant('shut', { name: 'Acme Shut', parent: 'acme', roleInheritance: 'none' }),
        tenant('limited', { name: 'Limited', parent: 'acme', roleInheritance: 'userOnly' }),
        tenant('globex', { name: 'Globex' }),
      ],
      roles: [
        role('Editor'),
        role('Viewer'),
        role('Editor', { tenantId: 'east' }),
        role('Approver', { tenantId: 'acme' }),
      ],
      users: [
        user('above', { userTenants: [inTenant('acme', 'Editor', 'Viewer', 'Approver'), inTenant('globex')] }),
        user('top', { userTenants: [inTenant('group', 'Viewer'), inTenant('acme', 'Viewer')] }),
        user('both', { userTenants: [inTenant('acme', 'Viewer'), inTenant('east', 'Viewer')] }),
        user('aside', { roleNames: ['Viewer'], userTenants: [inTenant('globex', 'Viewer')] }),
      ],
    },
    options,
  );
}

const messageOf = async (work: Promise<unknown>): Promise<string> => {
  const thrown = await work.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ConnectorError);
  expect(thrown).toMatchObject({ kind: 'refused' });
  return (thrown as ConnectorError).message;
};
const sent = ({ calls }: FakeProject): readonly string[] => calls.filter((call) => /^(add|remove) /.test(call));

describe('a revoke of what is held only by inheritance', () => {
  it.each([
    ['tenant', 'east', 'above', 'holds membership of Acme East only by inheritance', ['tenant:acme:member in Acme']],
    [
      'tenant',
      'east',
      'top',
      'holds membership of Acme East only by inheritance',
      ['tenant:acme:member in Acme', 'tenant:group:member in Group'],
    ],
    [
      'role_binding',
      'east/Viewer',
      'top',
      'holds Viewer in Acme East only by inheritance',
      ['role_binding:acme/Viewer:assigned in Acme', 'role_binding:group/Viewer:assigned in Group'],
    ],
    [
      'role_binding',
      'east//Editor',
      'above',
      'holds Editor in Acme East only by inheritance',
      ['role_binding:acme/Editor:assigned in Acme'],
    ],
    [
      'role_binding',
      'east/acme/Approver',
      'above',
      'holds Approver in Acme East only by inheritance',
      ['role:acme/Approver:assigned in Acme'],
    ],
    [
      'tenant',
      'shut',
      'above',
      'does not hold membership of Acme Shut itself, but may by inheritance',
      ['tenant:acme:member in Acme (uncertain: parent-governs)'],
    ],
    [
      'role_binding',
      'limited/Viewer',
      'above',
      'does not hold Viewer in Limited itself, but may by inheritance',
      ['role_binding:acme/Viewer:assigned in Acme (uncertain: user-only)'],
    ],
    ['tenant', 'limited', 'above', 'holds membership of Limited only by inheritance', ['tenant:acme:member in Acme']],
  ])('is refused and names every ancestor, and nothing is sent: %s %s of %s', async (typeId, id, who, says, from) => {
    for (const dryRun of [false, true]) {
      const fake = tree({ dryRun });

      const message = await messageOf(fake.provisioner.revoke(parseTarget(typeId, id), userPrincipal(who)));

      expect(message).toBe(`user ${who} ${says}: revoke it where it is held, ${from.join(' and ')}`);
      expect(sent(fake)).toEqual([]);
      expect(fake.intents).toEqual([]);
      expect(fake.audit).toMatchObject([{ operation: 'revoke', outcome: 'refused', writes: 0, error: message }]);
    }
  });

  it.each([
    ['tenant', 'east', 'aside'],
    ['role_binding', 'east/Viewer', 'aside'],
    ['role_binding', 'east/acme/Approver', 'top'],
    ['role_binding', 'east//Editor', 'top'],
    ['role_binding', 'acme/group/Viewer', 'U2Gone'],
  ])('is done already where nothing is held above either: %s %s of %s', async (typeId, id, who) => {
    const fake = tree();

    expect(await fake.provisioner.revoke(parseTarget(typeId, id), userPrincipal(who))).toMatchObject({
      outcome: 'already-revoked',
      inherited: [],
    });
    expect(sent(fake)).toEqual([]);
  });

  it.each([
    ['auto', 'refused'],
    ['parent', 'refused'],
    ['child', 'already-revoked'],
    ['none', 'already-revoked'],
  ] as const)('follows the mode of inheritance: with %s it is %s', async (inheritance, outcome) => {
    const fake = tree({ inheritance });

    await fake.provisioner.revoke(parseTarget('role_binding', 'shut/Viewer'), userPrincipal('above')).catch(() => 0);

    expect(fake.audit).toMatchObject([{ outcome, writes: 0 }]);
    expect(sent(fake)).toEqual([]);
  });

  it('does not take a role that an ancestor defines itself for the role of the project', async () => {
    const fake = tree();
    fake.rows = { ...fake.rows, roles: [...fake.rows.roles, role('Viewer', { tenantId: 'acme' })] };

    expect(
      await fake.provisioner.revoke(parseTarget('role_binding', 'east/Viewer'), userPrincipal('above')),
    ).toMatchObject({ outcome: 'already-revoked' });
    expect(
      await messageOf(fake.provisioner.revoke(parseTarget('role_binding', 'east/acme/Viewer'), userPrincipal('above'))),
    ).toContain('role:acme/Viewer:assigned in Acme');
  });

  it('is refused where the ancestor is known only from lists that are read again', async () => {
    const fake = tree();
    const { tenants } = fake.rows;
    fake.rows = { ...fake.rows, tenants: tenants.map((one) => Object.assign({}, one, { parent: '' })) };
    await fake.provisioner.grant(parseTarget('role', 'Editor'), userPrincipal('both'));
    fake.rows = { ...fake.rows, tenants };

    expect(await messageOf(fake.provisioner.revoke(parseTarget('tenant', 'east'), userPrincipal('above')))).toContain(
      'tenant:acme:member',
    );
  });

  it('is allowed again as soon as the tenant inherits no more, though the lists were read a moment ago', async () => {
    const fake = tree();
    await messageOf(fake.provisioner.revoke(parseTarget('tenant', 'east'), userPrincipal('above')));
    const { tenants } = fake.rows;
    fake.rows = { ...fake.rows, tenants: tenants.map((one) => Object.assign({}, one, { parent: '' })) };

    expect(await fake.provisioner.revoke(parseTarget('tenant', 'east'), userPrincipal('above'))).toMatchObject({
      outcome: 'already-revoked',
    });
  });

  it('names as many ancestors as an answer can carry, and counts the rest', async () => {
    const ids = Array.from({ length: 60 }, (_, depth) => `${depth}-${'x'.repeat(27)}`);
    const fake = createFakeProject({
      tenants: ids.map((id, depth) => tenant(id, { parent: ids[depth + 1] ?? '' })),
      users: [user('above', { userTenants: ids.slice(1).map((id) => inTenant(id)) })],
    });

    const message = await messageOf(
      fake.provisioner.revoke(parseTarget('tenant', ids[0] ?? ''), userPrincipal('above')),
    );

    expect(message.length).toBeLessThan(2_000);
    expect(message).toMatch(/tenant:1-x+:member in 1-x+ and .* and \d+ more above it$/);
  });
});

describe('a holding that is both direct and inherited', () => {
  const viewer = parseTarget('role_binding', 'east/Viewer');
  const both = userPrincipal('both');
  const fromAcme = [
    { tenantId: 'acme', entitlement: 'role_binding:acme/Viewer:assigned', certainty: 'derived' },
  ] as const;

  it('is revoked where it is direct, exactly, and the answer says what is left', async () => {
    const fake = tree();

    const change = await fake.provisioner.revoke(viewer, both);

    expect(change).toMatchObject({
      outcome: 'revoked',
      after: { member: true, roles: [] },
      words: { inherited: 'role_binding:acme/Viewer:assigned in Acme' },
    });
    expect(sent(fake)).toEqual(['remove east/Viewer']);
    expect(fake.audit).toMatchObject([{ outcome: 'revoked', alsoInherited: fromAcme }]);
    expect(await messageOf(fake.provisioner.revoke(viewer, both))).toContain('only by inheritance');
  });

  it('is told in a dry run, too', async () => {
    const fake = tree({ dryRun: true });

    expect(await fake.provisioner.revoke(viewer, both)).toMatchObject({ outcome: 'planned', inherited: [{}] });
    expect(fake.audit).toMatchObject([{ outcome: 'planned', alsoInherited: fromAcme }]);
  });

  it.each([
    ['lost after it happened', true, 'revoked'],
    ['refused, because somebody else was faster', false, 'already-revoked'],
  ])('counts as revoked where the answer is %s', async (_what, isLost, outcome) => {
    const fake = tree();
    fake.onWrite = (_change, carryOut): WriteOutcome => {
      carryOut();
      return isLost
        ? { kind: 'uncertain', error: new ConnectorError('unavailable', 'the connection broke') }
        : { kind: 'refused', error: new ConnectorError('invalid', 'Descope said no') };
    };

    expect(await fake.provisioner.revoke(viewer, both)).toMatchObject({ outcome });
    expect(fake.audit).toMatchObject([{ outcome, alsoInherited: fromAcme }]);
  });

  it('is granted for real where it was inherited only, and the answer says that it is inherited as well', async () => {
    const fake = tree();

    const change = await fake.provisioner.grant(parseTarget('tenant', 'east'), userPrincipal('above'));

    expect(change).toMatchObject({ outcome: 'granted', after: { member: true } });
    expect(sent(fake)).toEqual(['add east/']);
    expect(fake.audit).toMatchObject([
      { outcome: 'granted', alsoInherited: [{ tenantId: 'acme', entitlement: 'tenant:acme:member' }] },
    ]);
  });

  it('says of uncertain inheritance why it is uncertain', async () => {
    const fake = tree();

    await fake.provisioner.grant(parseTarget('tenant', 'shut'), userPrincipal('above'));

    expect(fake.audit).toMatchObject([{ alsoInherited: [{ certainty: 'uncertain', reason: 'parent-governs' }] }]);
  });

  it('adds nothing to the line of a change where nothing is inherited', async () => {
    const fake = tree();

    await fake.provisioner.grant(parseTarget('tenant', 'east'), userPrincipal('aside'));

    expect(fake.audit[0]).not.toHaveProperty('alsoInherited');
  });
});

describe('a grant of a role inside a tenant to a member by inheritance', () => {
  it('asks for a membership of its own, and says through what the inherited one comes', async () => {
    const fake = tree();

    const message = await messageOf(
      fake.provisioner.grant(parseTarget('role_binding', 'east/Viewer'), userPrincipal('above')),
    );

    expect(message).toBe(
      'user above is not itself a member of Acme East, only by inheritance through tenant:acme:member in Acme: grant ' +
        'tenant:east:member first, or use --join-tenant',
    );
    expect(sent(fake)).toEqual([]);
  });
});

describe('a derived binding', () => {
  it.each([
    ['east/acme/Approver', 'role:acme/Approver:assigned in Acme'],
    ['east//Editor', 'role_binding:acme/Editor:assigned in Acme and role_binding:group/Editor:assigned in Group'],
    ['globex//Viewer', undefined],
    ['globex/acme/Approver', undefined],
  ])('is never granted: of %s it is said where it comes from', async (id, from) => {
    const fake = tree({ joinTenant: true });

    const message = await messageOf(fake.provisioner.grant(parseTarget('role_binding', id), userPrincipal('aside')));

    expect(message).toContain(`is held by inheritance only (role_binding:${id}:assigned)`);
    expect(message).toContain(
      from === undefined ? ', and nothing is inherited so at present' : `: grant it where it comes from, ${from}`,
    );
    expect(sent(fake)).toEqual([]);
  });

  it('is not called revoked where its role may have been renamed', async () => {
    const fake = tree();
    fake.rows = { ...fake.rows, roles: [role('Editor'), role('Authoriser', { tenantId: 'acme' })] };

    for (const id of ['east/acme/Approver', 'east//Viewer']) {
      expect(
        await messageOf(fake.provisioner.revoke(parseTarget('role_binding', id), userPrincipal('above'))),
      ).toContain('may still hold it under its new name');
    }
  });

  it('is not called revoked where the tenant lost its own role of that name, and the role is held there', async () => {
    const fake = tree();

    expect(
      await messageOf(fake.provisioner.revoke(parseTarget('role_binding', 'globex//Viewer'), userPrincipal('aside'))),
    ).toContain('revoke that, role_binding:globex/Viewer:assigned');
    expect(sent(fake)).toEqual([]);
  });

  it.each(['gone/acme/Approver', 'east/gone/Approver', 'gone//Editor'])(
    'counts as revoked where a tenant of it is gone: %s',
    async (id) => {
      const fake = tree();

      expect(await fake.provisioner.revoke(parseTarget('role_binding', id), userPrincipal('above'))).toMatchObject({
        outcome: 'already-revoked',
      });
    },
  );

  it('is refused where its id would be another one if its parts were encoded', async () => {
    const fake = tree();
    fake.rows = {
      ...fake.rows,
      roles: [role('Ops/On-call')],
      users: [user('above', { userTenants: [inTenant('acme', 'Ops/On-call')] })],
    };

    expect(
      await messageOf(fake.provisioner.revoke(parseTarget('role_binding', 'acme/Ops/On-call'), userPrincipal('above'))),
    ).toContain('(role_binding:acme/Ops%2FOn-call:assigned)');
  });
});
