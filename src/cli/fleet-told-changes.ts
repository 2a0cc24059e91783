import { type Diff, diffOf } from '../answers/diff.ts';
import { changeJson } from '../answers/diff-cells.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { isKind } from '../errors.ts';
import { type AccessChanges, mostChanges } from '../fleet/webhooks/events.ts';
import { isStore } from '../output/outputs.ts';
import { allChanges } from './diff.ts';
import { readIndex } from './read-index.ts';

export interface ChangesWanted {
  /** Files, or a store, in which the sync that was told last may be; the likeliest first. */
  readonly before: readonly string[];
  /** When that was finished; undefined where none was told. */
  readonly lastMs: number | undefined;
  readonly project: string;
}

/** What changed between the sync that was told last and a file; undefined where there is nothing to compare with. */
export async function toldChanges(
  after: string,
  wanted: ChangesWanted,
  signal: AbortSignal,
): Promise<AccessChanges | undefined> {
  await using newer = await readIndex(after, signal, { isWhole: true });
  await using older = await olderOf(newer, wanted, signal);
  if (older === undefined) {
    return undefined;
  }
  using diff = diffOf(older.index, newer);
  return {
    sinceMs: older.finishedMs,
    isGap: older.finishedMs !== wanted.lastMs,
    counts: diff.counts,
    notCompared: diff.notCompared,
    ...firstOf(diff),
  };
}

interface Older extends AsyncDisposable {
  readonly index: FileIndex;
  readonly finishedMs: number;
}

/** The index of the sync that was told last, else that of the newest other one before ours. */
async function olderOf(
  newer: FileIndex,
  { before, lastMs, project }: ChangesWanted,
  signal: AbortSignal,
): Promise<Older | undefined> {
  const oursMs = finishedMsOf(newer);
  let best: Older | undefined;
  for (const path of before) {
    const when = isStore(path) ? { at: lastMs ?? oursMs - 1, project } : {};
    const index = await readIndex(path, signal, { isWhole: true, ...when }).catch((thrown: unknown) => {
      if (isKind(thrown, 'cancelled')) {
        throw thrown;
      }
      return undefined; // not there, or not to be read: another one may be
    });
    if (index === undefined) {
      continue;
    }
    const finishedMs = finishedMsOf(index);
    const found = { index, finishedMs, [Symbol.asyncDispose]: async () => await index[Symbol.asyncDispose]() };
    if (finishedMs === lastMs) {
      await best?.[Symbol.asyncDispose]();
      return found;
    }
    const isBetter = finishedMs < oursMs && (best === undefined || finishedMs > best.finishedMs);
    await (isBetter ? best : found)?.[Symbol.asyncDispose]();
    best = isBetter ? found : best;
  }
  return best;
}

function finishedMsOf({ summary: { finishedAt } }: FileIndex): number {
  return Date.parse(finishedAt ?? '');
}

/** As many changes as are told, those to be looked at first before all others, and how many there are. */
function firstOf(diff: Diff): Pick<AccessChanges, 'changes' | 'total'> {
  const changes: object[] = [];
  let total = 0;
  for (const change of allChanges(diff)) {
    total += 1;
    if (total <= mostChanges) {
      changes.push(lean(changeJson(change)));
    }
  }
  return { changes, total };
}

/** Without what says nothing. */
function lean(told: object): object {
  return Object.fromEntries(
    Object.entries(told).filter(
      ([, value]) => value !== '' && value !== 0 && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
