import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { resourceRow } from '../../src/model/row.ts';
import { type C1zDatabase, createC1zDatabase } from '../../src/output/c1z-database.ts';
import { indexInThread, mendedIn } from '../../src/output/index-aside.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { temporaryFolder } from '../support/cli.ts';
import { turnsDuring } from '../support/turns.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const syncId = newSyncId();
const now = (): number => Date.UTC(2026, 10, 30);

/** A database of so many resources, of which some came twice. */
async function filled(
  name: string,
  threadFrom: number,
  count: number,
): Promise<C1zDatabase & { readonly path: string }> {
  const path = join(folder.path, name);
  const database = await createC1zDatabase({ path, target: 'sync.c1z', syncId, now, threadFrom });
  database.resources(
    Array.from({ length: count }, (_, place) =>
      resourceRow(create(ResourceSchema, { id: { resourceType: 'user', resource: String(place % (count - 3)) } })),
    ),
  );
  return { ...database, path };
}

function contentOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare("select name, sql from sqlite_master where type = 'table' order by 1").all();
    const indexes = database.prepare("select name, sql from sqlite_master where type = 'index' order by 1").all();
    const rows = tables.map(({ name }) => database.prepare(`select * from ${String(name)}`).all());
    return { tables, indexes, rows, sound: database.prepare('pragma integrity_check').all() };
  } finally {
    database.close();
  }
}

describe('indexes that are made in a thread', () => {
  it('leave the same database as those that are made here, repeated rows as one', async () => {
    const [here, aside] = [await filled('here.db', 1_000, 60), await filled('aside.db', 60, 60)];

    expect(await here.settle()).toEqual({ v1_resources: { user: 57 } });
    expect(await aside.settle()).toEqual({ v1_resources: { user: 57 } });
    here.finish({ a: 1 });
    aside.finish({ a: 1 });
    expect(contentOf(aside.path)).toEqual(contentOf(here.path));
    expect(contentOf(here.path)).toMatchObject({ sound: [{ integrity_check: 'ok' }] });
  });

  it('hold nobody up meanwhile', async () => {
    const aside = await filled('aside.db', 1, 20_000);

    expect(await turnsDuring(aside.settle())).toBeGreaterThan(100);
    await aside.remove();
  });

  it('tell what SQLite says where they cannot be made', async () => {
    const outcome = await indexInThread({ path: join(folder.path, 'nowhere', 'x.db'), folder: folder.path });

    expect(() => mendedIn(outcome)).toThrow(expect.objectContaining({ errcode: 14 }) as Error);
  });
});
