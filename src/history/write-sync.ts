import { countAll } from '../output/sync-file.ts';
import { isPostgres } from '../store-url.ts';
import { closeMissing } from './close-missing.ts';
import { guarded, toStoreFault } from './faults.ts';
import { keptSyncs, projectNumber } from './kept.ts';
import { planPrune, prune } from './prune.ts';
import { beginChange } from './store-file.ts';
import type { StoreTarget, StoreTargetOptions } from './store.ts';
import { timesOf } from './sync-times.ts';
import { createGrantWriter } from './write-grants.ts';
import { createResourceWriter } from './write-resources.ts';
import { createWriting } from './writing.ts';

/**
 * Begins a sync in the store at a path or a URL, which is made where there is none. Until `finish` nobody sees anything
 * of it; another writer is kept out meanwhile.
 */
export async function createStoreTarget(path: string, options: StoreTargetOptions): Promise<StoreTarget> {
  return isPostgres(path)
    ? await (await import('./postgres/write-sync.ts')).createPostgresTarget(path, options)
    : await createFileTarget(path, options);
}

/** With fewer rows than this indexes do not take long. */
const aThreadIsWorth = 100_000;

async function createFileTarget(
  path: string,
  { projectId, syncId, keepMs, isAnswering = false, threadFrom = aThreadIsWorth, ...waiting }: StoreTargetOptions,
): Promise<StoreTarget> {
  const change = await beginChange(path, { ...waiting, mayCreate: true });
  const { database } = change;
  try {
    return guarded(path, 'write', () => {
      const last = keptSyncs(database, projectId).at(-1);
      const known = projectNumber(database, projectId);
      const project =
        known ?? Number(database.prepare('insert into project (id) values (?)').run(projectId).lastInsertRowid);
      const digestBefore =
        last === undefined
          ? undefined
          : database.prepare('select digest from sync where n = ?').get(last.n)?.['digest'];
      const writing = createWriting({
        path,
        database,
        project,
        sync: Number(database.prepare('select max(n) n from sync').get()?.['n'] ?? 0) + 1,
        isFresh: known === undefined,
        sizesBefore: last?.sizes ?? {},
        digestBefore: digestBefore instanceof Uint8Array ? digestBefore : undefined,
      });
      const resources = createResourceWriter(writing);
      const grants = createGrantWriter(writing);
      const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };
      const each = <R>(rows: readonly R[], put: (row: R) => void): void =>
        guarded(path, 'write', () => {
          rowCount += rows.length;
          rows.forEach((row) => put(row));
        });
      let rowCount = 0;
      return {
        counts,
        resourceTypes: async (rows) => {
          each(rows, (row) => resources.type(row));
          counts.resourceTypes += rows.length;
        },
        resources: async (rows) => {
          each(rows, (row) => resources.resource(row));
          countAll(counts.resources, rows);
        },
        entitlements: async (rows) => {
          each(rows, (row) => resources.entitlement(row));
          countAll(counts.entitlements, rows);
        },
        grants: async (rows) => {
          each(rows, (row) => grants.grant(row));
          countAll(counts.grants, rows);
        },
        finish: async (summary) => {
          try {
            guarded(path, 'write', () => {
              resources.flush();
              grants.flush();
              writing.flush();
              closeMissing(writing);
            });
            await change.makeIndexes({ isAside: isAnswering && rowCount >= threadFrom });
            guarded(path, 'write', () => {
              writing.references.check();
              const told = summary(writing.digest.text);
              const times = timesOf(path, told, { projectId, last });
              database
                .prepare(
                  `insert into sync (n, project, sync_id, started_at, finished_at, finished_ms, summary, digest, sizes, added, ended)
                   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
                )
                .run(
                  writing.sync,
                  project,
                  syncId,
                  times.startedAt,
                  times.finishedAt,
                  times.finishedMs,
                  JSON.stringify(told),
                  writing.digest.bytes,
                  JSON.stringify(writing.tally.sizes),
                  writing.tally.added,
                  writing.tally.ended,
                );
              const nowMs = keptSyncs(database, projectId).at(-1)?.finishedMs;
              if (keepMs !== undefined && nowMs !== undefined) {
                planPrune(database, { keepMs, nowMs, projectId }).forEach((plan) => prune(database, plan));
              }
            });
            await change.commit();
          } catch (thrown) {
            await change.rollback();
            throw toStoreFault(path, thrown, 'write');
          }
        },
        discard: async () => await change.rollback(),
      };
    });
  } catch (thrown) {
    await change.rollback();
    throw thrown;
  }
}
