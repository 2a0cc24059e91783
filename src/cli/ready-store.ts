import { isStoreThere, openHistory, readyPostgres } from '../history/open-history.ts';
import { sweepLeftovers } from '../output/leftovers.ts';
import { checkTarget } from '../output/place.ts';
import { isPostgres } from '../store-url.ts';

/** Checks, before anything is read, that syncs can go into a store. */
export async function readyStore(path: string): Promise<void> {
  if (isPostgres(path)) {
    await readyPostgres(path);
    return;
  }
  await checkTarget(path);
  await sweepLeftovers(path);
  if (await isStoreThere(path)) {
    await (await openHistory(path))[Symbol.asyncDispose]();
  }
}
