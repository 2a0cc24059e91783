import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import type { WriteOutcome } from '../../src/descope/users/user-writes.ts';
import { parseTarget } from '../../src/provisioning/request.ts';
import { userPrincipal } from '../support/principal.ts';
import { createFakeProject, type FakeProject } from '../support/provisioning-fake.ts';
import { inTenant, role, tenant, user } from '../support/project-fixture.ts';

function project(options?: Parameters<typeof createFakeProject>[1]): FakeProject {
  return createFakeProject(
    {
      tenants: [tenant('acme', { name: 'Acme' }), tenant('globex')],
      roles: [
        role('Editor'),
        role('Viewer'),
        role('Approver', { tenantId: 'acme' }),
        role('Viewer', { tenantId: 'globex' }),
      ],
      users: [
        user('ann', { userTenants: [inTenant('acme')] }),
        user('bob', {
          name: 'Bob',
          roleNames: ['Editor'],
          userTenants: [inTenant('acme', 'Editor', 'Approver'), inTenant('globex', 'Editor')],
        }),
      ],
    },
    options,
  );
}

const lost: WriteOutcome = { kind: 'uncertain', error: new ConnectorError('unavailable', 'the connection broke') };
const refused: WriteOutcome = { kind: 'refused', error: new ConnectorError('invalid', 'Descope said no') };
const ann = userPrincipal('ann');
const bob = userPrincipal('bob');
const editorInAcme = parseTarget('role_binding', 'acme/Editor');
const lists = ['tenants', 'roles'];
const look = [...lists, 'load'];

describe('a change', () => {
  it('looks at lists and user, then writes once, under one request id', async () => {
    const fake = project();

    const { outcome, requestId } = await fake.provisioner.grant(editorInAcme, ann);

    expect(outcome).toBe('granted');
    expect(fake.calls).toEqual([...look, 'add acme/Editor']);
    expect([...fake.requestIds]).toEqual([requestId]);
    expect(fake.slept).toEqual([]);
  });

  it.each([
    [60_000, ['load', 'add acme/Editor']],
    [60_001, [...look, 'add acme/Editor']],
  ])('%i ms after the lists were read asks for %j', async (ms, calls) => {
    const fake = project();
    await fake.provisioner.grant(parseTarget('role', 'Viewer'), ann);
    fake.requests.length = 0;
    fake.nowMs += ms;

    await fake.provisioner.grant(editorInAcme, ann);

    expect(fake.calls).toEqual(calls);
  });

  it.each([
    ['grant', 'role', 'Nowhere', 'ann', 'not-found'],
    ['grant', 'role_binding', 'globex/Editor', 'ann', 'refused'],
    ['grant', 'role_binding', 'globex/Viewer', 'bob', 'refused'],
    ['grant', 'role', 'Editor', 'nobody', 'not-found'],
    ['revoke', 'role', 'Nowhere', 'bob', 'refused'],
    ['revoke', 'role_binding', 'globex/Viewer', 'bob', 'refused'],
  ] as const)(
    'that is forbidden by lists read before is judged by new ones first: %s %s %s %s',
    async (operation, typeId, resource, userId, kind) => {
      const fake = project();
      await fake.provisioner.grant(parseTarget('role', 'Viewer'), ann);
      fake.requests.length = 0;

      await expect(
        fake.provisioner[operation](parseTarget(typeId, resource), userPrincipal(userId)),
      ).rejects.toMatchObject({ kind });

      expect(fake.calls).toEqual(['load', ...lists]);
    },
  );

  it('that finds no role to revoke reads the lists again before it says so', async () => {
    const fake = project();
    await fake.provisioner.grant(parseTarget('role', 'Viewer'), ann);
    fake.requests.length = 0;

    await fake.provisioner.revoke(parseTarget('role', 'Editor'), ann);

    expect(fake.calls).toEqual(['load', ...lists]);
  });

  it.each([
    ['the user is in another tenant, which may lie above it', 'ann', 'auto', ['load', ...lists]],
    ['the user is in no tenant', 'cat', 'auto', ['load']],
    ['nothing is inherited', 'ann', 'none', ['load']],
  ] as const)('that finds no membership to revoke: %s', async (_what, userId, inheritance, calls) => {
    const fake = project({ inheritance });
    fake.rows = { ...fake.rows, users: [...fake.rows.users, user('cat')] };
    await fake.provisioner.grant(parseTarget('role', 'Viewer'), ann);
    fake.requests.length = 0;

    await fake.provisioner.revoke(parseTarget('tenant', 'globex'), userPrincipal(userId));

    expect(fake.calls).toEqual(calls);
  });

  it('whose answer is lost reads lists and user again before it is sent again', async () => {
    const fake = project();
    fake.onWrite = () => {
      fake.onWrite = undefined;
      return lost;
    };

    await fake.provisioner.grant(editorInAcme, ann);

    expect(fake.calls).toEqual([...look, 'add acme/Editor', ...look, 'add acme/Editor']);
    expect(fake.slept).toEqual([500]);
  });

  it('whose answer is lost after it happened is not sent again', async () => {
    const fake = project();
    fake.onWrite = (_change, carryOut) => {
      carryOut();
      return lost;
    };

    expect(await fake.provisioner.grant(editorInAcme, ann)).toMatchObject({
      outcome: 'granted',
      writes: [{ body: { tenantId: 'acme' } }],
    });
    expect(await fake.provisioner.revoke(editorInAcme, ann)).toMatchObject({
      outcome: 'revoked',
      writes: [{ body: { tenantId: 'acme' } }],
    });
  });

  it('is sent three times at most, each time after a load, with longer waits', async () => {
    const fake = project();
    fake.onWrite = () => lost;

    await expect(fake.provisioner.revoke(editorInAcme, bob)).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'the connection broke',
    });

    expect(fake.calls).toEqual([
      ...look,
      'remove acme/Editor',
      ...look,
      'remove acme/Editor',
      ...look,
      'remove acme/Editor',
      ...look,
    ]);
    expect(fake.slept).toEqual([500, 1000, 2000]);
  });

  it('that Descope refuses is read back once and not sent again', async () => {
    const fake = project();
    fake.onWrite = () => refused;

    await expect(fake.provisioner.grant(editorInAcme, ann)).rejects.toMatchObject({
      kind: 'invalid',
      message: 'Descope said no',
    });

    expect(fake.calls).toEqual([...look, 'add acme/Editor', ...look]);
  });

  it('does not count as done by an answer that shows it in another scope', async () => {
    const fake = project();
    fake.onWrite = () => ({
      kind: 'answered',
      user: user('ann', { roleNames: ['Editor'], userTenants: [inTenant('acme'), inTenant('globex', 'Editor')] }),
    });

    await expect(fake.provisioner.grant(editorInAcme, ann)).rejects.toMatchObject({ kind: 'inconsistent' });
  });

  it('that another caller may have made while the answer was lost counts as made by this one', async () => {
    const fake = project();
    fake.onWrite = () => lost;
    fake.onRequest = ({ endpoint }) => {
      if (endpoint === 'loadForWrite' && fake.calls.includes('add acme/Editor')) {
        fake.rows = { ...fake.rows, users: [user('ann', { userTenants: [inTenant('acme', 'Editor')] })] };
      }
    };

    expect(await fake.provisioner.grant(editorInAcme, ann)).toMatchObject({ outcome: 'granted' });
  });

  it('that revokes a role which no list has is done once the record does not show it, though the answer was lost', async () => {
    const fake = project();
    fake.rows = { ...fake.rows, users: [user('bob', { roleNames: ['Gone'] })] };
    fake.onWrite = (_change, carryOut) => {
      carryOut();
      return lost;
    };

    expect(await fake.provisioner.revoke(parseTarget('role', 'Gone'), bob)).toMatchObject({ outcome: 'revoked' });
  });

  it('waits for earlier changes of the same user, also when those fail', async () => {
    const fake = project();
    fake.onWrite = () => {
      fake.onWrite = undefined;
      return refused;
    };

    const [first, second] = await Promise.allSettled([
      fake.provisioner.grant(editorInAcme, ann),
      fake.provisioner.grant(editorInAcme, ann),
    ]);

    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(fake.audit.map(({ outcome }) => outcome)).toEqual(['failed', 'granted']);
  });

  it('is not sent again after its caller cancelled it', async () => {
    const fake = project({ sleep: () => Promise.reject(new ConnectorError('cancelled', 'gone')) });
    fake.onWrite = () => lost;

    await expect(fake.provisioner.grant(editorInAcme, ann)).rejects.toMatchObject({ kind: 'cancelled' });

    expect(fake.calls.filter((call) => call.startsWith('add'))).toHaveLength(1);
    expect(fake.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
  });
});

describe('the words for a change', () => {
  it.each([
    ['role', 'Editor', 'Editor'],
    ['role', 'acme/Approver', 'Approver in Acme'],
    ['role_binding', 'globex/Editor', 'Editor in globex'],
    ['tenant', 'acme', 'Acme'],
  ])('name user, role and tenant as people call them: %s %s is "%s"', async (typeId, resource, words) => {
    const { provisioner } = project();

    expect((await provisioner.revoke(parseTarget(typeId, resource), bob)).words).toMatchObject({
      principal: 'Bob',
      target: words,
    });
  });

  it('name what was lost besides', async () => {
    const { provisioner } = project();

    const { words, alongsideTargets } = await provisioner.revoke(parseTarget('tenant', 'acme'), bob);

    expect(words.alongside).toEqual(['Editor in Acme', 'Approver in Acme']);
    expect(alongsideTargets.map(({ typeId, resourceId }) => `${typeId}:${resourceId}`)).toEqual([
      'role_binding:acme/Editor',
      'role:acme/Approver',
    ]);
  });
});
