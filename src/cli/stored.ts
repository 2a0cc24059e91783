import type { FileIndex } from '../answers/file-index.ts';
import { openSource } from '../answers/open.ts';
import type { SyncSource } from '../answers/source.ts';
import type { WorkPlace } from '../answers/work-place.ts';
import { ConnectorError } from '../errors.ts';
import type { HistoryReader, KeptSync, Question } from '../history/store.ts';
import { printable } from '../printable.ts';
import { isStore } from '../output/outputs.ts';

/** Which sync of a store is meant: flags of every command that reads one. A file holds one sync, and takes neither. */
export interface WhenFlags {
  readonly at?: number | undefined;
  readonly project?: string | undefined;
  /** Whether it is asked for what came and went before, too. */
  readonly hasPast?: boolean | undefined;
  /** Whether the question is of who holds what, and of nothing that messages alone tell: see `IndexNeeds`. */
  readonly isLean?: boolean | undefined;
  /** The one question that is asked, where that is known: see `IndexNeeds`. */
  readonly question?: Question | undefined;
  /** What else is named in it: see `IndexNeeds`. */
  readonly names?: readonly (string | undefined)[] | undefined;
}

/** Refuses flags that a file of one sync has no answer to. */
export function checkWhen(path: string, { at, project }: WhenFlags): void {
  const flag = at !== undefined ? '--at' : project !== undefined ? '--project' : undefined;
  if (flag !== undefined && !isStore(path)) {
    throw new ConnectorError(
      'config',
      `${flag} is for a store, and ${printable(path)} holds one sync: make a store with "baton-descope history import"`,
    );
  }
}

/** A sync of a store, with the store that it is read from: both are closed together. */
export interface StoredSync extends AsyncDisposable {
  readonly history: HistoryReader;
  readonly sync: KeptSync;
}

export async function openStored(path: string, { at, project }: WhenFlags): Promise<StoredSync> {
  const history = await (await import('../history/open-history.ts')).openHistory(path);
  try {
    const sync = await history.choose({ projectId: project, atMs: at });
    return { history, sync, [Symbol.asyncDispose]: () => history[Symbol.asyncDispose]() };
  } catch (thrown) {
    await history[Symbol.asyncDispose]();
    throw thrown;
  }
}

export interface InputOptions extends WhenFlags {
  readonly work?: WorkPlace | undefined;
}

/** Opens what a command reads: a file of a sync, or one sync of a store. */
export async function openInput(path: string, { work, ...when }: InputOptions = {}): Promise<SyncSource> {
  checkWhen(path, when);
  if (!isStore(path)) {
    return await openSource(path, { work });
  }
  const stored = await openStored(path, when);
  try {
    return {
      ...(await stored.history.source(stored.sync)),
      [Symbol.asyncDispose]: () => stored[Symbol.asyncDispose](),
    };
  } catch (thrown) {
    await stored[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** A sync of a store, ready for questions. */
export async function storedIndex(
  path: string,
  { work, signal, hasPast, isLean, question, names, ...when }: InputOptions & { readonly signal: AbortSignal },
): Promise<FileIndex> {
  await using stored = await openStored(path, when);
  return await stored.history.index(stored.sync, {
    work,
    signal,
    hasPast,
    isLean,
    question,
    names: names?.filter((name) => name !== undefined),
  });
}
