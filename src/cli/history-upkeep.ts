import { ConnectorError } from '../errors.ts';
import type { PrunePlan } from '../history/prune.ts';
import { plannedPrune, pruneStore, vacuumStore } from '../history/upkeep.ts';
import { isStore } from '../output/outputs.ts';
import { printable } from '../printable.ts';
import { fullPath, isPostgres, shownStore } from '../store-url.ts';
import type { CommandContext } from './command-context.ts';
import { confirmed } from './operation.ts';
import { prose } from './results.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';

/** The flags of what cannot be undone. */
export interface UpkeepFlags {
  readonly project?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export type PruneFlags = UpkeepFlags & { readonly keep: number };

type UpkeepContext = Pick<CommandContext, 'signal' | 'print'>;

/** What a question that is not answered with yes leaves. */
export const nothingChanged = 'nothing was changed';

export function checkedStore(store: string): string {
  if (!isStore(store)) {
    throw new ConnectorError(
      'config',
      `${printable(shownStore(store))} is no store: give a .db file, or postgres://HOST/DATABASE`,
    );
  }
  return fullPath(store);
}

export function waitingFor(store: string): { readonly onWait: () => void } {
  return { onWait: () => tell('info', `waiting for another command that uses ${printable(shownStore(store))}`) };
}

/** Takes out of a store what was over before the time that is kept. */
export async function pruneOnce(
  store: string,
  { keep, project, json = false, ...flags }: PruneFlags,
  { signal, print }: UpkeepContext,
): Promise<void> {
  const path = checkedStore(store);
  const bounds = { keepMs: keep, nowMs: Date.now(), projectId: project };
  const planned = await plannedPrune(path, bounds);
  const isDry = flags.dryRun === true;
  if (planned.length > 0) {
    if (!json && !isDry && flags.yes !== true) {
      print(prose(...planned.map((plan) => goesInWords(plan, 'will go'))).join('\n'));
    }
    await confirmed(`Take this out of ${printable(shownStore(store))}`, flags, signal, { nothing: nothingChanged });
  }
  const plans = isDry || planned.length === 0 ? planned : await pruneStore(path, bounds, waitingFor(store));
  if (json) {
    print(JSON.stringify({ store: shownStore(store), isDryRun: isDry, projects: plans.map(planJson) }));
    return;
  }
  const told = plans.map((plan) => goesInWords(plan, isDry ? 'would go' : 'went'));
  print(
    prose(
      ...(plans.length === 0 ? ['Nothing is older than that: all syncs stay.'] : told),
      ...(isDry || plans.length === 0 || isPostgres(store)
        ? []
        : [`The file has room for new syncs now; "history vacuum ${printable(store)}" makes it smaller.`]),
    ).join('\n'),
  );
}

function goesInWords({ first, syncs, rows }: PrunePlan, verb: string): string {
  const gone = `${counted(syncs.length, 'sync')} up to ${syncs.at(-1)?.finishedAt ?? ''} ${verb}`;
  return [
    `Project ${printable(first.projectId)}: ${gone}, with ${counted(rows, 'row')} that had ended by ${first.finishedAt}.`,
    'That sync is the first one then.',
  ].join(' ');
}

function planJson({ first, syncs, rows }: PrunePlan): object {
  return {
    projectId: first.projectId,
    syncs: syncs.length,
    lastFinishedAt: syncs.at(-1)?.finishedAt,
    rows,
    firstKept: first.finishedAt,
  };
}

/** Writes the file of a store anew, without what is unused in it. */
export async function vacuumOnce(store: string, { print }: UpkeepContext): Promise<void> {
  const { bytesBefore, bytesAfter } = await vacuumStore(checkedStore(store), waitingFor(store));
  print(`${printable(shownStore(store))}: ${megabytes(bytesBefore)} before, ${megabytes(bytesAfter)} now`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
