import { fitted } from '../answers/table.ts';
import { printable } from '../printable.ts';
import type { FleetLook } from './fleet-status.ts';
import { countsOf, groupLines, projectLines, totalLine, worstFirst } from './fleet-table.ts';
import { painter } from './terminal.ts';
import { inShort, wrapped } from './text.ts';

/** What is drawn of a fleet, and when it was so. */
export interface Watched {
  readonly file: string;
  readonly engine: string | undefined;
  readonly seen: { readonly look: FleetLook; readonly atMs: number } | undefined;
  /** Why the engine does not answer, and since when. */
  readonly failure: { readonly sinceMs: number; readonly reason: string } | undefined;
  readonly nowMs: number;
}

export interface ScreenSize {
  readonly height: number;
  readonly width: number;
}

/** Of groups with a budget no more are shown than this. */
const mostGroups = 5;
/** Lines of a reason. */
const mostReason = 3;

/**
 * The lines of a screen, never more than it has, none wider. Projects stand in the order of the file where all fit, else
 * the worst first, and how many are left out is told.
 */
export function frameOf(
  { file, engine, seen, failure, nowMs }: Watched,
  { height, width }: ScreenSize,
): readonly string[] {
  const paint = painter();
  const one = (text: string): string => fitted(printable(text), width);
  const clock = new Date(nowMs).toTimeString().slice(0, 8);
  const head = paint('bold', one([clock, file, ...(engine === undefined ? [] : [engine])].join('  ')));
  const red = (text: string): string[] =>
    wrapped(printable(text), width)
      .slice(0, mostReason)
      .map((line) => paint('red', fitted(line, width)));
  const told =
    failure === undefined
      ? []
      : [
          ...red(`The engine does not answer, for ${whole(nowMs - failure.sinceMs)}: ${failure.reason}`),
          ...(seen === undefined ? [] : red(`Below is what was so ${whole(nowMs - seen.atMs)} ago.`)),
        ];
  if (seen === undefined) {
    return [head, ...(failure === undefined ? [one('asking the engine ...')] : told)].slice(0, height);
  }
  const { projects, groups } = seen.look;
  const ofGroups = groupLines(groups).map(one);
  const shownGroups =
    ofGroups.length <= mostGroups
      ? ofGroups
      : [...ofGroups.slice(0, mostGroups - 1), one(`and ${ofGroups.length - mostGroups + 1} more groups`)];
  const top = [head, ...told].slice(0, Math.max(1, height - 1));
  const bottom = [one(totalLine(projects)), ...shownGroups].slice(0, Math.max(0, height - top.length));
  const room = height - top.length - bottom.length;
  const all = projectLines(projects, nowMs, width);
  if (all.length <= room) {
    return [...top, ...all, ...bottom];
  }
  const sorted = worstFirst(projects);
  for (let count = Math.min(room - 1, sorted.length - 1); count >= 0; count -= 1) {
    const lines = projectLines(sorted.slice(0, count), nowMs, width);
    if (lines.length < room) {
      const left = sorted.slice(count);
      return [...top, ...lines, one(`  and ${left.length} more: ${countsOf(left)}`), ...bottom];
    }
  }
  return [...top, ...bottom];
}

/** In whole seconds, and coarser: a screen that counts tenths is restless. */
function whole(ms: number): string {
  return ms < 10_000 ? `${Math.round(Math.max(0, ms) / 1_000)} s` : inShort(ms);
}

/** A frame as it is sent: drawn over the one before, at once, so that nothing flickers. */
export function overPrevious(lines: readonly string[]): string {
  return `\u001B[?2026h\u001B[H${lines.map((line) => `${line}\u001B[K`).join('\r\n')}\u001B[J\u001B[?2026l`;
}

/** To a screen of its own, without a cursor; and back to what was there before. */
export const enterScreen = '\u001B[?1049h\u001B[?25l';
export const leaveScreen = '\u001B[?25h\u001B[?1049l';
