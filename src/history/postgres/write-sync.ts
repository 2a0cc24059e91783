import { setTimeout as sleep } from 'node:timers/promises';
import { countAll } from '../../output/sync-file.ts';
import { RowsDigest } from '../digest.ts';
import { heldByAnother } from '../faults.ts';
import { createReferences } from '../references.ts';
import { type VersionTable, versionTables } from '../schema.ts';
import { defaultPatienceMs, tryAgainMs } from '../store-file.ts';
import type { KeptSync, StoreTarget, StoreTargetOptions } from '../store.ts';
import { timesOf } from '../sync-times.ts';
import { type Connection, connect } from './connection.ts';
import { keptSyncs } from './kept.ts';
import { createNumbers } from './numbers.ts';
import { migrate, schema } from './schema.ts';
import { planPrune, prune } from './prune.ts';
import { settle, type Settled } from './settle.ts';
import { createStaging } from './staging.ts';
import { createRowWriter } from './write-rows.ts';

/**
 * A sync may take long, and the server keeps its turn for as long as it thinks that we are there: without the last four it
 * may take two hours to find a dead machine out.
 */
const ofLongSyncs = [
  'set local statement_timeout = 0',
  'set local idle_in_transaction_session_timeout = 0',
  'set local tcp_keepalives_idle = 30',
  'set local tcp_keepalives_interval = 10',
  'set local tcp_keepalives_count = 6',
  'set local tcp_user_timeout = 90000',
].join('; ');

/**
 * Begins a sync in the store at a URL, which is made where there is none: one transaction, that lasts as long as the
 * sync. Another writer of the same project is waited for; those of other projects go on.
 */
export async function createPostgresTarget(
  url: string,
  { projectId, syncId, keepMs, ...waiting }: StoreTargetOptions,
): Promise<StoreTarget> {
  const connection = await connect(url, 'write');
  try {
    await migrate(connection);
    await connection.run('begin');
    await connection.run(`set local search_path = ${schema}, pg_temp; ${ofLongSyncs}`);
    await takeTurn(connection, projectId, waiting);
    return await begin(connection, { projectId, syncId, keepMs });
  } catch (thrown) {
    await connection[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** Keeps other writers of the project out until the transaction ends. */
export async function takeTurn(
  connection: Connection,
  projectId: string,
  { patienceMs = defaultPatienceMs, onWait, wait = sleep }: Pick<StoreTargetOptions, 'patienceMs' | 'onWait' | 'wait'>,
): Promise<void> {
  for (let waited = 0; ; waited += tryAgainMs) {
    const [row] = await connection.rows<{ readonly is_ours: boolean }>(
      'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) is_ours',
      [`${schema} project ${projectId}`],
    );
    if (row?.is_ours === true) {
      return;
    }
    if (waited >= patienceMs) {
      throw heldByAnother(connection.name);
    }
    if (waited === 0) {
      onWait?.();
    }
    await wait(tryAgainMs);
  }
}

async function begin(
  connection: Connection,
  { projectId, syncId, keepMs }: Pick<StoreTargetOptions, 'projectId' | 'syncId' | 'keepMs'>,
): Promise<StoreTarget> {
  const { name } = connection;
  const last = (await keptSyncs(connection, projectId)).at(-1);
  const isFresh = last === undefined;
  const project = await numberOfProject(connection, projectId);
  const [numbered] = await connection.rows<{ readonly n: number }>(`select nextval('sync_number')::integer n`);
  const place = { name, project, sync: numbered?.n ?? 0 };
  const digest = new RowsDigest();
  const numbers = await createNumbers(connection, project, isFresh);
  const staging = await createStaging(connection, isFresh);
  const references = createReferences(name);
  const writer = createRowWriter(place, { numbers, staging, digest, references });
  const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };
  return {
    counts,
    resourceTypes: async (rows) => {
      await writer.types(rows);
      counts.resourceTypes += rows.length;
    },
    resources: async (rows) => {
      await writer.resources(rows);
      countAll(counts.resources, rows);
    },
    entitlements: async (rows) => {
      await writer.entitlements(rows);
      countAll(counts.entitlements, rows);
    },
    grants: async (rows) => {
      await writer.grants(rows);
      countAll(counts.grants, rows);
    },
    finish: async (summary) => {
      try {
        references.check();
        await staging.flush();
        await numbers.flush();
        const settled = await settle({ connection, place, staging, digest, isFresh });
        if (writer.hasDoubles) {
          await connection.run('update project set has_doubles = 1 where n = $1', [project]);
        }
        const told = summary(digest.text);
        const times = timesOf(name, told, { projectId, last });
        await connection.run(
          `insert into sync (n, project, sync_id, started_at, finished_at, finished_ms, summary, digest, sizes, added, ended)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
          [
            place.sync,
            project,
            syncId,
            times.startedAt,
            times.finishedAt,
            times.finishedMs,
            JSON.stringify(told),
            Buffer.from(digest.bytes),
            JSON.stringify(sizesAfter(last, settled)),
            sum(settled, 'added'),
            sum(settled, 'ended'),
          ],
        );
        if (keepMs !== undefined) {
          for (const plan of await planPrune(connection, { keepMs, nowMs: times.finishedMs, projectId })) {
            await prune(connection, plan);
          }
        }
        await connection.run('commit');
      } finally {
        await connection[Symbol.asyncDispose](); // before the commit it gives the sync up
      }
    },
    discard: async () => await connection[Symbol.asyncDispose](),
  };
}

async function numberOfProject(connection: Connection, projectId: string): Promise<number> {
  const [row] = await connection.rows<{ readonly n: number }>(
    `with made as (insert into project (id) values ($1) on conflict (id) do nothing returning n)
     select n from made union all select n from project where id = $1`,
    [projectId],
  );
  return row?.n ?? 0;
}

function sizesAfter(
  last: KeptSync | undefined,
  settled: ReadonlyMap<VersionTable, Settled>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    versionTables.map((table) => {
      const { added = 0, ended = 0 } = settled.get(table) ?? {};
      return [table, (last?.sizes[table] ?? 0) + added - ended];
    }),
  );
}

function sum(settled: ReadonlyMap<VersionTable, Settled>, of: keyof Settled): number {
  return settled.values().reduce((total, counts) => total + counts[of], 0);
}
