import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { createTenantPaths } from '../../src/answers/ways.ts';
import { type HandWritten, writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edges-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function indexOf(extension: string, world: HandWritten = companies()): Promise<FileIndex> {
  const path = join(folder, `edges.${extension}`);
  await rm(path, { force: true });
  await writeByHand(path, world);
  return await createFileIndex(path);
}

describe.each(['json', 'ndjson', 'c1z'])('the index of a .%s', (extension) => {
  it('knows what is inherited, what single sign-on gives and who is in a group, and calls nothing of it unknown', async () => {
    await using index = await indexOf(extension);
    const numberOf = (table: string): unknown => index.database.prepare(`select count(*) n from ${table}`).get()?.['n'];

    expect(index.unknown).toBeUndefined();
    expect(['inherits', 'maps', 'sso', 'group_member'].map(numberOf)).toEqual([7, 4, 3, 2]);
    expect(index.inheritance).toMatchObject({ isDerived: true, mode: 'auto', edges: 7, uncertain: 2 });
    expect(index.gap).toEqual({ inheritingTenants: 0, inheritedRoles: 0 });
    expect([...index.types]).toEqual(expect.arrayContaining(['user', 'sso_configuration', 'idp_group']));
  });

  it('keeps of an inheritance its certainty, its reason, and whether keys inherit', async () => {
    await using index = await indexOf(extension);
    const rows = index.database
      .prepare(
        'select t.id thing, s.id source, i.ancestor, i.certainty, i.keys, i.reason, t.role_tenant from inherits i join ' +
          'thing t on t.n = i.thing join thing s on s.n = i.source order by 1, 2',
      )
      .all();

    expect(rows).toContainEqual({
      thing: 'berlin/Editor',
      source: 'acme/Editor',
      ancestor: 'acme',
      certainty: 'derived',
      keys: 'uncertain',
      reason: '',
      role_tenant: null,
    });
    expect(rows).toContainEqual(
      expect.objectContaining({
        thing: 'berlin//Auditor',
        certainty: 'uncertain',
        keys: '',
        reason: 'parent-governs',
        role_tenant: '',
      }),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({ thing: 'berlin/acme/Approver', source: 'acme/Approver', role_tenant: 'acme' }),
    );
  });

  it('leads from a tenant above to one below through every tenant between', async () => {
    await using index = await indexOf(extension);
    const pathOf = createTenantPaths(index.database);

    expect(pathOf('berlin', 'acme').map(({ name }) => name)).toEqual(['Acme', 'EU', 'Berlin']);
    expect(pathOf('acme', 'berlin').map(({ id }) => id)).toEqual(['berlin', 'acme']);
  });
});

describe('an index of a file without inheritance', () => {
  it('says what it could not know: in an older file, and where it was not wanted', async () => {
    const { resources, grants, ...rest } = companies();
    const plain = grants.filter((row) => !row.message.annotations.some(({ typeUrl }) => /Immutable/.test(typeUrl)));
    const notDerived = { inheritingTenants: 2, inheritedRoles: 5 };
    const older = { inheritance: { tenants: 2, roles: 5 }, notDerived };
    const none = { inheritance: { mode: 'none', edges: 0, uncertain: 0, loops: 0, unknown_parents: 0 } };

    await using old = await indexOf('json', { resources, grants: plain, ...rest, summary: older });
    expect([old.inheritance.isDerived, old.gap]).toEqual([false, notDerived]);
    await using unwanted = await indexOf('json', { resources, grants: plain, ...rest, summary: none });
    expect([unwanted.inheritance.isDerived, unwanted.gap.inheritingTenants]).toEqual([false, 2]);
  });
});
