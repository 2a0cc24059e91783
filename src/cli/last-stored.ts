import { isStoreThere, openHistory } from '../history/open-history.ts';
import type { LastExtent } from '../sync/guard.ts';
import { lastSyncOf } from '../output/last-sync.ts';

/**
 * The last sync of a project in a store; undefined where there is none, or none that finished after a moment. A file that
 * is no store is an error.
 */
export async function lastStored(
  store: string,
  projectId: string,
  afterMs = Number.NEGATIVE_INFINITY,
): Promise<LastExtent | undefined> {
  if (!(await isStoreThere(store))) {
    return undefined;
  }
  await using history = await openHistory(store);
  const last = (await history.syncs(projectId)).at(-1);
  if (last === undefined || last.finishedMs <= afterMs) {
    return undefined;
  }
  const told = lastSyncOf((await history.source(last)).wholeSummary);
  return told === undefined ? undefined : { ...told, projectId };
}
