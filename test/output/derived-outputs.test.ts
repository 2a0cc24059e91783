import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import readXlsx from 'read-excel-file/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { csvTables } from '../../src/answers/csv-tables.ts';
import { reviewColumns, reviewRows } from '../../src/answers/review.ts';
import { xlsxBytes } from '../../src/answers/xlsx.ts';
import { writeDerived } from '../../src/cli/derived-files.ts';
import { derivedOutputs } from '../../src/cli/derived-outputs.ts';
import { toResource } from '../../src/model/resource-message.ts';
import { resourceRow } from '../../src/model/row.ts';
import { noCuts } from '../../src/model/text.ts';
import { createDerivedFile } from '../../src/output/derived-file.ts';
import { checkOutput } from '../../src/output/outputs.ts';
import { writeWholeFile } from '../../src/output/whole-file.ts';
import { writeWholeFolder } from '../../src/output/whole-folder.ts';
import { accessTruthOf } from '../support/access-truth.ts';
import { hostileNames } from '../support/arbitraries.ts';
import type { Rows } from '../support/descope-model.ts';
import { writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { inTenant, permission, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'derived-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function indexOf(rows: Partial<Rows>, name = 'sync.json'): ReturnType<typeof createFileIndex> {
  await writeSync(join(folder, name), rows);
  return await createFileIndex(join(folder, name));
}

async function* bytesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  yield* texts.map((text) => Buffer.from(text));
}

const formulas = ['=HYPERLINK("http://x","y")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'];

/** Every hostile name as a user, a tenant, a role and a permission. */
function hostileProject(): Rows {
  const names = [...hostileNames, ...formulas, '"quoted", and comma', 'línea\u0085next'];
  return {
    users: names.map((name, place) =>
      user(`U${place}`, { name, loginIds: [`${name}@x`], userTenants: names.map((id) => inTenant(id, name)) }),
    ),
    tenants: names.map((name) => tenant(name, { name })),
    roles: names.map((name) => role(name, { permissionNames: [name] })),
    permissions: names.map((name) => permission(name)),
  };
}

describe('the tables', () => {
  it('are read by another CSV reader as the rows that they are made of', async () => {
    await using index = await indexOf(smallProject());
    const target = join(folder, 'tables.csv');

    await writeDerived(index, target);

    const read = async (name: string): Promise<unknown> =>
      Papa.parse(await readFile(join(target, name), 'utf8'), { header: true, skipEmptyLines: true }).data;
    expect((await readdir(target)).toSorted()).toEqual([
      'about.json',
      'access.csv',
      'inherited_access.csv',
      'permissions.csv',
      'role_permissions.csv',
      'roles.csv',
      'tenants.csv',
      'users.csv',
    ]);
    expect(await read('access.csv')).toHaveLength(accessTruthOf(smallProject()).length);
    expect(await read('access.csv')).toContainEqual({
      user_id: 'ann',
      user: 'Ann',
      held: 'role_binding',
      held_id: 'acme/Editor',
      role: 'Editor',
      tenant_id: 'acme',
      tenant: 'Acme',
      login: 'ann',
      email: '',
      principal_type: 'user',
      principal_id: 'ann',
      status: 'enabled',
    });
    expect(await read('access.csv')).toContainEqual({
      user_id: 'ann',
      user: 'Ann',
      held: 'member',
      held_id: 'globex',
      role: '',
      tenant_id: 'globex',
      tenant: 'Globex',
      login: 'ann',
      email: '',
      principal_type: 'user',
      principal_id: 'ann',
      status: 'enabled',
    });
    expect(await read('role_permissions.csv')).toContainEqual({
      role_id: 'globex/Editor',
      role: 'Editor',
      tenant_id: 'globex',
      permission: 'write',
    });
    expect(await read('tenants.csv')).toEqual([
      { tenant_id: 'acme', name: 'Acme', parent_tenant_id: '', role_inheritance: '' },
      { tenant_id: 'globex', name: 'Globex', parent_tenant_id: 'acme', role_inheritance: '' },
    ]);
    expect(await read('users.csv')).toContainEqual(
      expect.objectContaining({ user_id: 'bob', email: 'bob@acme.example', status: 'enabled', test: 'false' }),
    );
  });

  it('keep hostile names in their cells, and none of them begins a formula or reaches a terminal as it is', async () => {
    const project = hostileProject();
    await using index = await indexOf(project);
    for (const { name, bytes } of csvTables(index)) {
      const text = Buffer.concat(await all(bytes)).toString('utf8');
      const { data, errors } = Papa.parse<string[]>(text, { skipEmptyLines: true, delimiter: ',' });

      expect(errors, name).toEqual([]);
      expect(new Set(data.map((row) => row.length)), name).toHaveLength(1);
      expect(
        data.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell)),
        name,
      ).toEqual([]);
      expect(text.replaceAll('\r\n', ''), name).not.toMatch(/\p{Cc}|\u202E/u);
    }
    const users = csvTables(index).find(({ name }) => name === 'users.csv');
    expect(
      Papa.parse<string[]>(Buffer.concat(await all(users?.bytes ?? bytesOf())).toString('utf8'), {
        skipEmptyLines: true,
        delimiter: ',',
      }).data,
    ).toHaveLength(project.users.length + 1);
  });
});

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) {
    pieces.push(piece);
  }
  return pieces;
}

describe('what is inherited, and what the next login gives,', () => {
  it('stands in tables of its own, with where it is held and the tenants between', async () => {
    const path = join(folder, 'edges.json');
    await writeByHand(path, companies());
    await using index = await createFileIndex(path);
    const target = join(folder, 'edges.csv');
    await writeDerived(index, target);

    const read = async (name: string): Promise<unknown[]> =>
      Papa.parse(await readFile(join(target, name), 'utf8'), { header: true, skipEmptyLines: true }).data;
    const inherited = await read('inherited_access.csv');
    expect(inherited).toHaveLength(13);
    expect(inherited).toContainEqual({
      user_id: 'U2',
      user: 'Bob',
      held: 'role_binding',
      held_id: 'berlin/acme/Approver',
      role: 'Approver',
      tenant_id: 'berlin',
      tenant: 'Berlin',
      login: 'U2',
      email: '',
      from_tenant_id: 'acme',
      from_tenant: 'Acme',
      from_held_id: 'acme/Approver',
      certainty: 'uncertain',
      reason: 'child-governs,tenant-disabled',
      path: 'Acme > EU > Berlin',
      principal_type: 'user',
      principal_id: 'U2',
      status: 'enabled',
    });
    expect(inherited).toContainEqual(
      expect.objectContaining({
        principal_type: 'access_key',
        principal_id: 'K1',
        certainty: 'uncertain',
        status: 'active',
      }),
    );
    expect((await read('next_login.csv')).map((row) => JSON.stringify(row))).toHaveLength(4);
    expect(await read('next_login.csv')).toContainEqual(
      expect.objectContaining({ user_id: 'U3', held_id: 'acme/Editor', via: 'group_mapping', giver: 'Writers' }),
    );
    const access = await read('access.csv');
    expect(access).toHaveLength(9);
    expect(access.slice(-2)).toEqual([
      expect.objectContaining({ user_id: '', user: 'CI key', principal_type: 'access_key', principal_id: 'K1' }),
      expect.objectContaining({ user_id: '', user: 'CI key', principal_type: 'access_key', principal_id: 'K1' }),
    ]);
    expect(await read('access_keys.csv')).toEqual([expect.objectContaining({ id: 'K1', name: 'CI key' })]);
  });

  it('stands in sheets of its own, and not on the one to be signed off', async () => {
    const path = join(folder, 'edges.json');
    await writeByHand(path, companies());
    await using index = await createFileIndex(path);
    const target = join(folder, 'edges.xlsx');
    await writeDerived(index, target);

    const sheets = await readXlsx(target);
    expect(sheets.map(({ sheet }) => sheet)).toEqual([
      'Access',
      'Inherited',
      'Next login',
      'Keys, apps, console',
      'About',
    ]);
    const [access, inherited, next] = sheets.map(({ data }) => data);
    expect([access, inherited, next].map((rows) => rows?.length)).toEqual([1 + 9, 1 + 13, 1 + 4]);
    expect(inherited).toContainEqual(
      expect.arrayContaining(['Bob', 'Approver of Acme in Berlin', 'Acme > EU > Berlin']),
    );
    expect(next).toContainEqual(expect.arrayContaining(['everyone in group Approvers', 'Approver (Acme)']));
  });
});

describe('the spreadsheet', () => {
  it('is read by another reader as a row for everything that is held, with columns to sign off', async () => {
    await using index = await indexOf(smallProject());
    const target = join(folder, 'review.xlsx');

    await writeDerived(index, target);

    const [sheet] = await readXlsx(target);
    const [header, ...rows] = sheet?.data ?? [];
    expect(header).toEqual([
      'User',
      'User id',
      'Login',
      'Email',
      'Status',
      'Tenant',
      'Tenant id',
      'Role',
      'Source',
      'Permissions',
      'Risk',
      'Last change',
      'Decision',
      'Reviewer',
      'Comment',
    ]);
    expect(rows).toHaveLength(accessTruthOf(smallProject()).length);
    expect(rows).toContainEqual([
      'bob@acme.example',
      'bob',
      'bob@acme.example',
      'bob@acme.example',
      'enabled',
      'Acme',
      'acme',
      'Approver',
      "the tenant's own role",
      'approve',
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(rows).toContainEqual([
      'Ann',
      'ann',
      'ann',
      null,
      'enabled',
      '(whole project)',
      null,
      'Editor',
      'project role, in the whole project',
      'read, write',
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(((await stat(target)).mode & 0o777).toString(8)).toBe('600');
  });

  it('tells what is new since an older file', async () => {
    const { users, ...lists } = smallProject();
    await using older = await indexOf(
      {
        ...lists,
        users: users.map((row) =>
          row.userId === 'ann' ? Object.assign({}, row, { userTenants: [inTenant('acme'), inTenant('globex')] }) : row,
        ),
      },
      'old.json',
    ); // bob keeps the same role
    await using index = await indexOf(smallProject());

    const rows = [...reviewRows(index, older)].map((row) => [row[1], row[7], row[6], row[11]?.split(' ')[0]]);

    expect(rows.filter(([, , , change]) => change === 'between')).toEqual([['ann', 'Editor', 'acme', 'between']]);
    expect(rows.filter(([, , , change]) => change === 'before')).toHaveLength(rows.length - 1);
    expect([...reviewRows(index, older)]).toHaveLength(rows.length);
  });

  it('keeps hostile names as text', async () => {
    await using index = await indexOf(hostileProject());
    const target = join(folder, 'review.xlsx');
    await writeDerived(index, target);

    const [sheet] = await readXlsx(target);
    const rows = sheet?.data ?? [];
    expect(rows).toHaveLength(accessTruthOf(hostileProject()).length + 1);
    expect(rows.flat().filter((cell) => typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    expect(rows.flat()).toContain("'@SUM(A1)");
    expect(rows.flat()).toContain('__proto__');
  });

  it('goes on on another sheet where a sheet is full', async () => {
    const target = join(folder, 'split.xlsx');
    const rows = Array.from({ length: 25 }, (_, place) => [String(place)]);

    await writeWholeFile(
      target,
      xlsxBytes([{ name: 'Access', columns: reviewColumns.slice(0, 1), rows }], {
        property: { name: 'p', value: '' },
        rowsPerSheet: 11,
      }),
    );

    const sheets = await readXlsx(target);
    expect(sheets.map(({ data }) => data.length)).toEqual([11, 11, 6]);
    expect(sheets.map(({ data }) => data[0])).toEqual([['User'], ['User'], ['User']]);
    expect(sheets.flatMap(({ data }) => data.slice(1)).map(([cell]) => cell)).toEqual(rows.flat());
  });
});

describe('a folder of tables', () => {
  const names = ['a.csv', 'b.csv'];
  const filesOf = (text: string): { name: string; bytes: AsyncIterable<Uint8Array> }[] =>
    names.map((name) => ({ name, bytes: bytesOf(text) }));

  it('appears whole, for its owner only, and replaces the one before', async () => {
    const target = join(folder, 'tables.csv');
    await writeWholeFolder(target, filesOf('old'));
    await writeWholeFolder(target, filesOf('new'));

    expect(await readdir(folder)).toEqual(['tables.csv']);
    expect(await readFile(join(target, 'b.csv'), 'utf8')).toBe('new');
    expect([(await stat(target)).mode & 0o777, (await stat(join(target, 'a.csv'))).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
  });

  it('is as it was when one of its tables fails, and nothing is left beside it', async () => {
    const target = join(folder, 'tables.csv');
    await writeWholeFolder(target, filesOf('old'));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('planted');
    }

    await expect(
      writeWholeFolder(target, [
        { name: 'a.csv', bytes: bytesOf('new') },
        { name: 'b.csv', bytes: broken() },
      ]),
    ).rejects.toThrow('planted');

    expect(await readdir(folder)).toEqual(['tables.csv']);
    expect([await readFile(join(target, 'a.csv'), 'utf8'), await readFile(join(target, 'b.csv'), 'utf8')]).toEqual([
      'old',
      'old',
    ]);
  });

  it('never takes the place of a file, or of a folder with something else in it', async () => {
    await writeFile(join(folder, 'file.csv'), 'mine');
    await mkdir(join(folder, 'mine.csv'));
    await writeFile(join(folder, 'mine.csv', 'photo.jpg'), 'mine');

    await expect(checkOutput(join(folder, 'file.csv'), { tableNames: names })).rejects.toMatchObject({
      kind: 'local-io',
    });
    await expect(writeWholeFolder(join(folder, 'mine.csv'), filesOf('new'))).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('something else'),
    });
    await expect(checkOutput(join(folder, 'none', 'x.csv'), { tableNames: names })).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('does not exist'),
    });

    expect(await readFile(join(folder, 'mine.csv', 'photo.jpg'), 'utf8')).toBe('mine');
  });
});

describe('a sync into a kind that is derived', () => {
  it.each(['xlsx', 'csv'])('leaves the .%s alone, and nothing of the file that it was made of', async (extension) => {
    const target = join(folder, `review.${extension}`);
    await writeSync(target, smallProject(), {}, derivedOutputs);

    expect(await readdir(folder)).toEqual([`review.${extension}`]);
  });

  it.runIf(process.platform === 'linux')('is named in a fault of the disk, before anything is read', async () => {
    await expect(createDerivedFile('/proc/review.xlsx', derivedOutputs.begin)).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringMatching(/^cannot write \/proc\/review\.xlsx: could not create/) as string,
    });
  });

  it('leaves nothing when it cannot be made', async () => {
    const begun = await derivedOutputs.begin(join(folder, 'review.xlsx'));
    const file = await createDerivedFile(join(folder, 'review.xlsx'), async () => ({
      ...begun,
      finish: async () => {
        throw new Error('planted');
      },
    }));
    expect(await readdir(folder)).toHaveLength(1);

    await expect(file.finish(() => ({}))).rejects.toThrow('planted');

    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves nothing when the sync fails', async () => {
    const file = await createDerivedFile(join(folder, 'review.xlsx'), derivedOutputs.begin);
    expect(await readdir(folder)).toHaveLength(1);
    await file.discard();

    expect(await readdir(folder)).toEqual([]);
  });

  it('tells the hash of the sync file that its rows would be', async () => {
    const about = async (name: string): Promise<unknown> => {
      await writeSync(join(folder, name), smallProject(), {}, derivedOutputs);
      return JSON.parse(await readFile(join(folder, name, 'about.json'), 'utf8'));
    };
    await writeSync(join(folder, 'sync.json'), smallProject());
    const { summary } = JSON.parse(await readFile(join(folder, 'sync.json'), 'utf8')) as {
      summary: { contentHash: string };
    };

    expect(await about('tables.csv')).toMatchObject({ contentHash: summary.contentHash });
  });

  it('gives others a turn while rows come that no disk has to take', async () => {
    const file = await createDerivedFile(join(folder, 'review.xlsx'), derivedOutputs.begin);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const resources = Array.from({ length: 2_000 }, (_, place) =>
      resourceRow(toResource('tenant', { id: `T${place}`, displayName: 'x'.repeat(500), profile: {} }, [], noCuts)),
    );
    for (let from = 0; from < resources.length; from += 100) {
      await file.resources(resources.slice(from, from + 100));
    }
    clearInterval(timer);
    await file.discard();

    expect(turns).toBeGreaterThan(0);
  });
});
