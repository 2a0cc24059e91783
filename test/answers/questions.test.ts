import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { accessOf } from '../../src/answers/access-of.ts';
import { type AccessPath, pathInWords } from '../../src/answers/access-path.ts';
import { diffOf } from '../../src/answers/diff.ts';
import { changeInWords } from '../../src/answers/diff-text.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { accessTruthOf } from '../support/access-truth.ts';
import { inheritedAccessOf } from '../support/inherited-access-truth.ts';
import { projectArbitrary } from '../support/arbitraries.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'questions-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function indexOf(
  rows: Partial<Rows>,
  name = 'sync.json',
  policy: Parameters<typeof writeSync>[2] = {},
): ReturnType<typeof createFileIndex> {
  const path = join(folder, name);
  await writeSync(path, rows, policy);
  return await createFileIndex(path);
}

const keyOf = ({
  userId,
  kind,
  role: held,
  tenantId,
  permission: allowed,
  way = 'direct',
  from = '',
  certainty = '',
  reason = '',
}: Pick<AccessPath, 'userId' | 'kind' | 'role' | 'tenantId' | 'permission'> & Partial<AccessPath>): string =>
  JSON.stringify([userId, kind, held, tenantId, allowed, way, from, certainty, reason]);

/** What the records say of everybody, what is inherited included: the fields that a key is made of, and permissions. */
function truthOf(
  rows: Rows,
): (Omit<Parameters<typeof keyOf>[0], 'permission'> & { readonly permissions: readonly string[] })[] {
  const inherited = inheritedAccessOf(rows).map((path) =>
    Object.assign({}, path, { way: 'inherited', certainty: path.reason === '' ? 'derived' : 'uncertain' } as const),
  );
  return [...accessTruthOf(rows), ...inherited];
}

/** A project in which everything has a name that a person would give it. */
function office(): Rows {
  return {
    users: [
      user('U1', {
        name: 'Ada',
        loginIds: ['ada@acme.example', 'ada'],
        email: 'ada@acme.example',
        userTenants: [inTenant('acme', 'Editor')],
      }),
      user('U2', { name: 'Bob', loginIds: ['bob'], roleNames: ['Editor'], status: 'disabled' }),
      user('U3', { name: 'Bob', userTenants: [inTenant('acme', 'Approver'), inTenant('globex', 'Editor')] }),
      user('ada', { name: 'Mallory', email: 'mallory@globex.example' }),
    ],
    tenants: [
      tenant('acme', { name: 'Acme' }),
      tenant('globex', { name: 'Globex', parent: 'acme' }),
      tenant('twin', { name: 'Globex' }),
    ],
    roles: [
      role('Editor', { permissionNames: ['write'] }),
      role('Approver', { tenantId: 'acme', permissionNames: ['approve', 'write'] }),
      role('Idle', { permissionNames: ['idle'] }),
    ],
    permissions: [permission('write'), permission('approve'), permission('idle'), permission('free')],
  };
}

describe('who can', () => {
  it('tells each way with its path: project roles everywhere, others in their tenant', async () => {
    await using index = await indexOf(office());

    const answer = whoCan(index, 'write');

    expect(Array.from(answer.paths(), pathInWords)).toEqual([
      'Bob -> Editor (whole project) -> write',
      'Bob -> Approver (Acme) -> write',
      'Ada -> Editor in Acme -> write',
      'Bob -> Approver of Acme in Globex -> write (inherited: Acme > Globex)',
      'Bob -> Editor in Globex -> write',
      'Ada -> Editor in Globex -> write (inherited: Acme > Globex)',
    ]);
    expect(answer.counts()).toEqual({ users: 3, held: 6 });
    expect(Array.from(whoCan(index, 'write', 'globex').paths(), ({ userId, way }) => [userId, way])).toEqual([
      ['U2', 'direct'],
      ['U3', 'inherited'],
      ['U3', 'direct'],
      ['U1', 'inherited'],
    ]);
    expect(Array.from(whoCan(index, 'write', 'Acme').paths(), ({ userId, tenantId }) => [userId, tenantId])).toEqual([
      ['U2', ''],
      ['U3', 'acme'],
      ['U1', 'acme'],
    ]);
  });

  it('tells nobody apart from no way: a role that nobody holds, a permission that no role has', async () => {
    await using index = await indexOf(office());

    expect([whoCan(index, 'idle').ways, whoCan(index, 'idle').counts()]).toEqual([1, { users: 0, held: 0 }]);
    expect([whoCan(index, 'free').ways, [...whoCan(index, 'free').paths()]]).toEqual([0, []]);
  });

  it('refuses a permission and a tenant that are not there, and a name that two tenants bear', async () => {
    await using index = await indexOf(office());

    expect(() => whoCan(index, 'wrote')).toThrow(
      expect.objectContaining({ kind: 'not-found', message: expect.stringContaining('did you mean "write"') }),
    );
    expect(() => whoCan(index, 'write', 'initech')).toThrow(expect.objectContaining({ kind: 'not-found' }));
    expect(() => whoCan(index, 'write', 'Globex')).toThrow(
      expect.objectContaining({
        kind: 'conflict',
        message: expect.stringMatching(/\n {2}globex {2}Globex\n {2}twin {2}Globex/),
      }),
    );
  });
});

describe('access of a user', () => {
  it.each([
    ['U1', 'U1'],
    ['ada@acme.example', 'U1'],
    ['ADA@acme.example', 'U1'],
    ['Ada', 'U1'],
    ['bob', 'U2'],
    ['ada', 'ada'],
    ['Mallory', 'ada'],
  ])('finds by %j the user %s', async (asked, expected) => {
    await using index = await indexOf(office());

    expect(accessOf(index, asked).user.id).toBe(expected);
  });

  it('refuses a name that two bear, with the ids to choose from, and a name that nobody bears', async () => {
    await using index = await indexOf(office());

    expect(() => accessOf(index, 'Bob')).toThrow(
      expect.objectContaining({ kind: 'conflict', message: expect.stringMatching(/U2.*\n.*U3/) }),
    );
    expect(() => accessOf(index, 'Eve')).toThrow(expect.objectContaining({ kind: 'not-found' }));
  });

  it('tells memberships, roles and what follows, by tenant', async () => {
    await using index = await indexOf(office());

    expect(Array.from(accessOf(index, 'U3').paths(), pathInWords)).toEqual([
      'Bob -> member of Acme',
      'Bob -> Approver (Acme) -> approve',
      'Bob -> Approver (Acme) -> write',
      'Bob -> member of Globex',
      'Bob -> member of Globex (inherited: Acme > Globex)',
      'Bob -> Approver of Acme in Globex -> approve (inherited: Acme > Globex)',
      'Bob -> Approver of Acme in Globex -> write (inherited: Acme > Globex)',
      'Bob -> Editor in Globex -> write',
    ]);
    expect(Array.from(accessOf(index, 'U3', { directOnly: true }).paths(), pathInWords)).toHaveLength(5);
  });
});

describe('every answer', () => {
  it.each(['json', 'c1z'] as const)(
    'from a .%s equals what the records say, whatever the names are',
    async (extension) => {
      const property = fc.asyncProperty(projectArbitrary, async (rows) => {
        const truth = truthOf(rows);
        await using index = await indexOf(rows, `truth.${extension}`);

        for (const { name } of rows.permissions) {
          const expected = truth
            .filter(({ permissions }) => permissions.includes(name))
            .map((path) => keyOf({ ...path, permission: name }));
          expect(Array.from(whoCan(index, name).paths(), keyOf).toSorted()).toEqual(expected.toSorted());
          expect(whoCan(index, name).counts()).toEqual({
            users: new Set(truth.filter(({ permissions }) => permissions.includes(name)).map(({ userId }) => userId))
              .size,
            held: expected.length,
          });
          expect(Array.from(whoCan(index, name, undefined, { directOnly: true }).paths(), keyOf).toSorted()).toEqual(
            expected.filter((key) => JSON.parse(key)[5] === 'direct').toSorted(),
          );
          for (const { id } of rows.tenants) {
            const there = truth
              .filter(({ permissions, tenantId }) => permissions.includes(name) && ['', id].includes(tenantId))
              .map((path) => keyOf({ ...path, permission: name }));
            expect(Array.from(whoCan(index, name, id).paths(), keyOf).toSorted()).toEqual(there.toSorted());
          }
        }
        for (const { userId } of rows.users.slice(0, 20)) {
          const expected = truth
            .filter((path) => path.userId === userId)
            .flatMap((path) =>
              (path.permissions.length === 0 ? [''] : path.permissions).map((name) =>
                keyOf({ ...path, permission: name }),
              ),
            );
          expect(Array.from(accessOf(index, userId).paths(), keyOf).toSorted()).toEqual(expected.toSorted());
        }
      });

      await fc.assert(property, { numRuns: 25 });
    },
  );

  it('counts what is inherited and not derived as the summary does, in a file without one too', async () => {
    const rows = {
      users: [user('a', { userTenants: [inTenant('top', 'R', 'Own'), inTenant('mid', 'S')] })],
      tenants: [
        tenant('top'),
        tenant('mid', { parent: 'top' }),
        tenant('low', { parent: 'mid' }),
        tenant('off', { parent: 'low', roleInheritance: 'none' }),
        tenant('loop', { parent: 'loop' }),
      ],
      roles: [role('R'), role('S'), role('Own', { tenantId: 'top' })],
    };
    await using json = await indexOf(rows, 'sync.json', { inheritance: 'none' });
    await using c1z = await indexOf(rows, 'sync.c1z', { inheritance: 'none' });
    await using derived = await indexOf(rows);

    expect(json.gap).toEqual({ inheritingTenants: 3, inheritedRoles: 5 });
    expect(c1z.gap).toEqual(json.gap);
    expect(derived.gap).toEqual({ inheritingTenants: 0, inheritedRoles: 0 });
  });

  it('takes its database away', async () => {
    vi.stubEnv('TMPDIR', await mkdtemp(join(folder, 'tmp-')));
    try {
      const index = await indexOf(office());
      expect(await readdir(tmpdir())).toHaveLength(1);
      await index[Symbol.asyncDispose]();
      expect(await readdir(tmpdir())).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('is refused when the file grants something to somebody whom it does not list', async () => {
    const path = join(folder, 'sync.json');
    await writeSync(path, office());
    const file = JSON.parse(await readFile(path, 'utf8'));
    file.resources = file.resources.filter(
      ({ id }: { readonly id: { readonly resource: string } }) => id.resource !== 'U1',
    );
    await writeFile(path, JSON.stringify(file));

    await expect(createFileIndex(path)).rejects.toMatchObject({
      kind: 'inconsistent',
      message: expect.stringContaining('a user that it does not list'),
    });
  });
});

/** The same project, in which every nth user has lost their roles and every other nth their memberships. */
function withFewerRoles({ users, ...lists }: Rows, nth: number): Rows {
  return {
    ...lists,
    users: users.map((row, place) =>
      Object.assign({}, row, place % nth === 0 ? { roleNames: [] } : place % nth === 1 ? { userTenants: [] } : {}),
    ),
  };
}

describe('a diff', () => {
  it('says in words what changed, by tenant', async () => {
    const old = office();
    const now: Rows = {
      users: [
        user('U1', { name: 'Ada', status: 'disabled', userTenants: [inTenant('acme', 'Editor', 'Approver')] }),
        user('U2', { name: 'Bob', roleNames: [], status: 'disabled' }),
        user('ada', { name: 'Mallory' }),
        user('U9', { name: 'Eve', userTenants: [inTenant('acme')] }),
      ],
      tenants: [tenant('acme', { name: 'Acme' }), tenant('globex', { name: 'Globex' }), tenant('new', { name: 'New' })],
      roles: [
        role('Editor', { permissionNames: ['approve'] }),
        role('Approver', { tenantId: 'acme', permissionNames: ['approve', 'write'] }),
      ],
      permissions: [permission('write'), permission('approve')],
    };
    await using before = await indexOf(old, 'old.json');
    await using after = await indexOf(now, 'new.json');
    using diff = diffOf(before, after);

    expect(Array.from(diff.changes(), (change) => changeInWords(change))).toEqual([
      'Bob lost Editor (whole project)',
      'Ada was given Approver (Acme)', // flagged: she is disabled
      'Eve became a member of Acme (the user is new)',
      'Bob is no longer a member of Acme (the user is gone)',
      'Bob lost Approver (Acme) (the user is gone)',
      'Bob is no longer a member of Globex (the user is gone)',
      'Bob lost Editor in Globex (the user is gone)',
      'Eve is new',
      'Bob is gone',
      'Ada went from enabled to disabled',
      'role Idle (whole project) is gone',
      'permission free is gone',
      'permission idle is gone',
      'Editor (whole project) now allows approve (1 holder)',
      'Editor (whole project) no longer allows write (3 holders)',
      'Idle (whole project) no longer allows idle (0 holders)',
      'tenant Globex is gone',
      'tenant New is new',
    ]);
    expect(diff.counts).toEqual({
      gained: 2,
      lost: 5,
      usersAppeared: 1,
      usersGone: 1,
      usersChanged: 1,
      model: 8,
      tenants: 3,
      flagged: 1,
      inherited: 4, // Globex is no longer below Acme
      inheritance: 2,
    });
  });

  it('tells exactly the holdings that one side has and the other has not', async () => {
    const pair = fc.oneof(
      fc.tuple(projectArbitrary, projectArbitrary),
      fc
        .tuple(projectArbitrary, fc.integer({ min: 2, max: 4 }))
        .map(([rows, nth]) => [rows, withFewerRoles(rows, nth)] as const),
    );
    const property = fc.asyncProperty(pair, async ([old, now]) => {
      await using before = await indexOf(old, 'old.json');
      await using after = await indexOf(now, 'new.json');
      using diff = diffOf(before, after);
      const keys = (rows: Rows): Set<string> =>
        new Set(accessTruthOf(rows).map((path) => keyOf({ ...path, permission: '' })));
      const [had, has] = [keys(old), keys(now)];

      const told = Array.from(diff.changes()).filter(({ area }) => area === 'access');
      const toldKeys = (wanted: string): string[] =>
        told
          .flatMap(({ change, userId, kind, role: held, tenantId }) =>
            change === wanted && (kind === 'tenant' || kind === 'role' || kind === 'binding')
              ? [keyOf({ userId, kind, role: held, tenantId, permission: '' })]
              : [],
          )
          .toSorted();

      expect(toldKeys('gained')).toEqual([...has.difference(had)].toSorted());
      expect(toldKeys('lost')).toEqual([...had.difference(has)].toSorted());
      expect(diff.isSame).toBe(diff.changes().next().done === true);
    });

    await fc.assert(property, { numRuns: 25 });
  });

  it('of a file with itself is nothing, in another format too', async () => {
    await using json = await indexOf(office());
    await using c1z = await indexOf(office(), 'sync.c1z');
    using diff = diffOf(json, c1z);

    expect([diff.isSame, [...diff.changes()]]).toEqual([true, []]);
  });
});
