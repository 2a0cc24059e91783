import { stat } from 'node:fs/promises';
import { resolveSettings } from '../config/load.ts';
import { settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import type { ChildSyncFlags, ChangesFlags, StoreFlags } from './fleet-child-commands.ts';
import { permitsOfParent } from './parent-permits.ts';

/** One sync for a parent process, which must not go on when nobody is there to publish it. */
export async function syncForParent(
  { permits: isPermitted = false, ...flags }: ChildSyncFlags,
  context: CommandContext,
): Promise<void> {
  if (isPermitted && process.send === undefined) {
    throw new ConnectorError('config', 'there is no parent to ask for permits');
  }
  await underParent(context, async (bound) => {
    const given = isPermitted ? { ...bound, permits: permitsOfParent(process) } : bound;
    await (await import('./sync.ts')).syncOnce(flags, given);
  });
}

/** Takes the file of a sync into the store that the environment names, and takes out of it what was over long ago. */
export async function storeForParent(
  file: string,
  { keepMs, project, latest }: StoreFlags,
  context: CommandContext,
): Promise<void> {
  const store = context.env[settings.history.env[0]];
  if (store === undefined) {
    throw new ConnectorError('config', `${settings.history.env[0]} names no store`);
  }
  await underParent(context, async (bound) => {
    await compareWithStore(file, store, { project, latest }, context);
    await (await import('./history-import.ts')).importFiles([file], { into: store }, bound);
    if (keepMs !== undefined) {
      const flags = { keep: keepMs, project, yes: true, json: true };
      await (await import('./history-upkeep.ts')).pruneOnce(store, flags, bound);
    }
  });
}

/** Prints what changed in a file since the sync that was told last, as JSON: null where nothing is known of that. */
export async function changesForParent(
  file: string,
  { before = [], lastMs, project }: ChangesFlags,
  context: CommandContext,
): Promise<void> {
  const store = context.env[settings.history.env[0]];
  await underParent(context, async ({ signal }) => {
    const wanted = { before: [...before, ...(store === undefined ? [] : [store])], lastMs, project };
    const found = await (await import('./fleet-told-changes.ts')).toldChanges(file, wanted, signal);
    context.print(JSON.stringify(found ?? null));
  });
}

/**
 * Holds back what found far less than the last sync in the store, where that is newer than what stands in the folder:
 * another machine made it, whose folder is not ours.
 */
async function compareWithStore(
  file: string,
  store: string,
  { project, latest }: Pick<StoreFlags, 'project' | 'latest'>,
  { env }: CommandContext,
): Promise<void> {
  const { maxShrink = Number(settings.maxShrink.default) } = resolveSettings({ flags: {}, env }).values;
  const standsMs = await stat(latest).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  const found = await (await import('../output/last.ts')).readLast(file);
  if (found?.counts === undefined) {
    return; // a file that does not tell
  }
  const { createLastStoreCheck } = await import('./last-output.ts');
  const check = createLastStoreCheck(store, { maxShrink, isAccepted: false }, standsMs);
  await check.checkOwner(project);
  await check.compare({ ...found, counts: found.counts, projectId: project });
}

/** Does the work with a signal that fires as well when standard input ends, which the parent keeps open while it lives. */
async function underParent(context: CommandContext, work: (bound: CommandContext) => Promise<void>): Promise<void> {
  const gone = new AbortController();
  const end = (): void => gone.abort();
  process.stdin.on('end', end).on('error', end).resume();
  try {
    await work({ ...context, signal: AbortSignal.any([context.signal, gone.signal]) });
  } finally {
    process.stdin.off('end', end).off('error', end).destroy(); // an open one would keep the process alive
    process.disconnect?.(); // and so would a channel
  }
}
