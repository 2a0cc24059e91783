import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileIndex, createFileIndex } from '../../src/answers/file-index.ts';
import { accessOf } from '../../src/answers/access-of.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { permission, role, tenant, user } from '../support/project-fixture.ts';
import { temporaryFolder } from '../support/cli.ts';
import { writeSync } from '../support/sync-files.ts';

let folder = '';
let index: FileIndex;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-'));
  const path = join(folder, 'sync.json');
  await writeSync(path, {
    users: [
      user('U1', { name: 'Åsa Öberg', loginIds: ['Åsa.Öberg@x.test'], email: 'a.oberg@x.test' }),
      user('U2', { name: 'Jörg Groß'.normalize('NFD'), loginIds: ['jörg@x.test'.normalize('NFD')] }),
      user('U3', { name: 'Işık Demir', loginIds: ['isik.demir@x.test'] }),
      user('U4', { name: 'Sam Hill', loginIds: ['sam'] }),
      user('U5', { name: 'Sam Hill', loginIds: ['SAM'] }),
      user('U6', { name: 'Ada Lovelace', loginIds: ['ada.lovelace@acme.example'] }),
      ...Array.from({ length: 14 }, (_, place) =>
        user(`V${place + 10}`, { name: `Twin ${place}`, loginIds: [`twin${place}@x.test`] }),
      ),
    ],
    tenants: [
      tenant('acme', { name: 'Acmé' }),
      tenant('t-1', { name: 'Globex' }),
      tenant('t-2', { name: 'GLOBEX' }),
      tenant('initech', { name: 'Initech' }),
    ],
    roles: [role('Editor', { permissionNames: ['invoices.approve', 'Write', 'write', 'stock:move/adjust'] })],
    permissions: ['invoices.approve', 'invoices.read', 'Write', 'write', 'stock:move/adjust', 'Größe'].map((name) =>
      permission(name),
    ),
  });
  index = await createFileIndex(path);
});
afterAll(async () => {
  await index[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : '';
  }
  return 'nothing was thrown';
};

describe('a name', () => {
  it.each([
    ['åsa.öberg@x.test', 'U1'],
    ['ÅSA ÖBERG', 'U1'],
    ['åsa öberg'.normalize('NFD'), 'U1'],
    ['A.OBERG@X.TEST', 'U1'],
    ['JÖRG@x.test', 'U2'],
    ['jörg gross', 'U2'],
    ['JÖRG GROSS', 'U2'],
    ['IŞIK DEMİR', 'U3'],
    ['ışık  demir', 'U3'],
    ['u6', 'U6'],
  ])('of a user is found in any case and normal form: %j', (asked, id) => {
    expect(accessOf(index, asked).user.id).toBe(id);
  });

  it.each([
    ['sam', 'U4'],
    ['SAM', 'U5'],
  ])('that is equal wins over one that is only alike: %j', (asked, id) => {
    expect(accessOf(index, asked).user.id).toBe(id);
  });

  it.each([
    ['WRITE', 'conflict'],
    ['INVOICES.APPROVE', 'invoices.approve'],
    ['grösse', 'Größe'],
    ['GRÖSSE'.normalize('NFD'), 'Größe'],
    ['write', 'write'],
    ['Write', 'Write'],
    ['Stock:Move/Adjust', 'stock:move/adjust'],
  ])('of a permission is found alike: %j', (asked, expected) => {
    if (expected === 'conflict') {
      expect(messageOf(() => whoCan(index, asked))).toBe(
        'several permissions match "WRITE": give the id of one\n  Write\n  write',
      );
    } else {
      expect(whoCan(index, asked).permission).toBe(expected);
    }
  });

  it('of a tenant is found alike, and candidates of one name are told with their ids', () => {
    expect(whoCan(index, 'write', 'ACMÉ').tenant?.id).toBe('acme');
    expect(whoCan(index, 'write', 'GLOBEX').tenant?.id).toBe('t-2');
    expect(messageOf(() => whoCan(index, 'write', 'globex'))).toBe(
      'several tenants match "globex": give the id of one\n  t-1  Globex\n  t-2  GLOBEX',
    );
  });

  it('that several users bear is refused with their ids', () => {
    expect(messageOf(() => accessOf(index, 'sam hill'))).toBe(
      'several users match "sam hill": give the id of one\n  U4  Sam Hill <sam>\n  U5  Sam Hill <SAM>',
    );
  });
});

describe('a type with a blank name', () => {
  it.each(['user:', 'user: ', 'user:\t'])('is nobody, and not the one who has no name: %j', async (asked) => {
    await using place = await temporaryFolder();
    const path = join(place.path, 'sync.json');
    await writeSync(path, { users: [user('U1', { name: '', email: '', loginIds: [] })] });
    await using nameless = await createFileIndex(path);

    expect(accessOf(nameless, 'U1').user.id).toBe('U1');
    expect(messageOf(() => accessOf(nameless, asked))).toMatch(/^there is no user "user:/);
  });
});

describe('what is not there', () => {
  it.each([
    ['ada.lovelce@acme.example', 'did you mean Ada Lovelace <ada.lovelace@acme.example> (U6)?'],
    ['Lovelace', 'did you mean Ada Lovelace <ada.lovelace@acme.example> (U6)?'],
    ['lovelce', 'did you mean Ada Lovelace <ada.lovelace@acme.example> (U6)?'],
    ['Lovelace, Ada', 'did you mean Ada Lovelace <ada.lovelace@acme.example> (U6)?'],
    ['sam hil', 'did you mean one of these? Give its id\n  U4  Sam Hill <sam>\n  U5  Sam Hill <SAM>'],
    [
      'nobody-at-all@y.example',
      '`baton-descope list users` shows all of them\nnot known, since the sync did not read them: access keys, ' +
        'applications, third-party apps, projects, console administrators, management keys (--include ' +
        'access_key,application,third_party_app,console)',
    ],
  ])('is told with who was probably meant: %j', (asked, told) => {
    expect(messageOf(() => accessOf(index, asked))).toBe(
      `there is no user ${JSON.stringify(asked)} in ${join(folder, 'sync.json')}; ${told}`,
    );
  });

  it('is told with ten candidates at most', () => {
    expect(messageOf(() => accessOf(index, 'twin')).split('\n')).toEqual([
      expect.stringContaining('did you mean one of these?'),
      ...Array.from({ length: 10 }, () => expect.stringMatching(/^ {2}V\d\d {2}Twin \d+ <twin/)),
      '  and more',
    ]);
  });

  it('is told for permissions and tenants, too', () => {
    expect(messageOf(() => whoCan(index, 'invoice.approve'))).toMatch(/; did you mean "invoices.approve"\?$/);
    expect(messageOf(() => whoCan(index, 'approve'))).toMatch(/; did you mean "invoices.approve"\?$/);
    expect(messageOf(() => whoCan(index, 'write', 'Initec'))).toMatch(/; did you mean Initech \(initech\)\?$/);
  });

  it('is refused where nothing was asked for', () => {
    expect(() => accessOf(index, ' ')).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});

describe('a name among hundreds of thousands', () => {
  it('that is wrong is compared with those that begin alike', async () => {
    await using folderOfOne = await temporaryFolder();
    const path = join(folderOfOne.path, 'one.json');
    await writeSync(path, { users: [user('U1', { name: 'Zoë Zander', loginIds: ['zoe.zander@x.test'] })] });
    await using large = await createFileIndex(path);
    large.database.exec(`with recursive n(i) as (select 1000 union all select i + 1 from n where i < 201001)
      insert into user select i, 'V' || i, 'Person ' || i, 'p' || i, '', 0, '', 0, 'enabled', 0, 0, 0, 0, '' from n`);

    expect(messageOf(() => accessOf(large, 'zoe.zandre@x.test'))).toContain('did you mean Zoë Zander');
    expect(messageOf(() => accessOf(large, 'xzoe.zander@x.test'))).not.toContain('did you mean');
  });
});
