import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aboutOf } from '../../src/answers/about.ts';
import { accessOf } from '../../src/answers/access-of.ts';
import { pathInWords } from '../../src/answers/access-path.ts';
import { limitsInWords, pathCells, pathJson } from '../../src/answers/answer-text.ts';
import { diffOf } from '../../src/answers/diff.ts';
import { changeCells, changeJson } from '../../src/answers/diff-cells.ts';
import { changeInWords, diffInWords, diffLines } from '../../src/answers/diff-text.ts';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { openSource } from '../../src/answers/open.ts';
import { reviewRows } from '../../src/answers/review.ts';
import type { FileRow } from '../../src/answers/rows.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { readLastC1z } from '../../src/output/last-c1z.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { projectOf } from '../support/reports.ts';
import { writeSync } from '../support/sync-files.ts';
import { type Added, writeNewerSync } from '../support/unknown-files.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unknown-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const extensions = ['json', 'ndjson', 'c1z'] as const;

function office(): Rows {
  return {
    users: [user('U1', { name: 'Ada', userTenants: [inTenant('acme', 'Editor')] })],
    tenants: [tenant('acme', { name: 'Acme' }), tenant('globex', { name: 'Globex' })],
    roles: [role('Editor', { permissionNames: ['write'] }), role('Idle', { permissionNames: ['idle'] })],
    permissions: [permission('write'), permission('idle')],
  };
}

/** What a sync of access keys and applications adds, and what a version that reads widgets would. */
const newer: Added = {
  resources: { 'access_key:K1': 'CI key', 'access_key:K2': 'K2', 'application:A1': 'CRM', 'widget:W1': 'Gauge' },
  grants: [
    ['role_binding:acme/Editor', 'assigned', 'access_key:K1'],
    ['role_binding:globex/Editor', 'assigned', 'access_key:K1'],
    ['role:Editor', 'assigned', 'access_key:K9'],
    ['tenant:acme', 'member', 'access_key:K1'],
    ['permission:write', 'granted', 'access_key:K1'],
    ['permission:write', 'granted', 'access_key:K2'],
    ['role_binding:globex/Editor', 'assigned', 'role_binding:acme/Editor'],
    ['application:A1', 'access', 'user:U1'],
    ['widget:W1', 'use', 'user:U1'],
    ['permission:write', 'granted', 'role_binding:globex/Editor'], // written for every role in a tenant that is held
  ],
};

const told = [
  'note: 1 grant to principals of a type that does not hold such things (role_binding: 1)',
  'note: 1 grant of things that the answers do not cover (widget: 1)',
  'note: 1 resource that the answers do not cover (widget: 1)',
];

async function indexOf(extension: string, added: Added = newer, name = 'newer'): Promise<FileIndex> {
  const path = join(folder, `${name}.${extension}`);
  await writeNewerSync(path, office(), added);
  return await createFileIndex(path);
}

describe.each(extensions)('a .%s that holds other types, too', (extension) => {
  it('is read: each such resource and grant is a row of its own', async () => {
    const path = join(folder, `rows.${extension}`);
    await writeNewerSync(path, office(), newer);

    await using source = await openSource(path);
    const rows: FileRow[] = [];
    for await (const batch of source.rows()) {
      rows.push(...batch);
    }

    const others = rows.filter((row) => row.kind === 'unknown');
    expect(others).toHaveLength(13);
    expect(others).toContainEqual({
      kind: 'unknown',
      what: 'resource',
      typeId: 'access_key',
      id: 'K1',
      name: 'CI key',
      status: '',
      expiresAt: '',
      isNonHuman: false,
    });
    expect(others).toContainEqual({
      kind: 'unknown',
      what: 'grant',
      id: 'role_binding:acme/Editor:assigned:access_key:K1',
      slug: 'assigned',
      on: { typeId: 'role_binding', id: 'acme/Editor' },
      to: { typeId: 'access_key', id: 'K1' },
    });
  });

  it('is told of by every answer in counts by type, as far as this version does not know it', async () => {
    await using index = await indexOf(extension);

    expect(index.unknown).toEqual({
      resources: { widget: 1 },
      grantsTo: { role_binding: 1 },
      grantsOf: { widget: 1 },
    });
    expect(limitsInWords(index).slice(4)).toEqual(told);
    expect(aboutOf(index, '1.0').notShown.slice(-3)).toEqual(told.map((text) => `${text.replace('note: ', '')}.`));
  });

  it('lists who else can: by type and id, through what they hold, and once where role and permission both say so', async () => {
    await using index = await indexOf(extension);

    const answer = whoCan(index, 'write');

    expect(Array.from(answer.paths(), pathInWords)).toEqual([
      'access_key K9 -> Editor (whole project) -> write',
      'Ada -> Editor in Acme -> write',
      'access_key K1 (CI key) -> Editor in Acme -> write',
      'access_key K1 (CI key) -> Editor in Globex -> write',
      'role_binding acme/Editor -> Editor in Globex -> write',
      'access_key K2 -> the permission itself -> write',
    ]);
    expect([answer.counts(), answer.otherCounts()]).toEqual([
      { users: 1, held: 1 },
      { principals: 4, held: 5 },
    ]);
    expect(Array.from(whoCan(index, 'write', 'Globex').paths(), ({ user: who }) => who)).toEqual([
      'access_key K9',
      'access_key K1 (CI key)',
      'role_binding acme/Editor',
      'access_key K2',
    ]);
  });

  it('lists what a user holds of such types', async () => {
    await using index = await indexOf(extension);

    expect(Array.from(accessOf(index, 'Ada').paths(), pathInWords)).toEqual([
      'Ada -> member of Acme',
      'Ada -> Editor in Acme -> write',
      'Ada -> application A1 (CRM)',
      'Ada -> use of widget W1 (Gauge)',
    ]);
  });

  it('names the principal in JSON and CSV, and leaves the rows of users as they are', async () => {
    await using index = await indexOf(extension);

    const paths = [...whoCan(index, 'write').paths()];
    const [key, ada] = paths;
    const application = [...accessOf(index, 'U1').paths()].at(-2);
    if (key === undefined || ada === undefined || application === undefined) {
      throw new Error('there are fewer rows');
    }

    expect(pathJson(key)).toMatchObject({
      userId: '',
      user: 'access_key K9',
      role: 'Editor',
      principal: { type: 'access_key', id: 'K9', name: '' },
    });
    expect(pathJson(ada)).toMatchObject({ userId: 'U1', principal: { type: 'user', id: 'U1' } });
    expect(pathCells(key).slice(0, 2)).toEqual(['', 'access_key K9']);
    expect(pathCells(application).slice(5, 7)).toEqual(['application', 'A1']);
  });

  it('is compared: such a grant that came or went is a change', async () => {
    const [gone, ...kept] = newer.grants ?? [];
    await using before = await indexOf(extension);
    await using after = await indexOf(
      extension,
      {
        resources: { ...newer.resources, 'access_key:K3': '' },
        grants: [...kept, ['permission:idle', 'granted', 'access_key:K3']],
      },
      'later',
    );

    using diff = diffOf(before, after);
    using same = diffOf(before, before);

    const changes = [...diff.changes()];
    expect(gone).toBeDefined();
    expect(changes.map((change) => changeInWords(change))).toEqual([
      'access_key K3 was given permission idle',
      'access_key K1 (CI key) lost Editor in Acme',
      'access_key K3 is new',
    ]);
    expect([same.isSame, diff.isSame, diff.counts.others]).toEqual([true, false, 3]);
    expect(diffInWords(diff)).toContain('Access keys: 3 changes.');
    expect([...diffLines(diff, undefined)].filter((line) => line.startsWith('Access keys'))).toEqual([
      'Access keys: what they hold',
      'Access keys',
    ]);
    expect(changes.map((change) => changeJson(change))[1]).toMatchObject({
      area: 'access',
      change: 'lost',
      kind: 'binding',
      principal: { type: 'access_key', id: 'K1', name: 'CI key' },
    });
    expect(changes.map((change) => changeCells(change)[7])).toEqual(['permission', 'binding', 'access_key']);
  });

  it('gives a report that says what it does not show, and a spreadsheet with a row for each such holder', async () => {
    const [, ...others] = newer.grants ?? [];
    const path = join(folder, `report.${extension}`);
    const older = join(folder, `older.${extension}`);
    await writeNewerSync(path, office(), newer);
    await writeNewerSync(older, office(), { ...newer, grants: others });

    const { about, changes, otherChanges } = await projectOf(path, older);
    await using index = await createFileIndex(path);
    const holders = Array.from(reviewRows(index), ([who, , , , , place, , held]) => [who, place, held]);

    expect(about.unknown).toEqual([
      '2 grants to principals that are no users (access_key: 2)',
      '1 grant to principals of a type that does not hold such things (role_binding: 1)',
      '1 grant of things that the answers do not cover (widget: 1)',
      '1 resource that the answers do not cover (widget: 1)',
    ]);
    expect(changes).toEqual([]);
    expect(otherChanges).toMatchObject([
      { verb: 'gained', who: 'access key CI key (K1)', what: 'role Editor', where: 'Acme', flags: [] },
    ]);
    expect(holders).toContainEqual(['access_key K1 (CI key)', 'Acme', 'Editor']);
    expect(holders).toContainEqual(['access_key K9', '(whole project)', 'Editor']);
  });

  it('is not whole where it grants something that it does not list', async () => {
    for (const grant of [
      ['role:Gone', 'assigned', 'access_key:K1'],
      ['application:A1', 'access', 'user:U9'],
    ] as const) {
      await expect(indexOf(extension, { grants: [grant] }, 'broken')).rejects.toMatchObject({ kind: 'inconsistent' });
    }
  });
});

describe('a file of this version', () => {
  it.each(extensions)('in .%s holds nothing unknown, and nothing is told of it', async (extension) => {
    const path = join(folder, `plain.${extension}`);
    await writeSync(path, office());

    await using index = await createFileIndex(path);

    expect(index.unknown).toBeUndefined();
    expect(limitsInWords(index)).toHaveLength(4);
    expect(whoCan(index, 'write').otherCounts()).toEqual({ principals: 0, held: 0 });
    expect((await projectOf(path)).about).not.toHaveProperty('unknown');
  });
});

describe('a .c1z at the target of a sync', () => {
  it('is ours when it lists more types than we know', async () => {
    const path = join(folder, 'target.c1z');
    await writeNewerSync(path, office(), newer);

    expect(await readLastC1z(path)).toMatchObject({ projectId: 'P2fake', counts: { resources: { access_key: 2 } } });
    expect(await readLastC1z(path)).not.toHaveProperty('isForeign');
  });
});
