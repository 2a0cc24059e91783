import { stat } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reading } from '../answers/faults.ts';
import { placeOf } from '../output/place.ts';
import { isPostgres } from '../store-url.ts';
import { sortIn } from '../sync-format/sort-in.ts';
import { guarded, heldByReader, isBusy, toStoreFault } from './faults.ts';
import type { ForgetResult, Person } from './forget-rows.ts';
import { forget, peopleCalled } from './forget.ts';
import { keptSyncs } from './kept.ts';
import { auditOfPrune, type Keep, planPrune, prune, type PrunePlan } from './prune.ts';
import { type AuditedChange, auditOf, putAudit } from './store-audit.ts';
import { beginChange, type ChangeOptions, openStore } from './store-file.ts';

/** How another writer is waited for. */
export type Waiting = Omit<ChangeOptions, 'mayCreate'>;

/** What would go, by project; nothing is changed. */
export async function plannedPrune(path: string, keep: Keep): Promise<readonly PrunePlan[]> {
  if (isPostgres(path)) {
    return await (await import('./postgres/upkeep.ts')).plannedPostgresPrune(path, keep);
  }
  return await reads(path, (database) => planPrune(database, keep));
}

/** Takes away what was over before the bound, whole or not at all. Returns what went, by project. */
export async function pruneStore(path: string, keep: Keep, waiting: Waiting = {}): Promise<readonly PrunePlan[]> {
  if (isPostgres(path)) {
    return await (await import('./postgres/upkeep.ts')).prunePostgres(path, keep, waiting);
  }
  return await changes(path, waiting, (database) => {
    const plans = planPrune(database, keep);
    for (const plan of plans) {
      prune(database, plan);
      putAudit(database, plan.project, keep.nowMs, auditOfPrune(plan));
    }
    return plans;
  });
}

/** The people whom a text names, of one project or of all; nothing is changed. */
export async function findPeople(path: string, asked: string, projectId?: string): Promise<readonly Person[]> {
  if (isPostgres(path)) {
    return await (await import('./postgres/forget.ts')).findPostgresPeople(path, asked, projectId);
  }
  return await reads(path, (database) =>
    [...new Set(keptSyncs(database, projectId).map((sync) => sync.projectId))].flatMap((id) =>
      peopleCalled(database, id, asked),
    ),
  );
}

/** Forgets somebody, whole or not at all. What was unused in the file still holds them: `vacuumStore` is to follow. */
export async function forgetPerson(
  path: string,
  person: Person,
  atMs: number,
  waiting: Waiting = {},
): Promise<ForgetResult> {
  if (isPostgres(path)) {
    return await (await import('./postgres/forget.ts')).forgetPostgres(path, person, atMs, waiting);
  }
  return await changes(path, waiting, (database) => forget(path, database, person, atMs));
}

/** What was done to a store besides taking syncs, in the order in which it was done. */
export async function auditIn(path: string, projectId?: string): Promise<readonly AuditedChange[]> {
  return isPostgres(path)
    ? await (await import('./postgres/upkeep.ts')).auditOfPostgres(path, projectId)
    : await reads(path, (database) => auditOf(database, projectId));
}

/** What reads a store for a plan. */
async function reads<T>(path: string, work: (database: DatabaseSync) => T): Promise<T> {
  const place = await placeOfStore(path);
  const database = guarded(path, 'read', () => openStore(path, place, true));
  try {
    return guarded(path, 'read', () => work(database));
  } finally {
    database.close();
  }
}

/** One change of what a store keeps, whole or not at all. */
async function changes<T>(path: string, waiting: Waiting, work: (database: DatabaseSync) => T): Promise<T> {
  const change = await beginChange(path, { ...waiting, mayCreate: false });
  try {
    const result = guarded(path, 'write', () => work(change.database));
    await change.commit();
    return result;
  } catch (thrown) {
    await change.rollback();
    throw toStoreFault(path, thrown, 'write');
  }
}

/** Where a store lies that must be there. */
async function placeOfStore(path: string): Promise<string> {
  const place = await placeOf(path);
  await reading(path, () => stat(place));
  return place;
}

export interface Vacuumed {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

const patienceMs = 10_000;
const tryAgainMs = 200;

/**
 * Writes the file anew without what is unused in it: it gets smaller, and nothing that was deleted is left in it. Needs
 * as much room again beside the store while it works; whatever ends it, the store is as it was. Readers and writers are
 * waited for a while.
 */
export async function vacuumStore(
  path: string,
  { patienceMs: patience = patienceMs, onWait, wait = sleep }: Waiting = {},
): Promise<Vacuumed> {
  if (isPostgres(path)) {
    return await (await import('./postgres/vacuum.ts')).vacuumPostgres(path, patience);
  }
  const place = await placeOfStore(path);
  const sizeOf = async (): Promise<number> => (await stat(place)).size;
  const database = guarded(path, 'write', () => openStore(path, place, false));
  try {
    for (let waited = 0; ; waited += tryAgainMs) {
      try {
        database.exec('pragma journal_mode = delete'); // folds in what a killed writer left
        const bytesBefore = await sizeOf();
        sortIn(database, dirname(place));
        database.exec('vacuum');
        return { bytesBefore, bytesAfter: await sizeOf() };
      } catch (thrown) {
        if (!isBusy(thrown)) {
          throw thrown;
        }
        if (waited >= patience) {
          throw heldByReader(path);
        }
        if (waited === 0) {
          onWait?.();
        }
        await wait(tryAgainMs);
      }
    }
  } catch (thrown) {
    throw toStoreFault(path, thrown, 'write');
  } finally {
    database.close();
  }
}
