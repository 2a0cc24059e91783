import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { openSource } from '../../src/answers/open.ts';
import { copySource } from '../../src/cli/copy-source.ts';
import type { Person } from '../../src/history/forget-rows.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { auditIn, findPeople, forgetPerson, pruneStore, vacuumStore } from '../../src/history/upkeep.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import { temporaryFolder } from './cli.ts';
import { dayMs, finishOf, importDay, rowsOf, writeDay } from './history.ts';
import { inTenant, permission, role, tenant, user } from './project-fixture.ts';
import { ssoProject } from './sso-project.ts';
import type { TestStore } from './store-behaviour.ts';

const lists = {
  tenants: [
    tenant('acme', {
      name: 'Acme',
      authType: 'saml',
      enforceSso: true,
      enforceSsoExclusions: [
        'Zora@ACME.example',
        'ZO\u0308RA@acme.example',
        'zöra@acme.example.test',
        'o@acme.example',
      ],
    }),
  ],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const zora = user('U2zora', {
  name: 'Zora Quillfeather',
  givenName: 'Zora',
  familyName: 'Quillfeather',
  loginIds: ['zora@acme.example', '+4915550001', 'zöra@acme.example'],
  email: 'zora@acme.example',
  phone: '+4915550001',
  customAttributes: { nickname: 'Featherling', shoe: 4711 },
  userTenants: [inTenant('acme', 'Editor')],
});
const married = {
  ...zora,
  name: 'Zora Underbough',
  familyName: 'Underbough',
  loginIds: ['z.underbough@acme.example', 'zöra@acme.example'],
};
const other = user('U2other', {
  name: 'Other Person',
  email: 'o@acme.example',
  userTenants: [inTenant('acme', 'Editor')],
});
/** All that named her on any day. */
const traces = [
  'Quillfeather',
  'Underbough',
  'underbough',
  'Zora',
  'zora@',
  'ZO\u0308RA@',
  '4915550001',
  'Featherling',
  'shoe',
  'nickname',
];
const days = [[zora, other], [married, other], [other], [other]];
/** The tests of how a person is forgotten. `open` makes an empty store. */
export function itForgets(open: (folder: string) => Promise<TestStore>): void {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let kept: TestStore;
  let store = '';
  beforeEach(async () => {
    folder = await temporaryFolder();
    kept = await open(folder.path);
    store = kept.path;
  });
  afterEach(async () => {
    await kept[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const fileOf = (day: number): string => join(folder.path, `${day}.json`);

  async function putDays(users = days): Promise<void> {
    for (const [day, rows] of users.entries()) {
      await putDay(day, rows);
    }
  }

  async function putDay(day: number, users: (typeof days)[number]): Promise<void> {
    const project = ssoProject({ ...lists, users });
    await writeDay(fileOf(day), day, {}, { include: ['sso_configuration', 'finding'] }, {}, project);
    await importDay(store, fileOf(day));
  }

  async function only(asked: string): Promise<Person> {
    const [person, ...more] = await findPeople(store, asked);
    expect(more).toEqual([]);
    if (person === undefined) {
      throw new Error(`nobody is called ${asked}`);
    }
    return person;
  }

  async function tracesLeft(): Promise<readonly string[]> {
    const bytes = await kept.bytes();
    return traces.filter((text) => bytes.includes(text));
  }

  async function forgetZora(): Promise<Person> {
    const person = await only('U2zora');
    await forgetPerson(store, person, finishOf(10));
    await vacuumStore(store);
    return person;
  }

  it.each(['U2zora', 'user:U2zora', 'Zora Quillfeather', 'Zora Underbough', 'zora@acme.example', '+4915550001'])(
    'is found by whatever she was ever called: %s',
    async (asked) => {
      await putDays();

      expect(await only(asked)).toMatchObject({
        typeId: 'user',
        id: 'U2zora',
        versions: 2,
        isThere: false,
        firstAt: new Date(finishOf(0)).toISOString(),
        lastAt: new Date(finishOf(1)).toISOString(),
      });
      expect(await findPeople(store, 'zora')).toEqual([]);
    },
  );

  it('leaves nothing in the file that named her, on any day', async () => {
    await putDays();
    expect(await tracesLeft()).toEqual(traces);

    const person = await forgetZora();

    expect(await tracesLeft()).toEqual([]);
    expect((await kept.bytes()).includes(person.token)).toBe(true);
    expect((await only(person.token)).isForgotten).toBe(true);
  });

  it('is counted as before: every other row of every day is what it was', async () => {
    await putDays();
    const { token } = await forgetZora();

    await using history = await openHistory(store);
    for (const day of days.keys()) {
      await using index = await history.index(await history.choose({ atMs: finishOf(day) }));
      await using file = await createFileIndex(fileOf(day));
      const [now, then] = [rowsOf(index), rowsOf(file)];
      const without = ({ user: users = [], login = [], ...rows }: ReturnType<typeof rowsOf>): object => ({
        ...rows,
        user: users.filter((row) => !row.includes('U2zora')),
        login: login.filter((row) => !row.includes('U2zora')),
      });
      // where single sign-on names her address, or a finding her, the token stands
      const names = /zora@acme\.example|ZO\u0308RA@acme\.example(?!\.)|Zora (?:Quillfeather|Underbough)/gi;
      const renamed = (rows: readonly string[] = []): string[] =>
        rows.map((row) => row.replaceAll(names, token)).toSorted();
      expect(without({ ...now, other: renamed(now['other']) })).toEqual(
        without({ ...then, profile: renamed(then['profile']), other: renamed(then['other']) }),
      );
      expect(then['other']?.some((row) => row.includes('finding') && /Zora [QU]/.test(row))).toBe(day < 2);
      expect([now['user']?.length, now['login']?.length]).toEqual([then['user']?.length, then['login']?.length]);
      const hers = index.database.prepare("select * from user where id = 'U2zora'").get();
      expect(hers === undefined).toBe(day > 1);
      if (hers !== undefined) {
        expect(hers).toMatchObject({ name: token, login: token, email: token, phone: token, is_email_verified: 0 });
        expect(hers).toMatchObject({ status: 'enabled', has_mfa: 0, created_at: expect.stringContaining('2020') });
      }
    }
  });

  it('is forgotten where single sign-on names her address, too, and nobody else is', async () => {
    await putDays();
    const { token } = await forgetZora();

    await using history = await openHistory(store);
    const out = join(folder.path, 'day.json');
    await using source = await history.source(await history.choose({ atMs: finishOf(0) }));
    await copySource(source, await chooseOutput(out)({ syncId: 's' }), new AbortController().signal);
    const text = await readFile(out, 'utf8');
    expect(traces.filter((trace) => text.includes(trace))).toEqual([]);
    expect(text).toContain(`"exclusions":["${token}","${token}","zöra@acme.example.test","o@acme.example"]`);
    expect(text).toContain('Other Person');
    await using again = await openSource(out); // a file like any other
    expect(again.summary.counts?.resources['user']).toBe(2);
  });

  it('leaves a store that is proved, and says what was done', async () => {
    await putDays();
    await using history = await openHistory(store);
    const hashes = async (): Promise<readonly unknown[]> =>
      await Promise.all((await history.syncs()).map(async (sync) => (await history.source(sync)).summary.contentHash));
    const before = await hashes();
    await history[Symbol.asyncDispose]();

    await forgetZora();

    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: 4 } });
    await using later = await openHistory(store);
    const syncs = await later.syncs();
    const after = await Promise.all(syncs.map(async (sync) => (await later.source(sync)).summary.contentHash));
    expect(after.map((hash, day) => hash === before[day])).toEqual([false, false, false, false]); // single sign-on is of all days
    expect(await auditIn(store)).toMatchObject([
      { at: new Date(finishOf(10)).toISOString(), what: { did: 'forget', resource: 'user:U2zora', syncs: 4 } },
    ]);
    expect(traces.filter((text) => JSON.stringify(syncs).includes(text))).toEqual([]);
  });

  it('does not make damage look whole', async () => {
    await putDays();
    await kept.damage(
      "delete from grant_row where to_n = (select n from entity where id = 'U2other') and until is null",
    );

    await forgetZora();

    expect((await verifyStore(store)).changed).toHaveLength(4);
  });

  it('comes back with the next sync that has her, and can be forgotten again', async () => {
    await putDays([
      [zora, other],
      [zora, other],
    ]);
    expect((await only('U2zora')).isThere).toBe(true);
    await forgetZora();
    await putDay(2, [married, other]);
    expect(await tracesLeft()).toContain('Underbough');
    expect(await only('U2zora')).toMatchObject({ isForgotten: false, versions: 2 });
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });

    await forgetZora();

    expect(await tracesLeft()).toEqual([]);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
  });

  it('is forgotten in what pruning left, too', async () => {
    await putDays([
      [zora, other],
      [zora, other],
      [zora, other],
    ]);
    await pruneStore(store, { keepMs: dayMs, nowMs: finishOf(2) });

    await forgetZora();

    expect(await tracesLeft()).toEqual([]);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: 2 } });
  });

  it('is not another person of the same name', async () => {
    const twin = user('U2twin', { name: 'Zora Quillfeather', loginIds: ['twin@acme.example'] });
    await putDays([[zora, twin]]);
    expect((await findPeople(store, 'Zora Quillfeather')).map(({ id }) => id)).toEqual(['U2twin', 'U2zora']);

    await forgetZora();

    await using history = await openHistory(store);
    await using index = await history.index(await history.choose({}));
    expect(index.database.prepare("select name, login from user where id = 'U2twin'").get()).toEqual({
      name: 'Zora Quillfeather',
      login: 'twin@acme.example',
    });
  });
}
