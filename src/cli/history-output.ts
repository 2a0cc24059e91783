import type { Settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import { both } from '../output/both.ts';
import type { C1zFileOptions } from '../output/c1z-file.ts';
import { type CreateOutput, isStore, targetNamed } from '../output/outputs.ts';
import type { SyncFile } from '../output/sync-file.ts';
import { printable } from '../printable.ts';
import { shownStore } from '../store-url.ts';

/** The store that syncs go into besides their other outputs. */
export interface HistoryOutput {
  readonly path: string;
  /** What begins both outputs at once. */
  readonly beside: (create: CreateOutput) => CreateOutput;
}

/** Checks, before anything is read, that a sync can go into the store that --history names; undefined without one. */
export async function historyOutput(
  { history, historyKeep: keepMs }: Pick<Settings, 'history' | 'historyKeep'>,
  onWait?: () => void,
): Promise<HistoryOutput | undefined> {
  if (history === undefined) {
    if (keepMs !== undefined) {
      throw new ConnectorError('config', '--history-keep is for a store: say which with --history access.db');
    }
    return undefined;
  }
  if (!isStore(history)) {
    throw new ConnectorError(
      'config',
      `--history ${printable(shownStore(history))} is no store: end its name with .db, or give postgres://HOST/DATABASE`,
    );
  }
  const path = targetNamed(history);
  await (await import('./ready-store.ts')).readyStore(path);
  const begin = async ({ syncId, about, isAnswering }: C1zFileOptions): Promise<SyncFile> =>
    await (
      await import('../history/write-sync.ts')
    ).createStoreTarget(path, { syncId, projectId: about?.projectId ?? '', keepMs, isAnswering, onWait });
  return {
    path,
    beside: (create) => async (options) => {
      const store = await begin(options); // first: another writer is told before there is a file to give up
      try {
        return both(await create(options), store);
      } catch (thrown) {
        await store.discard();
        throw thrown;
      }
    },
  };
}
