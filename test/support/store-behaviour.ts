import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { decodeAccessKey } from '../../src/descope/access-keys.ts';
import { openSource } from '../../src/answers/open.ts';
import type { SyncSource } from '../../src/answers/source.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { plannedPrune, pruneStore } from '../../src/history/upkeep.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { createStoreTarget } from '../../src/history/write-sync.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { messageToJson } from '../../src/sync-format/stored-rows.ts';
import { temporaryFolder } from './cli.ts';
import { answersOf, dayMs, finishOf, importDay, rowsOf, writeDay } from './history.ts';
import { inTenant, permission, role, tenant, user } from './project-fixture.ts';

/** A store of one kind, for tests that are the same for all kinds. */
export interface TestStore extends AsyncDisposable {
  /** The path or URL that commands take. */
  readonly path: string;
  /** What errors call it. */
  readonly name: string;
  /** All that it holds, whatever the pages that it lies on. */
  contents(): Promise<unknown>;
  /** Every byte of it. */
  bytes(): Promise<Buffer>;
  /** Changes its tables behind its back. */
  damage(sql: string): Promise<void>;
}

const lists = {
  tenants: [tenant('acme', { name: 'Acme' }), tenant('beta', { name: 'Beta' })],
  roles: [role('Editor', { permissionNames: ['write'] }), role('Viewer', { permissionNames: ['read'] })],
  permissions: [permission('write'), permission('read')],
};
const ada = user('ada', { name: 'Ada', loginIds: ['ada@acme.example'], userTenants: [inTenant('acme', 'Editor')] });
const bob = user('bob', { name: 'Bob', userTenants: [inTenant('beta', 'Viewer')] });
/** What tests put into a store on its first day. */
export const firstDay = { ...lists, users: [ada, bob] };

async function messagesOf(source: SyncSource): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const batch of source.messages()) {
    all.push(...batch.map((stored) => JSON.stringify([stored.section, messageToJson(stored)])));
  }
  return all.toSorted();
}

/** The tests of what every store does. `open` makes an empty one; nothing of it is there before the first sync. */
export function itKeepsSyncs(open: (folder: string) => Promise<TestStore>): void {
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

  async function put(day: number, rows: typeof firstDay, extension = 'json'): Promise<string> {
    const file = join(folder.path, `${day}.${extension}`);
    await writeDay(file, day, rows);
    await importDay(store, file);
    return file;
  }

  async function changes(): Promise<readonly (readonly [number, number])[]> {
    await using history = await openHistory(store);
    return (await history.syncs()).map(({ added, ended }) => [added, ended] as const);
  }

  it('keeps of a sync what is new, and what is no longer there', async () => {
    await put(0, firstDay);
    await put(1, firstDay);
    await put(2, { ...firstDay, users: [{ ...ada, name: 'Ada L.' }, bob] }); // one version ends, another begins
    // A user, two things that he held, and what one of them allowed nobody else.
    await put(3, { ...firstDay, users: [{ ...ada, name: 'Ada L.' }] });

    const [first, ...others] = await changes();

    expect(first?.[0]).toBeGreaterThan(20);
    expect(others).toEqual([
      [0, 0],
      [1, 1],
      [0, 4],
    ]);
  });

  it.each(['ndjson', 'c1z'])('finds nothing new in the same rows from a .%s file', async (extension) => {
    await put(0, firstDay);
    await put(1, firstDay, extension);

    expect((await changes())[1]).toEqual([0, 0]);
  });

  it('takes the keys of a profile in another order for the same', async () => {
    const file = await put(0, firstDay);
    const text = await readFile(file, 'utf8');
    const turned = JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && 'status' in value && 'login_ids' in value
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    ).replaceAll('2026-01-05T06', '2026-01-06T06');
    await writeFile(file, turned);
    await importDay(store, file);

    expect(turned).not.toBe(text);
    expect((await changes())[1]).toEqual([0, 0]);
  });

  it('calls in the changes of a day nobody and nothing by a name of a later day', async () => {
    const inBoth = { ...ada, userTenants: [...ada.userTenants, inTenant('beta', 'Viewer')] };
    await put(0, firstDay);
    await put(1, { ...firstDay, users: [inBoth, bob] });
    const tenants = [tenant('acme', { name: 'Acme' }), tenant('beta', { name: 'Gamma' })];
    await put(2, { ...firstDay, tenants, users: [{ ...inBoth, name: 'Grace' }, bob] });

    await using history = await openHistory(store);
    const named = async (day: number): Promise<unknown> => {
      await using index = await history.index(await history.choose({ atMs: finishOf(day) }), { hasPast: true });
      return index.database
        .prepare("select distinct principal, held from changes where change = 'gained' and held_type = 'tenant'")
        .all();
    };

    expect(await named(1)).toEqual([{ principal: 'Ada', held: 'Beta' }]);
    expect(await named(2)).toEqual([{ principal: 'Grace', held: 'Gamma' }]);
  });

  it('compares what a sync did not read between the syncs that did', async () => {
    const key = (id: string, roleNames: readonly string[]) =>
      decodeAccessKey({ id, name: id, status: 'active', roleNames });
    const read = async (day: number, ids?: readonly string[], policy: Partial<SyncPolicy> = {}): Promise<void> => {
      const file = join(folder.path, `${day}.json`);
      const tenants = [...firstDay.tenants, tenant('below', { parent: 'acme' })];
      const include = ids === undefined ? [] : ['access_key'];
      const lists = ids === undefined ? {} : { keys: ids.map((id) => key(id, ['Editor'])) };
      await writeDay(file, day, { ...firstDay, tenants }, { include, ...policy }, lists);
      await importDay(store, file);
    };
    await read(0);
    await read(1, ['kept', 'dropped']);
    await read(2, undefined, { inheritance: 'none' });
    await read(3);
    await read(4, ['kept', 'made']);

    await using history = await openHistory(store);
    const told = async (day: number): Promise<readonly string[]> => {
      await using index = await history.index(await history.choose({ atMs: finishOf(day) }), { hasPast: true });
      return index.database
        .prepare(
          `select change, principal_type, principal_id, held_id, not_before, not_after from changes
           where area <> 'role' and change <> 'changed' order by not_after, principal_id, principal_type, held_id`,
        )
        .all()
        .map((row) => Object.values(row).join(' '));
    };
    const between = `${new Date(finishOf(1)).toISOString()} ${new Date(finishOf(4)).toISOString()}`;

    expect(await told(3)).toEqual([]);
    expect(await told(4)).toEqual([
      `gone access_key dropped  ${between}`,
      `lost access_key dropped Editor ${between}`,
      `gone access_key_secret dropped  ${between}`,
      `appeared access_key made  ${between}`,
      `gained access_key made Editor ${between}`,
      `appeared access_key_secret made  ${between}`,
    ]);
  });

  it('gives back every message of every day', async () => {
    const files = [
      await put(0, firstDay),
      await put(1, { ...firstDay, users: [bob] }),
      await put(2, { ...firstDay, users: [ada], roles: [] }),
    ];

    await using history = await openHistory(store);
    for (const [day, file] of files.entries()) {
      await using source = await openSource(file);
      expect(await messagesOf(await history.source(await history.choose({ atMs: finishOf(day) })))).toEqual(
        await messagesOf(source),
      );
    }
  });

  it('tells a thing once that is held in two ways', async () => {
    const file = await put(0, firstDay);
    const text = (await readFile(file, 'utf8')).replaceAll('2026-01-05T06', '2026-01-06T06');
    const whole = JSON.parse(text) as { grants: { id: string; entitlement: { id: string } }[] };
    const second = whole.grants.map((grant) => ({
      ...grant,
      id: `${grant.id}-again`,
      entitlement: { ...grant.entitlement, id: `${grant.entitlement.id}-again` },
    }));
    await writeFile(file, JSON.stringify({ ...whole, grants: [...whole.grants, ...second] }));
    await importDay(store, file);

    await using history = await openHistory(store);
    await using found = await history.index(await history.choose({}));
    await using index = await createFileIndex(file);
    expect(rowsOf(found)).toEqual(rowsOf(index));
    expect(answersOf(found)).toEqual(answersOf(index));
    expect((await changes())[1]).toEqual([second.length, 0]);
  });

  it('shows nothing of a sync that was given up, or that has not ended', async () => {
    await put(0, firstDay);
    const before = await kept.contents();
    const target = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });
    await using source = await openSource(join(folder.path, '0.json'));
    for await (const batch of source.messages()) {
      await target.resourceTypes(
        batch.flatMap(({ section, message }) => (section === 'resourceTypes' ? [message] : [])),
      );
    }

    expect(await changes()).toHaveLength(1);
    await target.discard();

    expect(await changes()).toHaveLength(1);
    expect(await kept.contents()).toEqual(before);
  });

  it('keeps a second writer out, who waits for a while and says so', async () => {
    await put(0, firstDay);
    const first = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });
    const waits: number[] = [];
    const onWait = vi.fn();

    await expect(
      createStoreTarget(store, {
        projectId: 'P1',
        syncId: 's2',
        patienceMs: 1_000,
        onWait,
        wait: async (ms) => waits.push(ms),
      }),
    ).rejects.toThrow(`cannot write ${kept.name}: another sync or command is writing to it; run this one again`);
    expect(onWait).toHaveBeenCalledTimes(1);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(1_000);

    const second = createStoreTarget(store, {
      projectId: 'P1',
      syncId: 's2',
      wait: async () => await first.discard(),
    });
    await (await second).discard();
  });

  it('keeps projects apart', async () => {
    await put(0, firstDay);
    const other = join(folder.path, 'other.json');
    await writeDay(other, 0, { ...firstDay, users: [bob] });
    const text = await readFile(other, 'utf8');
    const projectId = (JSON.parse(text) as { summary: { projectId: string } }).summary.projectId;
    await writeFile(other, JSON.stringify(JSON.parse(text.replaceAll(projectId, 'P2Other'))));
    await importDay(store, other);
    await put(1, firstDay);

    await using history = await openHistory(store);
    await expect(history.choose({})).rejects.toThrow('holds several projects: say which with --project');
    expect(await changes()).toEqual([
      [expect.any(Number), 0],
      [expect.any(Number), 0],
      [0, 0],
    ]);
    for (const [id, file] of [
      ['P2Other', other],
      [projectId, join(folder.path, '1.json')],
    ] as const) {
      await using found = await history.index(await history.choose({ projectId: id }));
      await using index = await createFileIndex(file);
      expect(rowsOf(found)).toEqual(rowsOf(index));
    }
  });

  it('refuses a sync that is not later than its newest one', async () => {
    await put(1, firstDay);
    const before = await kept.contents();

    await expect(put(0, firstDay)).rejects.toThrow(/it has a sync of 2026-01-06T06.*, and this one, of 2026-01-05/);
    expect(await kept.contents()).toEqual(before);
  });

  it('says when it began, where it is asked for an earlier time', async () => {
    await put(0, firstDay);
    await using history = await openHistory(store);

    await expect(history.choose({ atMs: finishOf(-1) })).rejects.toThrow(
      'its first sync finished at 2026-01-05T06:00:00.000Z',
    );
  });

  it('refuses a sync that grants something to a user whom it does not list', async () => {
    const file = await put(0, firstDay);
    const whole = JSON.parse((await readFile(file, 'utf8')).replaceAll('2026-01-05T06', '2026-01-06T06')) as {
      resources: { id: { resource: string } }[];
    };
    await writeFile(
      file,
      JSON.stringify({ ...whole, resources: whole.resources.filter(({ id }) => id.resource !== 'bob') }),
    );

    await expect(importDay(store, file)).rejects.toThrow('grants something to a user that it does not list');
    expect(await changes()).toHaveLength(1);
  });

  it('loses what had ended before the time that is kept, and answers of later moments as before', async () => {
    await put(0, firstDay);
    await put(1, { ...firstDay, users: [ada] });
    await put(2, { ...firstDay, users: [{ ...ada, name: 'Ada L.' }] });
    await put(3, { ...firstDay, users: [] });
    const answers = async (): Promise<readonly unknown[]> => {
      await using history = await openHistory(store);
      return await Promise.all(
        [2, 3].map(async (day) => {
          await using index = await history.index(await history.choose({ atMs: finishOf(day) }));
          return answersOf(index);
        }),
      );
    };
    const before = await answers();
    expect(JSON.stringify(await kept.contents())).toContain('"bob"');

    const keep = { keepMs: dayMs, nowMs: finishOf(3) };
    const planned = await plannedPrune(store, keep);
    const went = await pruneStore(store, keep);

    expect(went).toEqual(planned);
    expect(went.map(({ syncs, rows }) => [syncs.length, rows > 0])).toEqual([[2, true]]);
    expect(await answers()).toEqual(before);
    expect(await verifyStore(store)).toMatchObject({ changed: [], syncs: { length: 2 } });
    expect(JSON.stringify(await kept.contents())).not.toContain('"bob"');
    expect(await pruneStore(store, keep)).toEqual([]);
  });

  it('proves that its rows are those that went in, and tells the syncs of which they are not', async () => {
    await put(0, { ...firstDay, users: [ada] });
    await put(1, firstDay);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: 2 } });

    await kept.damage("delete from grant_row where to_n = (select n from entity where id = 'bob') and until is null");

    const { changed } = await verifyStore(store);
    expect(changed.map(({ finishedAt }) => finishedAt)).toEqual(['2026-01-06T06:00:00.000Z']);
  });
}
