import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileRow } from '../../src/answers/rows.ts';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { diffOf } from '../../src/answers/diff.ts';
import { changeInWords } from '../../src/answers/diff-text.ts';
import { decodeProject } from '../../src/report-page/data/decode.ts';
import { listChanges } from '../../src/report-page/data/changes.ts';
import { projectArbitrary } from '../support/arbitraries.ts';
import { inTenant, permission, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import {
  dataOf,
  dataOfSource,
  edgeIdsOf,
  entitlementOf,
  grantIdsOf,
  inflated,
  projectOf,
  sourceOf,
  userRow,
} from '../support/reports.ts';
import { writeSync } from '../support/sync-files.ts';
import { truthOf } from '../support/truth.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Grants to users, as the oracle has them. */
function heldIn({ grants }: ReturnType<typeof truthOf>): string[] {
  return [...grants.keys()]
    .filter((id) => !id.startsWith('permission:') && grants.get(id)?.inherited === undefined)
    .toSorted();
}

/** What is inherited, as the oracle has it, with how sure that is. */
function inheritedIn({ grants }: ReturnType<typeof truthOf>): string[] {
  return [...grants]
    .flatMap(([id, { inherited }]) => {
      const { certainty = '', reason = '', inherited_from: above = '' } = inherited?.metadata ?? {};
      return inherited === undefined ? [] : [[id, above, certainty, reason].join('|')];
    })
    .toSorted();
}

describe('the data of a report', () => {
  it.each(['json', 'c1z'])(
    'made from .%s holds who holds what, what tenants inherit, and what roles allow, whatever the names are',
    async (extension) => {
      const path = join(folder, `sync.${extension}`);
      await fc.assert(
        fc.asyncProperty(projectArbitrary, async (rows) => {
          const truth = truthOf(rows, 'observed');
          await writeSync(path, rows, { tenantRoles: 'observed' });

          const project = await projectOf(path);

          expect(grantIdsOf(project).toSorted()).toEqual(heldIn(truth));
          expect(edgeIdsOf(project).toSorted()).toEqual(inheritedIn(truth));
          const allowed = project.roles.flatMap(({ id, allows }) =>
            allows.map((at) => `permission:${project.permissions[at]?.name}:granted:role:${id}`),
          );
          expect(allowed.toSorted()).toEqual(
            [...truth.grants.keys()]
              .filter((id) => id.startsWith('permission:') && truth.grants.get(id)?.source?.startsWith('role:'))
              .toSorted(),
          );
          expect(Array.from({ length: project.users.current }, (_, at) => project.users.id.at(at)).toSorted()).toEqual(
            rows.users.map(({ userId }) => userId).toSorted(),
          );
        }),
        { numRuns: extension === 'json' ? 15 : 6 },
      );
    },
  );

  it('is base64 and nothing else, so that no name can end its element', async () => {
    const path = join(folder, 'sync.json');
    await writeSync(path, { users: [user('u', { name: '</script><script>alert(1)</script><!--' })] });

    const data = await dataOf(path);

    expect(data).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
    expect((await projectOf(path)).users.name.at(0)).toBe('</script><script>alert(1)</script><!--');
  });

  it('keeps the columns of users apart over several blocks', async () => {
    const rows = Array.from({ length: 9000 }, (_, at) =>
      userRow(`u${at}`, {
        name: `N${at}`,
        email: at % 3 === 0 ? '' : `e${at}`,
        loginIds: [`l${at}`],
        isTest: at % 7 === 0,
        createdAt: new Date((1_600_000_000 + at) * 1000).toISOString(),
      }),
    );

    const { users } = decodeProject(inflated(await dataOfSource(sourceOf(rows))));

    expect(users.count).toBe(9000);
    for (const at of [0, 1, 4095, 4096, 4097, 8191, 8192, 8999]) {
      expect([
        users.name.at(at),
        users.email.at(at),
        users.login.at(at),
        users.flags[at]! & 1,
        users.createdAt[at],
      ]).toEqual([`N${at}`, at % 3 === 0 ? '' : `e${at}`, `l${at}`, at % 7 === 0 ? 1 : 0, 1_600_000_000 + at]);
    }
  });

  it('is refused by the page when it was cut off', async () => {
    const path = join(folder, 'sync.json');
    await writeSync(path, smallProject());
    const bytes = inflated(await dataOf(path));

    for (const length of [0, 3, 40, bytes.length - 8, bytes.length - 1]) {
      expect(() => decodeProject(bytes.subarray(0, length))).toThrow(/cut off/);
    }
  });

  it('shows a role whose tenant is not listed as that tenant’s, not as the project’s', async () => {
    const path = join(folder, 'sync.json');
    await writeSync(path, { roles: [role('Own', { tenantId: 'gone' })] });

    const { roles, tenants } = await projectOf(path);

    expect(tenants[roles[0]?.tenant ?? -1]?.id).toBe('gone');
  });

  it('is not made of a file that grants something to nobody it lists', async () => {
    const rows: FileRow[] = [
      { kind: 'permission', id: 'p', name: 'p', description: '', isSystem: false },
      {
        kind: 'role',
        id: 'r',
        name: 'r',
        roleName: 'r',
        tenantId: '',
        description: '',
        isDefault: false,
        isPrivate: false,
      },
      { kind: 'grant', id: 'g', on: { kind: 'role', id: 'r' }, to: { kind: 'user', id: 'nobody' } },
    ];

    const work = dataOfSource(sourceOf(rows));

    await expect(work).rejects.toMatchObject({ kind: 'inconsistent' });
  });
});

describe('the changes in a report', () => {
  it('are exactly what the older file lacks and the newer one has, and the other way round', async () => {
    const [path, since] = [join(folder, 'new.json'), join(folder, 'old.json')];
    await fc.assert(
      fc.asyncProperty(
        projectArbitrary,
        projectArbitrary,
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        async (rows, other, dice) => {
          // Most of it stays, some goes: else nothing would be the same on both sides.
          const kept = rows.users
            .filter((_, at) => dice[at % 40])
            .map((row, at) =>
              dice[(at + 20) % 40] ? row : user(row.userId, { userTenants: row.userTenants.slice(1) }),
            );
          const ids = new Set(kept.map(({ userId }) => userId));
          const before = { ...rows, users: [...kept, ...other.users.filter(({ userId }) => !ids.has(userId))] };
          const [now, then] = [heldIn(truthOf(rows, 'observed')), heldIn(truthOf(before, 'observed'))];
          await writeSync(path, rows, { tenantRoles: 'observed' });
          await writeSync(since, before, { tenantRoles: 'observed' });

          const project = await projectOf(path, since);

          const named = (verb: string): string[] =>
            project.changes
              .flatMap(({ verb: one, kind, user: at, role: held, tenant: place }) =>
                one === verb && ['tenant', 'role', 'binding'].includes(kind)
                  ? [
                      `${entitlementOf(project, { kind: ['tenant', 'role', 'binding'].indexOf(kind), role: held, tenant: place })}:user:${project.users.id.at(at)}`,
                    ]
                  : [],
              )
              .toSorted();
          expect(named('gained')).toEqual(now.filter((id) => !then.includes(id)));
          expect(named('lost')).toEqual(then.filter((id) => !now.includes(id)));
          expect(grantIdsOf(project).toSorted()).toEqual(now);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('name people who came, went or changed status, roles that allow something else, and things that came and went', async () => {
    const [path, since] = [join(folder, 'new.json'), join(folder, 'old.json')];
    await writeSync(since, {
      users: [user('ann'), user('bob'), user('eve')],
      tenants: [tenant('acme')],
      roles: [role('Editor', { permissionNames: ['read', 'write'] })],
      permissions: [permission('read'), permission('write')],
    });
    await writeSync(path, {
      users: [user('ann', { status: 'disabled' }), user('bob', { userTenants: [inTenant('globex')] }), user('zoe')],
      tenants: [tenant('globex')],
      roles: [role('Editor', { permissionNames: ['read', 'approve'] })],
      permissions: [permission('read'), permission('write'), permission('approve')],
    });

    const project = await projectOf(path, since);
    const { gained, lost, people, model } = listChanges(project);

    const nameOf = (at: number): string => (at === -1 ? '' : project.users.id.at(at));
    expect(
      people.map(({ verb, user: at, before, after }) =>
        [verb, nameOf(at), project.statuses[before], project.statuses[after]].join(' '),
      ),
    ).toEqual(['appeared zoe  enabled', 'gone eve enabled ', 'changed ann enabled disabled']);
    expect(
      model.map(({ verb, kind, tenant: place, permission: at }) =>
        [verb, kind, project.tenants[place]?.id, project.permissions[at]?.name].join(' '),
      ),
    ).toEqual([
      'appeared permission  approve',
      'gained role-permission  approve',
      'lost role-permission  write',
      'gone tenant acme ',
      'appeared tenant globex ',
    ]);
    expect(gained).toMatchObject([{ kind: 'tenant' }]);
    expect(lost).toEqual([]);
  });

  it('are those of diff, in number and kind, whatever the two files are', async () => {
    const [path, since] = [join(folder, 'new.json'), join(folder, 'old.json')];
    await fc.assert(
      fc.asyncProperty(projectArbitrary, projectArbitrary, fc.boolean(), async (rows, other, isNear) => {
        const before = isNear
          ? { ...rows, users: rows.users.slice(1), roles: rows.roles.slice(1), permissions: other.permissions }
          : other;
        await writeSync(path, rows);
        await writeSync(since, before);

        const project = await projectOf(path, since);
        await using old = await createFileIndex(since);
        await using now = await createFileIndex(path);
        using diff = diffOf(old, now);

        const { all, gained, lost, people, model } = listChanges(project);
        const { counts } = diff;
        expect([gained.length, lost.length, people.length, model.length]).toEqual([
          counts.gained,
          counts.lost,
          counts.usersAppeared + counts.usersGone + counts.usersChanged,
          counts.model,
        ]);
        const told = all.map(({ verb, kind, user: at, role: held, tenant: place, permission: can, flags }) =>
          [
            verb,
            kind,
            at === -1 ? '' : project.users.id.at(at),
            project.roles[held]?.name ?? '',
            project.tenants[place]?.id ?? '',
            project.permissions[can]?.name ?? '',
            ...flags,
          ].join('|'),
        );
        expect(told.toSorted()).toEqual(
          Array.from(diff.flaggedFirst(), ({ change, kind, userId, role: held, tenantId, permission: can, flags }) =>
            [change, kind, userId, held, tenantId, can, ...flags].join('|'),
          ).toSorted(),
        );
        // What only the older file has changes no number of the newer one.
        expect(grantIdsOf(project).toSorted()).toEqual(grantIdsOf(await projectOf(path)).toSorted());
      }),
      { numRuns: 20 },
    );
  });

  it('are flagged and come first where privileged access is new, or somebody disabled gained something', async () => {
    const [path, since] = [join(folder, 'new.json'), join(folder, 'old.json')];
    const lists = {
      tenants: [tenant('acme')],
      roles: [role('Chief', { permissionNames: ['Impersonate'] }), role('Viewer', { permissionNames: ['read'] })],
      permissions: [permission('Impersonate'), permission('read'), permission('root')],
    };
    await writeSync(since, {
      ...lists,
      users: [
        user('ann'),
        user('bob', { status: 'disabled' }),
        user('cleo'),
        user('dan', { status: 'disabled', roleNames: ['Chief'] }),
        user('eve', { roleNames: ['Chief'] }),
      ],
    });
    await writeSync(path, {
      ...lists,
      roles: [
        role('Chief', { permissionNames: ['Impersonate'] }),
        role('Viewer', { permissionNames: ['read', 'root'] }),
      ],
      users: [
        user('ann', { roleNames: ['Viewer'] }),
        user('bob', { status: 'disabled', userTenants: [inTenant('acme')] }),
        user('cleo', { userTenants: [inTenant('acme', 'Chief')] }),
        user('dan', { roleNames: ['Chief'] }),
        user('eve'),
      ],
    });

    const project = await projectOf(path, since);
    const { all, flagged } = listChanges(project);

    const words = flagged.map(
      ({ kind, user: at, flags }) => `${kind} ${at === -1 ? '' : project.users.id.at(at)}: ${flags.join(', ')}`,
    );
    expect(words.toSorted()).toEqual([
      'binding cleo: new privileged access',
      'role ann: new privileged access',
      'role-permission : new privileged access',
      'tenant bob: gained while disabled',
      'user dan: enabled again, privileged',
    ]);
    expect(all.slice(0, flagged.length)).toEqual(flagged);
    expect(all.some(({ verb, kind }) => verb === 'lost' && kind === 'role')).toBe(true);

    await using old = await createFileIndex(since);
    await using now = await createFileIndex(path);
    using diff = diffOf(old, now);
    expect(
      Array.from(diff.flagged(), ({ kind, userId, flags }) => `${kind} ${userId}: ${flags.join(', ')}`).toSorted(),
    ).toEqual(words.toSorted());
    expect(diff.counts.flagged).toBe(flagged.length);
  });

  it('flag what a role has become, gains of whoever is expired, and nothing of a role that only bears a privileged name', async () => {
    const [path, since] = [join(folder, 'new.json'), join(folder, 'old.json')];
    const names = [
      'ship.delete',
      'ship.approve',
      'ship.export',
      'ship.name',
      'ship.read',
      'Impersonate',
      'x1',
      'x2',
      'x3',
      'x4',
    ];
    const lists = { tenants: [tenant('acme')], permissions: names.map((name) => permission(name)) };
    const own = role('Chief', { tenantId: 'acme', permissionNames: ['ship.read'] });
    const roles = (ops: string[], idle: string[]) => [
      role('Ops', { permissionNames: ops }),
      role('Idle', { permissionNames: idle }),
      role('Chief', { permissionNames: ['Impersonate'] }),
      own,
    ];
    await writeSync(since, {
      ...lists,
      roles: roles(['ship.delete', 'ship.approve'], []),
      users: [
        user('ann', { roleNames: ['Ops'] }),
        user('bob'),
        user('eve', { status: 'expired' }),
        user('fay', { status: 'disabled' }),
      ],
    });
    await writeSync(path, {
      ...lists,
      roles: roles(['ship.delete', 'ship.approve', 'ship.export'], ['Impersonate']),
      users: [
        user('ann', { roleNames: ['Ops'] }),
        user('bob', { userTenants: [inTenant('acme', 'Chief')] }),
        user('eve', { status: 'expired', roleNames: ['Chief'] }),
        user('fay', { status: 'enabled', userTenants: [inTenant('acme', 'Chief')] }),
      ],
    });

    await using old = await createFileIndex(since);
    await using now = await createFileIndex(path);
    using diff = diffOf(old, now);

    expect(Array.from(diff.flagged(), (change) => `${changeInWords(change)}: ${change.flags.join(', ')}`)).toEqual([
      'eve was given Chief (whole project): new privileged access, gained while expired',
      'Ops (whole project) now allows ship.export (1 holder): new privileged access',
    ]);
  });
});
