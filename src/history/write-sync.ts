import { closing } from '../answers/summary.ts';
import { ConnectorError } from '../errors.ts';
import { countAll } from '../output/sync-file.ts';
import { printable } from '../printable.ts';
import { closeMissing } from './close-missing.ts';
import { guarded, toStoreFault } from './faults.ts';
import { keptSyncs, projectNumber } from './kept.ts';
import { planPrune, prune } from './prune.ts';
import { beginChange, type ChangeOptions, makeLateIndexes } from './store-file.ts';
import type { KeptSync, StoreTarget } from './store.ts';
import { createGrantWriter } from './write-grants.ts';
import { createResourceWriter } from './write-resources.ts';
import { createWriting } from './writing.ts';

export interface StoreTargetOptions extends Omit<ChangeOptions, 'mayCreate'> {
  readonly projectId: string;
  readonly syncId: string;
  /** What was over so long before this sync is taken out with it; nothing without. */
  readonly keepMs?: number | undefined;
}

/**
 * Begins a sync in the store at a path, which is made where there is none. Until `finish` nobody sees anything of it;
 * another writer is kept out meanwhile.
 */
export async function createStoreTarget(
  path: string,
  { projectId, syncId, keepMs, ...waiting }: StoreTargetOptions,
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
        guarded(path, 'write', () => rows.forEach((row) => put(row)));
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
              grants.flush();
              closeMissing(writing);
              makeLateIndexes(database);
              writing.references.check();
              const told = summary(writing.digest.text);
              enterSync(path, told, { projectId, last }, (times) =>
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
                  ),
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

interface Times {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly finishedMs: number;
}

/** Checks that a summary is one, of this project, and later than the sync before it. */
function enterSync(
  path: string,
  told: object,
  { projectId, last }: { readonly projectId: string; readonly last: KeptSync | undefined },
  enter: (times: Times) => void,
): void {
  const summary = closing(told)?.summary;
  const { startedAt, finishedAt = '' } = summary ?? {};
  const finishedMs = Date.parse(finishedAt);
  if (summary === undefined || Number.isNaN(finishedMs)) {
    throw new ConnectorError('invalid', `cannot write ${printable(path)}: the sync does not tell when it finished`);
  }
  if ((summary.projectId ?? projectId) !== projectId) {
    throw new Error('the summary is of another project than the rows');
  }
  if (last !== undefined && finishedMs <= last.finishedMs) {
    throw new ConnectorError(
      'conflict',
      `cannot write ${printable(path)}: it has a sync of ${last.finishedAt}, and this one, of ${finishedAt}, is not later; import older files into a new store`,
    );
  }
  enter({ startedAt: startedAt ?? finishedAt, finishedAt, finishedMs });
}
