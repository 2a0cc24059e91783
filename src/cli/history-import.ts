import { openSource } from '../answers/open.ts';
import type { SyncSource } from '../answers/source.ts';
import { ConnectorError } from '../errors.ts';
import { isStoreThere, openHistory } from '../history/open-history.ts';
import { createStoreTarget } from '../history/write-sync.ts';
import { printable } from '../printable.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { newSyncId } from '../sync/sync-id.ts';
import type { CommandContext } from './command-context.ts';
import { copySource } from './copy-source.ts';
import type { ImportFlags } from './history.ts';
import { isStore, targetNamed } from '../output/outputs.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';
import { readyStore } from './ready-store.ts';
import { besideTarget, temporaryPlace } from '../output/work-places.ts';
import { fullPath, isPostgres, shownStore } from '../store-url.ts';

/** A file that is to go in. */
interface Waiting {
  readonly path: string;
  readonly projectId: string;
  readonly finishedAt: string;
  readonly startedAt: string;
  readonly ms: number;
}

/** Puts files into a store, oldest first, each whole or not at all. All are looked at before the first one goes in. */
export async function importFiles(
  files: readonly string[],
  { into, project }: ImportFlags,
  { signal, print }: Pick<CommandContext, 'signal' | 'print'>,
): Promise<void> {
  if (!isStore(into)) {
    throw new ConnectorError(
      'config',
      `--into ${printable(shownStore(into))} is no store: end its name with .db, or give postgres://HOST/DATABASE`,
    );
  }
  const store = targetNamed(into);
  await readyStore(store);
  const work = isPostgres(store) ? temporaryPlace() : besideTarget(store);
  const waiting: Waiting[] = [];
  for (const file of files) {
    await using source = await openSource(fullPath(file), { work });
    waiting.push(waitingOf(file, source.summary, project));
  }
  const known = (await isStoreThere(store)) ? await timesIn(store) : new Set<string>();
  let imported = 0;
  for (const file of waiting.toSorted((one, other) => one.ms - other.ms)) {
    const { path, projectId, finishedAt } = file;
    if (known.has(keyOf(file))) {
      tell('info', `${printable(path)}: the store has this sync, of ${finishedAt}, already`);
      continue;
    }
    await using source = await openSource(fullPath(path), { work });
    const target = await createStoreTarget(store, {
      projectId,
      syncId: newSyncId(file.ms),
      onWait: () => tell('info', `waiting for another sync or command that writes to ${printable(shownStore(store))}`),
    });
    await copySource(ofProject(source, projectId), target, signal);
    known.add(keyOf(file));
    imported += 1;
    tell('info', `${printable(path)}: the sync of ${finishedAt}`);
  }
  print(`Put ${counted(imported, 'sync')} into ${printable(shownStore(store))}`);
}

function waitingOf(
  path: string,
  { projectId = '', startedAt, finishedAt = '' }: FileSummary,
  named: string | undefined,
): Waiting {
  const ms = Date.parse(finishedAt);
  if (Number.isNaN(ms)) {
    throw new ConnectorError('invalid', `cannot import ${printable(path)}: it does not tell when its sync finished`);
  }
  if (projectId === '' && named === undefined) {
    throw new ConnectorError(
      'config',
      `cannot import ${printable(path)}: it does not tell its project; say which with --project`,
    );
  }
  return {
    path,
    projectId: projectId === '' ? (named ?? '') : projectId,
    finishedAt,
    startedAt: startedAt ?? finishedAt,
    ms,
  };
}

/** A file with the project that was named, where it does not tell its own. */
function ofProject(source: SyncSource, projectId: string): SyncSource {
  const { summary, wholeSummary } = source;
  return {
    ...source,
    summary: { ...summary, projectId },
    wholeSummary: wholeSummary === undefined ? undefined : { ...wholeSummary, projectId },
  };
}

function keyOf({ projectId, startedAt, finishedAt }: Pick<Waiting, 'projectId' | 'startedAt' | 'finishedAt'>): string {
  return JSON.stringify([projectId, startedAt, finishedAt]);
}

async function timesIn(store: string): Promise<Set<string>> {
  await using history = await openHistory(store);
  return new Set((await history.syncs()).map(keyOf));
}
