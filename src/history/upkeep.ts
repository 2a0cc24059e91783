import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reading } from '../answers/faults.ts';
import { placeOf } from '../output/place.ts';
import { sortIn } from '../sync-format/sort-in.ts';
import { guarded, heldByReader, isBusy, toStoreFault } from './faults.ts';
import { type Keep, planPrune, prune, type PrunePlan } from './prune.ts';
import { beginChange, type ChangeOptions, openStore } from './store-file.ts';

/** How another writer is waited for. */
export type Waiting = Omit<ChangeOptions, 'mayCreate'>;

/** What would go, by project; nothing is changed. */
export async function plannedPrune(path: string, keep: Keep): Promise<readonly PrunePlan[]> {
  const place = await placeOfStore(path);
  const database = guarded(path, 'read', () => openStore(path, place, true));
  try {
    return guarded(path, 'read', () => planPrune(database, keep));
  } finally {
    database.close();
  }
}

/** Takes away what was over before the bound, whole or not at all. Returns what went, by project. */
export async function pruneStore(path: string, keep: Keep, waiting: Waiting = {}): Promise<readonly PrunePlan[]> {
  const change = await beginChange(path, { ...waiting, mayCreate: false });
  try {
    const plans = guarded(path, 'write', () => {
      const found = planPrune(change.database, keep);
      found.forEach((plan) => prune(change.database, plan, keep.nowMs));
      return found;
    });
    await change.commit();
    return plans;
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
