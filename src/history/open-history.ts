import { stat } from 'node:fs/promises';
import { reading } from '../answers/faults.ts';
import type { Moment, SyncSource } from '../answers/source.ts';
import { chooseSync } from './choose-sync.ts';
import { ConnectorError } from '../errors.ts';
import { hasOsCode } from '../os-reasons.ts';
import { printable } from '../printable.ts';
import { isPostgres } from '../store-url.ts';
import { guarded } from './faults.ts';
import { keptSyncs, projectNumber } from './kept.ts';
import { sourceOf } from './store-messages.ts';
import { openStore } from './store-file.ts';
import type { HistoryReader, KeptSync } from './store.ts';
import { indexOf } from './store-index.ts';

/**
 * Opens the store at a path or a URL for reading. Errors: `local-io` when it cannot be read, `invalid` for a file or a
 * database that holds none.
 */
export async function openHistory(path: string): Promise<HistoryReader> {
  return isPostgres(path)
    ? await (await import('./postgres/open-history.ts')).openPostgres(path)
    : await openFile(path);
}

/** Whether there is a store at a path or a URL; what cannot be looked at counts as there, and fails when it is opened. */
export async function isStoreThere(path: string): Promise<boolean> {
  return isPostgres(path)
    ? await (await import('./postgres/reading.ts')).isPostgresThere(path)
    : await stat(path).then(
        () => true,
        (thrown: unknown) => !hasOsCode(thrown, 'ENOENT'),
      );
}

/** Makes the tables of a store at a URL, where they are not there yet, and checks that it can be written to. */
export async function readyPostgres(url: string): Promise<void> {
  await (await import('./postgres/reading.ts')).readyToWrite(url);
}

async function openFile(path: string): Promise<HistoryReader> {
  const status = await reading(path, () => stat(path));
  if (!status.isFile()) {
    throw new ConnectorError('local-io', `cannot read ${printable(path)}: it is not a file`);
  }
  const database = guarded(path, 'read', () => openStore(path, path, true));
  const numbersOf = ({ n, projectId }: KeptSync): { readonly project: number; readonly sync: number } => ({
    project: projectNumber(database, projectId) ?? -1,
    sync: n,
  });
  const summaryOf = ({ n }: KeptSync): unknown =>
    JSON.parse(String(database.prepare('select summary from sync where n = ?').get(n)?.['summary'] ?? 'null'));
  const momentOf = ({ n, projectId, startedAt, finishedAt }: KeptSync): Moment => {
    const next = keptSyncs(database, projectId).find((sync) => sync.n > n);
    return {
      startedAt,
      finishedAt,
      ...(next !== undefined && { next: { startedAt: next.startedAt, finishedAt: next.finishedAt } }),
    };
  };
  const source = (sync: KeptSync): SyncSource =>
    guarded(path, 'read', () =>
      sourceOf({ path, database }, numbersOf(sync), { summary: summaryOf(sync), moment: momentOf(sync) }),
    );
  return {
    path,
    syncs: async (projectId) => guarded(path, 'read', () => keptSyncs(database, projectId)),
    choose: async (which) =>
      chooseSync(
        path,
        guarded(path, 'read', () => keptSyncs(database)),
        which,
      ),
    source: async (sync) => source(sync),
    index: async (sync) => await indexOf(path, { ...numbersOf(sync), source: source(sync) }),
    [Symbol.asyncDispose]: async () => {
      if (database.isOpen) {
        database.close();
      }
    },
  };
}
