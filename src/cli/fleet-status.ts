import { jsonLines } from '../answers/json-lines.ts';
import { tableLines } from '../answers/table.ts';
import { ConnectorError } from '../errors.ts';
import { statusOf, type ProjectStatus, statusWords } from '../fleet/status.ts';
import type { CommandContext } from './command-context.ts';
import { type EngineFlags, openEngine, type OpenedEngine } from './fleet-engine.ts';
import { type FleetFileFlags, openFleet } from './fleet-file.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type GroupStatus, groupStatuses } from '../fleet/group-status.ts';
import { screenWidth, withEnds, writeResult } from './results.ts';
import { counted } from './table.ts';
import { canRedraw, painter, type Style } from './terminal.ts';
import { ago, inShort } from './text.ts';
import { waitFor } from './wait-for.ts';

export interface FleetStatusFlags extends FleetFileFlags, EngineFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
}

const redrawMs = 2_000;

/** Tells how each project is: once, or again and again on a screen. */
export async function status(
  { json = false, watch = false, ...flags }: FleetStatusFlags,
  { env, signal, write }: Pick<CommandContext, 'env' | 'signal' | 'write'>,
): Promise<void> {
  if (watch && (json || !canRedraw(process.stdout))) {
    throw new ConnectorError('config', '--watch draws on a terminal: leave it out for a pipe, a file or --json');
  }
  const fleet = openFleet(flags);
  const opened = await openEngine(fleet, flags, env);
  await using stack = new AsyncDisposableStack();
  stack.use(opened.engine);
  if (json) {
    const { name } = opened;
    const { projects, groups } = await lookAt(fleet, opened);
    await writeResult(jsonLines({ file: fleet.path, engine: name, groups }, 'projects', projects), signal);
    return;
  }
  if (!watch) {
    const { projects, groups } = await lookAt(fleet, opened);
    await writeResult(withEnds([...tableOf(projects, Date.now()), ...groupLines(groups)]), signal);
    return;
  }
  while (!signal.aborted) {
    const { projects: found, groups } = await lookAt(fleet, opened);
    const rows = (process.stdout.rows || 24) - 3 - groups.length;
    const shown = found.length > rows ? worstFirst(found).slice(0, rows - 1) : found;
    const more =
      found.length > shown.length ? [`  ... and ${found.length - shown.length} more that are better off`] : [];
    const lines = [...tableOf(shown, Date.now(), found), ...more, ...groupLines(groups)];
    write(`\u001B[H${lines.map((line) => `${line}\u001B[K\n`).join('')}\u001B[J`);
    await waitFor(redrawMs, signal);
  }
}

interface FleetLook {
  readonly projects: readonly ProjectStatus[];
  readonly groups: readonly GroupStatus[];
}

async function lookAt(fleet: Fleet, { engine }: OpenedEngine): Promise<FleetLook> {
  const states = await engine.states();
  const nowMs = Date.now();
  return {
    projects: fleet.projects.map((project) => statusOf(project, states.get(project.id), nowMs)),
    groups: await groupStatuses(fleet, states, engine),
  };
}

/** A line for each group with a budget. */
function groupLines(groups: readonly GroupStatus[]): readonly string[] {
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
const order = Object.keys(colors);

function worstFirst(all: readonly ProjectStatus[]): readonly ProjectStatus[] {
  return all.toSorted((one, other) => order.indexOf(other.state) - order.indexOf(one.state));
}

/** A row for each project that is shown, and a line that counts all. */
function tableOf(shown: readonly ProjectStatus[], nowMs: number, all = shown): readonly string[] {
  const paint = painter();
  const rows = shown.map(({ name, state, last, nextMs, note }) => [
    name,
    statusWords[state],
    last === undefined ? '' : `${counted(last.users, 'user')} ${ago(nowMs - last.finishedMs)}`,
    last === undefined ? '' : inShort(last.finishedMs - last.startedMs),
    nextMs === undefined ? '' : `next in ${inShort(Math.max(0, nextMs - nowMs))}`,
    note ?? '',
  ]);
  const lines = tableLines(rows, {
    width: screenWidth() ?? 80,
    hasNotes: true,
    shrink: [
      { column: 0, to: 16 },
      { column: 3, to: 0 },
    ],
    dress: (line, [, word = '']) => {
      const state = order.find((known) => statusWords[known as ProjectStatus['state']] === word);
      return state === undefined ? line : paint(colors[state as ProjectStatus['state']], line);
    },
  });
  const counts = order.flatMap((state) => {
    const count = all.filter((one) => one.state === state).length;
    return count === 0 ? [] : [`${count} ${statusWords[state as ProjectStatus['state']]}`];
  });
  return [...lines, `${counted(all.length, 'project')}: ${counts.join(', ')}`];
}
