import { stat } from 'node:fs/promises';
import { isStoreThere, openHistory } from '../history/open-history.ts';
import { hasOsCode, osReason } from '../os-reasons.ts';
import { ConnectorError } from '../errors.ts';
import { openKeptFiles } from '../output/kept-files.ts';
import { clocksApartMs } from './engine.ts';
import type { FleetProject } from './fleet.ts';
import { slotsOf } from './slots.ts';

/** Where the newest complete sync of a project is: one sync of a store, or a file; undefined where there never was one. */
export type Newest =
  | { readonly path: string; readonly kind: 'store'; readonly finishedMs: number }
  | { readonly path: string; readonly kind: 'file' }
  | undefined;

/**
 * Looks where the newest complete sync of a project is. The store comes first: each sync goes into that before it becomes
 * the latest file. A store that cannot be read is an error, and not passed over: the file may be an older one.
 */
export async function newestOf({
  id,
  history,
  folder,
  format,
  keep,
}: Pick<FleetProject, 'id' | 'history' | 'folder' | 'format' | 'keep'>): Promise<Newest> {
  if (history !== undefined && (await isStoreThere(history))) {
    await using store = await openHistory(history);
    const last = (await store.syncs(id)).at(-1);
    if (last !== undefined) {
      return { path: history, kind: 'store', finishedMs: last.finishedMs };
    }
  }
  const { latest } = openKeptFiles(folder, format, keep);
  try {
    await stat(latest);
    return { path: latest, kind: 'file' };
  } catch (thrown) {
    if (hasOsCode(thrown, 'ENOENT', 'ENOTDIR')) {
      return undefined;
    }
    throw new ConnectorError('local-io', `${latest} cannot be read: ${osReason(thrown)}`);
  }
}

/**
 * Whether a sync is older than its schedule lets it be: one whole interval was missed since it began. The last slot alone
 * says nothing, since its sync may be under way. Without a schedule nothing is old. A time that is not told, or that lies ahead
 * by the fault of a clock, says nothing of how new it is.
 */
export function isOld(
  project: Pick<FleetProject, 'id' | 'schedule'>,
  startedMs: number | undefined,
  nowMs: number,
): boolean {
  const slots = slotsOf(project);
  if (slots === undefined) {
    return false;
  }
  if (!isTimeOf(startedMs, nowMs)) {
    return true;
  }
  const last = slots.last(nowMs);
  const before = last === undefined ? undefined : slots.last(last - 1);
  return before !== undefined && startedMs < before;
}

/** Whether a time of something that happened can be right. One that lies ahead is of a clock that was wrong. */
export function isTimeOf(ms: number | undefined, nowMs: number): ms is number {
  return ms !== undefined && ms <= nowMs + clocksApartMs;
}
