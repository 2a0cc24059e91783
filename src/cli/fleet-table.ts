import { tableLines } from '../answers/table.ts';
import type { GroupStatus } from '../fleet/group-status.ts';
import { type ProjectStatus, statusWords } from '../fleet/status.ts';
import { counted } from './table.ts';
import { painter, type Style } from './terminal.ts';
import { ago, inShort } from './text.ts';

/** A line for each group with a budget. */
export function groupLines(groups: readonly GroupStatus[]): readonly string[] {
  return groups.map(({ name, atWork, atOnce, requestsPerMinute, pausedMs }) => {
    const parts = [
      `${atWork}${atOnce === undefined ? '' : ` of ${atOnce}`} at work`,
      ...(requestsPerMinute === undefined ? [] : [`${requestsPerMinute} requests a minute together`]),
      ...(pausedMs === undefined ? [] : [`paused for ${inShort(pausedMs)}: Descope asked for it`]),
    ];
    return `group ${name}: ${parts.join(', ')}`;
  });
}

const colors: Readonly<Record<ProjectStatus['state'], Style>> = {
  ok: 'green',
  syncing: 'cyan',
  waiting: 'cyan',
  never: 'dim',
  paused: 'dim',
  retrying: 'yellow',
  overdue: 'yellow',
  'given-up': 'red',
};
/** From the best to the worst. */
const order = Object.keys(colors) as readonly ProjectStatus['state'][];

export function worstFirst(all: readonly ProjectStatus[]): readonly ProjectStatus[] {
  return all.toSorted((one, other) => order.indexOf(other.state) - order.indexOf(one.state));
}

/** A row for each project. */
export function projectLines(shown: readonly ProjectStatus[], nowMs: number, width: number): readonly string[] {
  const paint = painter();
  const rows = shown.map(({ name, state, last, nextMs, note }) => [
    name,
    statusWords[state],
    last === undefined ? '' : `${counted(last.users, 'user')} ${ago(nowMs - last.finishedMs)}`,
    last === undefined ? '' : inShort(last.finishedMs - last.startedMs),
    nextMs === undefined ? '' : `next in ${inShort(Math.max(0, nextMs - nowMs))}`,
    note ?? '',
  ]);
  return [
    ...tableLines(rows, {
      width,
      hasNotes: true,
      shrink: [
        { column: 0, to: 16 },
        { column: 3, to: 0 },
      ],
      dress: (line, [, word = '']) => {
        const state = order.find((known) => statusWords[known] === word);
        return state === undefined ? line : paint(colors[state], line);
      },
    }),
  ];
}

/** "300 projects: 290 ok, 10 given up". */
export function totalLine(all: readonly ProjectStatus[]): string {
  return `${counted(all.length, 'project')}: ${countsOf(all)}`;
}

/** "290 ok, 10 given up". */
export function countsOf(all: readonly ProjectStatus[]): string {
  return order
    .flatMap((state) => {
      const count = all.filter((one) => one.state === state).length;
      return count === 0 ? [] : [`${count} ${statusWords[state]}`];
    })
    .join(', ');
}
