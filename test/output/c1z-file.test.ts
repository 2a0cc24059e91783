import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrantExpandableSchema } from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { GrantSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema, ResourceTypeSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { annotate } from '../../src/model/annotations.ts';
import { conferringGrantRow } from '../../src/model/conferring-row.ts';
import { toGrant } from '../../src/model/grant-message.ts';
import { entitlementRef } from '../../src/model/ids.ts';
import type { Grant, Resource } from '../../src/model/messages.ts';
import { entitlementRow, grantRow, resourceRow } from '../../src/model/row.ts';
import { createC1zFile } from '../../src/output/c1z-file.ts';
import type { SyncFile } from '../../src/output/sync-file.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { walk } from '../../src/sync/walk.ts';
import { hostileNames } from '../support/arbitraries.ts';
import type { Rows } from '../support/descope-model.ts';
import { createProject, inTenant, permission, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import { turnsDuring } from '../support/turns.ts';
import { connectorOf, createCollector, type Walked } from '../support/walker.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'c1z-file-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const target = (): string => join(folder, 'sync.c1z');
const syncId = newSyncId();
const temporaries = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name !== 'sync.c1z');

type Row = Readonly<Record<string, unknown>>;
type Table =
  | 'v1_resource_types'
  | 'v1_resources'
  | 'v1_entitlements'
  | 'v1_grants'
  | 'v1_sync_runs'
  | 'v1_assets'
  | 'v1_connector_sessions';

/** Takes the container off, and opens the database as any SQLite would. */
async function opened(): Promise<{ rows(sql: string): Row[]; table(name: Table): Row[] } & Disposable> {
  const container = await readFile(target());
  expect(container.subarray(0, 5).toString('latin1')).toBe('C1ZF\0');
  const path = join(folder, 'unpacked.db');
  await writeFile(path, zstdDecompressSync(container.subarray(5)));
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = (sql: string): Row[] => database.prepare(sql).all();
  return { rows, table: (name) => rows(`select * from ${name} order by id`), [Symbol.dispose]: () => database.close() };
}

const bytesOf = (row: Row | undefined, column = 'data'): Uint8Array => {
  const bytes = row?.[column];
  return bytes instanceof Uint8Array ? bytes : expect.fail(`no bytes in ${column}`);
};

async function put(file: SyncFile, { types, resources, entitlements, grants }: Partial<Walked>): Promise<void> {
  await file.resourceTypes(types ?? []);
  await file.resources((resources ?? []).map(resourceRow));
  await file.entitlements((entitlements ?? []).map(entitlementRow));
  await file.grants((grants ?? []).map(grantRow));
}

/** Writes a project's walk to the target, and hands back what was walked. */
async function written(rows: Partial<Rows> = smallProject()): Promise<Walked> {
  const collector = createCollector();
  await walk({ surface: connectorOf(createProject(rows), { maxDangling: 1000 }), syncId, sink: collector.sink });
  const file = await createC1zFile(target(), { syncId });
  await put(file, collector);
  await file.finish(() => ({}));
  return collector;
}

async function writtenGrants(...grants: readonly Grant[]): Promise<void> {
  const file = await createC1zFile(target(), { syncId });
  await put(file, { grants: [...grants] });
  await file.finish(() => ({}));
}

describe('a .c1z file', () => {
  it('is the magic and one zstd frame with a sound SQLite database that has nothing pending', async () => {
    await written();

    using database = await opened();

    expect((await readFile(target())).subarray(0, 9).toString('hex')).toBe('43315a460028b52ffd');
    expect(database.rows('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(database.rows('pragma journal_mode')).toEqual([{ journal_mode: 'delete' }]);
  });

  it('has the tables of the format, with their columns', async () => {
    await written();
    using database = await opened();

    const names = database
      .rows("select name from sqlite_schema where type = 'table' order by name")
      .map(({ name }) => name);
    const columns = (table: Table): unknown[] =>
      database
        .rows(
          `select name || ' ' || type || iif("notnull", ' not null', '') || coalesce(' = ' || dflt_value, '') as text from ` +
            `pragma_table_info('${table}')`,
        )
        .map(({ text }) => text);

    expect(names).toEqual([
      'v1_assets',
      'v1_connector_sessions',
      'v1_entitlements',
      'v1_grants',
      'v1_resource_types',
      'v1_resources',
      'v1_sync_runs',
    ]);
    const tail = ['data BLOB not null', 'sync_id TEXT not null', 'discovered_at datetime not null'];
    const text = (name: string): string => `${name} TEXT not null`;
    expect(columns('v1_resource_types')).toEqual(['id INTEGER', text('external_id'), ...tail]);
    expect(columns('v1_resources')).toEqual([
      'id INTEGER',
      text('resource_type_id'),
      text('external_id'),
      'parent_resource_type_id TEXT',
      'parent_resource_id TEXT',
      ...tail,
    ]);
    expect(columns('v1_entitlements')).toEqual([
      'id INTEGER',
      text('resource_type_id'),
      text('resource_id'),
      text('external_id'),
      ...tail,
    ]);
    expect(columns('v1_grants')).toEqual([
      'id INTEGER',
      ...[
        'resource_type_id',
        'resource_id',
        'entitlement_id',
        'principal_resource_type_id',
        'principal_resource_id',
        'external_id',
      ].map(text),
      'expansion BLOB',
      'needs_expansion INTEGER not null = 0',
      ...tail,
    ]);
    expect(columns('v1_sync_runs')).toEqual([
      'id INTEGER',
      text('sync_id'),
      'started_at datetime not null',
      'ended_at datetime',
      text('sync_token'),
      "sync_type TEXT not null = 'full'",
      "parent_sync_id TEXT not null = ''",
      "linked_sync_id TEXT not null = ''",
      'supports_diff INTEGER not null = 0',
      'grants_backfilled INTEGER not null = 0',
      'stats TEXT',
      ...['generation', 'coverage', 'mode'].map((name) => `ingest_invariant_${name} TEXT not null = ''`),
    ]);
    expect(columns('v1_assets')).toEqual(['id INTEGER', text('external_id'), text('content_type'), ...tail]);
    expect(columns('v1_connector_sessions')).toEqual([
      'id INTEGER',
      text('sync_id'),
      text('key'),
      'value BLOB not null',
    ]);
  });

  it('has the indexes of the format, two names swapped as they are there', async () => {
    await written();
    using database = await opened();

    const indexes = database.rows(`
      select schema.name || ' ' || group_concat(column.name, ',' order by column.seqno) || iif(list."unique", ' unique', '') || iif(list.partial, ' partial', '') as text
      from sqlite_schema as schema, pragma_index_list(schema.tbl_name) as list, pragma_index_info(schema.name) as column
      where schema.type = 'index' and list.name = schema.name group by schema.name order by schema.name`);

    expect(indexes.map(({ text }) => text)).toEqual([
      'idx_assets_external_sync_v1 external_id,sync_id unique',
      'idx_entitlements_external_sync_v1 external_id,sync_id unique',
      'idx_entitlements_resource_id_v1 resource_type_id,resource_id',
      'idx_grants_entitlement_id_principal_id_v1 entitlement_id,principal_resource_type_id,principal_resource_id',
      'idx_grants_entitlement_sync_grant_v1 entitlement_id,sync_id,id',
      'idx_grants_external_sync_v1 external_id,sync_id unique',
      'idx_grants_principal_id_v1 principal_resource_type_id,principal_resource_id',
      'idx_grants_resource_type_id_resource_id_v1 resource_type_id,resource_id',
      'idx_grants_sync_expansion_v1 sync_id partial',
      'idx_grants_sync_needs_expansion_v1 sync_id partial',
      'idx_resource_types_external_sync_v1 external_id,sync_id unique',
      'idx_resources_external_sync_v1 parent_resource_type_id,parent_resource_id',
      'idx_resources_parent_resource_id_v1 external_id,sync_id unique',
      'idx_resources_resource_type_id_v1 resource_type_id',
      'idx_session_store_sync_key_v1 sync_id,key unique',
      'idx_sync_runs_sync_id_v1 sync_id unique',
    ]);
  });

  it('holds every row of the walk, which decodes back equal', async () => {
    const { types, resources, entitlements } = await written();
    using database = await opened();

    expect(database.table('v1_resource_types').map((row) => fromBinary(ResourceTypeSchema, bytesOf(row)))).toEqual(
      types,
    );
    expect(database.table('v1_resources').map((row) => fromBinary(ResourceSchema, bytesOf(row)))).toEqual(resources);
    expect(database.table('v1_entitlements').map((row) => fromBinary(EntitlementSchema, bytesOf(row)))).toEqual(
      entitlements,
    );
    expect(resources.length).toBeGreaterThan(10);
  });

  it('holds every grant with the identity of what is held and of who holds it', async () => {
    const { grants } = await written();
    using database = await opened();

    const rows = database.table('v1_grants');
    expect(rows.map(({ external_id }) => external_id)).toEqual(grants.map(({ id }) => id));
    for (const [place, row] of rows.entries()) {
      const { id, entitlement, principal } = grants[place] ?? expect.fail('a grant too many');
      expect(fromBinary(GrantSchema, bytesOf(row))).toMatchObject({ id, entitlement, principal });
      expect(row).toMatchObject({
        entitlement_id: entitlement?.id,
        resource_type_id: entitlement?.resource?.id?.resourceType,
        resource_id: entitlement?.resource?.id?.resource,
        principal_resource_type_id: principal?.id?.resourceType,
        principal_resource_id: principal?.id?.resource,
      });
    }
  });

  it('leads from every grant to an entitlement and a resource, from every entitlement and parent to a resource', async () => {
    await written();
    using database = await opened();

    const lost = (sql: string): unknown => database.rows(`select count(*) as lost from ${sql}`)[0]?.['lost'];

    expect(
      lost(
        'v1_grants as g where not exists (select 1 from v1_entitlements as e where e.external_id = g.entitlement_id and ' +
          'e.resource_id = g.resource_id)',
      ),
    ).toBe(0);
    expect(
      lost(
        "v1_grants where principal_resource_type_id || ':' || principal_resource_id not in (select external_id from v1_resources)",
      ),
    ).toBe(0);
    expect(
      lost(
        "v1_entitlements where resource_type_id || ':' || resource_id not in (select external_id from v1_resources)",
      ),
    ).toBe(0);
    expect(
      lost(
        "v1_resources where parent_resource_id is not null and parent_resource_type_id || ':' || parent_resource_id not " +
          'in (select external_id from v1_resources)',
      ),
    ).toBe(0);
    expect(database.rows('select count(parent_resource_id) as parents from v1_resources')).not.toEqual([
      { parents: 0 },
    ]);
  });

  it('counts what it holds', async () => {
    const { resources, entitlements, grants } = await written();
    const file = await createC1zFile(target(), { syncId });
    await walk({ surface: connectorOf(createProject(smallProject())), syncId, sink: file });
    await file.finish(() => ({}));
    using database = await opened();

    const byType = (table: Table): object =>
      Object.fromEntries(
        database
          .rows(`select resource_type_id, count(*) as rows from ${table} group by 1`)
          .map((row) => [row['resource_type_id'], row['rows']]),
      );

    expect(file.counts).toEqual({
      resourceTypes: 5,
      resources: { user: 4, tenant: 2, role: 4, permission: 3, role_binding: 5 },
      entitlements: { tenant: 2, role: 4, permission: 3, role_binding: 5 },
      grants: { tenant: 5, role: 4, permission: 11, role_binding: 5 },
    });
    expect({ ...file.counts, resourceTypes: database.table('v1_resource_types').length }).toEqual({
      resourceTypes: 5,
      resources: byType('v1_resources'),
      entitlements: byType('v1_entitlements'),
      grants: byType('v1_grants'),
    });
    expect([resources.length, entitlements.length, grants.length]).toEqual([18, 14, 25]);
  });

  it('carries hostile names', async () => {
    const { resources, grants } = await written({
      users: hostileNames.map((name) =>
        user(name, {
          roleNames: [...hostileNames],
          userTenants: hostileNames.map((id) => inTenant(id, ...hostileNames)),
        }),
      ),
      tenants: hostileNames.map((id) => tenant(id, { customAttributes: { [id]: id } })),
      roles: hostileNames.map((name) => role(name, { permissionNames: [...hostileNames] })),
      permissions: hostileNames.map((name) => permission(name)),
    });
    using database = await opened();

    expect(database.table('v1_resources').map((row) => fromBinary(ResourceSchema, bytesOf(row)))).toEqual(resources);
    expect(
      database
        .rows('select cast(external_id as blob) as id from v1_grants order by id')
        .map((row) => Buffer.from(bytesOf(row, 'id')).toString())
        .toSorted(),
    ).toEqual(grants.map(({ id }) => id).toSorted());
  });
});

describe('the sync run of a .c1z file', () => {
  it('is one finished full sync whose grants need no migration', async () => {
    await written();
    using database = await opened();

    expect(database.table('v1_sync_runs')).toEqual([
      {
        id: 1,
        sync_id: syncId,
        started_at: expect.any(String),
        ended_at: expect.any(String),
        sync_token: '',
        sync_type: 'full',
        parent_sync_id: '',
        linked_sync_id: '',
        supports_diff: 0,
        grants_backfilled: 1,
        stats: null,
        ingest_invariant_generation: '',
        ingest_invariant_coverage: '',
        ingest_invariant_mode: '',
      },
    ]);
    expect(syncId).toMatch(/^[0-9A-Za-z]{27}$/);
    for (const table of ['v1_resource_types', 'v1_resources', 'v1_entitlements', 'v1_grants'] as const) {
      expect(database.rows(`select distinct sync_id from ${table}`)).toEqual([{ sync_id: syncId }]);
    }
  });

  it('tells its times on the local clock, as text that sorts', async () => {
    vi.stubEnv('TZ', 'Asia/Kolkata');
    let nowMs = Date.UTC(2026, 0, 1, 21, 34, 5, 6);
    const file = await createC1zFile(target(), { syncId, now: () => nowMs });
    nowMs += 54;
    await put(file, { grants: [toGrant(entitlementRef('role', 'Editor'), { typeId: 'user', id: 'U1' })] });
    nowMs = Date.UTC(2026, 10, 12, 7, 44, 15);
    await file.finish(() => ({}));
    using database = await opened();

    const [run] = database.table('v1_sync_runs');
    const [grant] = database.table('v1_grants');

    expect([run?.['started_at'], grant?.['discovered_at'], run?.['ended_at']]).toEqual([
      '2026-01-02 03:04:05.006',
      '2026-01-02 03:04:05.060',
      '2026-11-12 13:14:15.000',
    ]);
  });
});

describe('an expandable grant in a .c1z file', () => {
  it('has what it expands to in a column of its own, and its other annotations where they were', async () => {
    await writtenGrants(
      conferringGrantRow('approve', { typeId: 'role_binding', id: 'acme/Editor', tenantId: 'acme' }, ['user']).message,
      toGrant(entitlementRef('role', 'Editor'), { typeId: 'user', id: 'U1' }),
    );
    using database = await opened();

    const [expandable, plain] = database.table('v1_grants');

    expect(fromBinary(GrantExpandableSchema, bytesOf(expandable, 'expansion'))).toEqual(
      create(GrantExpandableSchema, {
        entitlementIds: ['role_binding:acme/Editor:assigned'],
        shallow: true,
        resourceTypeIds: ['user'],
      }),
    );
    expect(expandable).toMatchObject({ needs_expansion: 1 });
    expect(fromBinary(GrantSchema, bytesOf(expandable)).annotations.map(({ typeUrl }) => typeUrl)).toEqual([
      'type.googleapis.com/c1.connector.v2.GrantMetadata',
    ]);
    expect(plain).toMatchObject({ expansion: null, needs_expansion: 0 });
  });

  it('of the walk has it too, though the walk is not changed by that', async () => {
    const { grants } = await written();
    using database = await opened();

    const expandable = grants.filter(({ annotations }) =>
      annotations.some(({ typeUrl }) => typeUrl.endsWith('.GrantExpandable')),
    );

    expect(expandable).toHaveLength(14);
    expect(
      database.rows('select count(*) as rows from v1_grants where expansion is not null and needs_expansion = 1'),
    ).toEqual([{ rows: 14 }]);
  });

  it('that names no entitlement is not expandable, and loses the annotation all the same', async () => {
    const blank = annotate(GrantExpandableSchema, create(GrantExpandableSchema, { entitlementIds: [' '] }));
    await writtenGrants(toGrant(entitlementRef('role', 'Editor'), { typeId: 'user', id: 'U1' }, [blank]));
    using database = await opened();

    const [row] = database.table('v1_grants');

    expect(row).toMatchObject({
      expansion: null,
      needs_expansion: 0,
      data: new Uint8Array(
        toBinary(GrantSchema, toGrant(entitlementRef('role', 'Editor'), { typeId: 'user', id: 'U1' })),
      ),
    });
  });
});

describe('a row that comes twice to a .c1z file', () => {
  it('is kept once, as it was the last time, and counted once', async () => {
    const file = await createC1zFile(target(), { syncId });
    const editor = (displayName: string): Resource =>
      create(ResourceSchema, { id: { resourceType: 'role', resource: 'Editor' }, displayName });
    const viewer = create(ResourceSchema, { id: { resourceType: 'role', resource: 'Viewer' }, displayName: 'other' });
    await put(file, { grants: [toGrant(entitlementRef('permission', 'approve'), { typeId: 'role', id: 'Editor' })] });
    await file.grants([conferringGrantRow('approve', { typeId: 'role', id: 'Editor', tenantId: '' }, ['user'])]);
    await put(file, { resources: [editor('old'), viewer, editor('older'), editor('new')] });
    const type = create(ResourceTypeSchema, { id: 'role', displayName: 'Role' });
    await put(file, { types: [{ ...type, displayName: 'Old' }, type] });

    await file.finish(() => ({}));

    using database = await opened();
    expect(file.counts).toEqual({
      resourceTypes: 1,
      resources: { role: 2 },
      entitlements: {},
      grants: { permission: 1 },
    });
    expect(database.table('v1_grants')).toMatchObject([{ needs_expansion: 1, expansion: expect.any(Uint8Array) }]);
    expect(
      database.table('v1_resources').map((row) => [row['id'], fromBinary(ResourceSchema, bytesOf(row)).displayName]),
    ).toEqual([
      [1, 'new'],
      [2, 'other'],
    ]);
    expect(database.table('v1_resource_types').map((row) => fromBinary(ResourceTypeSchema, bytesOf(row)))).toEqual([
      type,
    ]);
    expect(database.rows('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(database.rows("select name from sqlite_schema where type = 'index' and name not like '%_v1'")).toEqual([]);
  });

  it('is told by the summary that stands in the file as it is in the end', async () => {
    const file = await createC1zFile(target(), { syncId });
    const row = create(ResourceSchema, { id: { resourceType: 'role', resource: 'Editor' } });
    await put(file, { resources: [row, row] });

    await file.finish(() => ({ counts: { resources: { ...file.counts.resources } } }));

    using database = await opened();
    const [session] = database.table('v1_connector_sessions');
    expect(JSON.parse(Buffer.from(bytesOf(session, 'value')).toString('utf8'))).toMatchObject({
      summary: { counts: { resources: { role: 1 } } },
    });
  });
});

describe('a .c1z target', () => {
  it('may be read by its owner only, and so may what is written on the way, whatever the umask', async () => {
    const umask = process.umask(0);
    const file = await createC1zFile(target(), { syncId });
    await put(file, { grants: [toGrant(entitlementRef('role', 'Editor'), { typeId: 'user', id: 'U1' })] });
    const [early = ''] = await temporaries();
    const earlyMode = (await stat(join(folder, early))).mode;
    await file.finish(() => ({}));
    process.umask(umask);

    expect(early).toMatch(/^\.sync\.c1z\.[0-9a-f]{8}-\d+-[0-9a-f]{12}\.db\.tmp$/);
    expect(earlyMode & 0o777).toBe(0o600);
    expect((await stat(target())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['sync.c1z']);
  });

  it('is named by the hash of the whole file in the summary', async () => {
    const file = await createC1zFile(target(), { syncId });
    let told = '';

    await file.finish((contentHash) => ({ told: (told = contentHash) }));

    expect(told).toBe(
      `sha256:${createHash('sha256')
        .update(await readFile(target()))
        .digest('hex')}`,
    );
  });

  it('that is discarded stays as it was, with nothing beside it', async () => {
    await writeFile(target(), 'old');
    const file = await createC1zFile(target(), { syncId });
    await put(file, { grants: [toGrant(entitlementRef('role', 'Editor'), { typeId: 'user', id: 'U1' })] });

    await file.discard();
    await file.discard();

    expect(await readdir(folder)).toEqual(['sync.c1z']);
    expect(await readFile(target(), 'utf8')).toBe('old');
  });

  it('stays as it was when the sync turns out to be worth nothing at its end', async () => {
    await writeFile(target(), 'old');
    const file = await createC1zFile(target(), { syncId });

    await expect(
      file.finish(() => {
        throw new Error('not complete');
      }),
    ).rejects.toThrow('not complete');
    await file.discard();

    expect(await readdir(folder)).toEqual(['sync.c1z']);
    expect(await readFile(target(), 'utf8')).toBe('old');
  });

  it('that cannot be put in its place fails as local-io and leaves nothing beside it', async () => {
    const file = await createC1zFile(target(), { syncId });
    await mkdir(target());

    await expect(file.finish(() => ({}))).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining(target()),
    });
    await file.discard();

    expect(await readdir(folder)).toEqual(['sync.c1z']);
  });

  it('whose database went away in between fails as local-io and leaves nothing beside it', async () => {
    const file = await createC1zFile(target(), { syncId });
    const [early = ''] = await temporaries();
    await rm(join(folder, early));

    await expect(file.finish(() => ({}))).rejects.toMatchObject({
      kind: 'local-io',
      message: `cannot write ${target()}: could not read its database back: ENOENT`,
    });
    await file.discard();

    expect(await readdir(folder)).toEqual([]);
  });

  it('in a folder that does not exist fails as local-io, and names the target', async () => {
    const lost = join(folder, 'missing', 'sync.c1z');

    await expect(createC1zFile(lost, { syncId })).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining(`cannot write ${lost}`),
    });
  });

  it('gives others a turn after each page of rows, which may all come from memory', async () => {
    const collector = await written();
    const file = await createC1zFile(target(), { syncId });
    const pages: Readonly<Record<string, () => Promise<void>>> = {
      resources: () => file.resources(collector.resources.map(resourceRow)),
      entitlements: () => file.entitlements(collector.entitlements.map(entitlementRow)),
      grants: () => file.grants(collector.grants.map(grantRow)),
    };

    for (const [kind, page] of Object.entries(pages)) {
      expect(await turnsDuring(page().then(page).then(page)), kind).toBeGreaterThan(1);
    }
    await file.discard();
  });

  it('takes a hundred thousand grants without holding them in memory', { timeout: 300_000 }, async () => {
    const file = await createC1zFile(target(), { syncId });
    const before = process.memoryUsage.rss();
    let peak = before;
    for (let from = 0; from < 100_000; from += 1_000) {
      await put(file, {
        grants: Array.from({ length: 1_000 }, (_, place) =>
          toGrant(entitlementRef('role_binding', `tenant-${from % 500}/Role ${place % 7}`), {
            typeId: 'user',
            id: `U2user${String(from + place).padStart(22, '0')}`,
          }),
        ),
      });
      peak = Math.max(peak, process.memoryUsage.rss());
    }

    await file.finish(() => ({}));

    peak = Math.max(peak, process.memoryUsage.rss());
    expect(file.counts.grants).toEqual({ role_binding: 100_000 });
    expect((peak - before) / 1e6).toBeLessThan(256); // 64 MB of it are SQLite's cache, the rest is mostly rubbish
    expect(await readdir(folder)).toEqual(['sync.c1z']);
  });
});
