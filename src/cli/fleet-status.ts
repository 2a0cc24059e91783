import { jsonLines } from '../answers/json-lines.ts';
import { ConnectorError } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type GroupStatus, groupStatuses } from '../fleet/group-status.ts';
import { type ProjectStatus, statusOf } from '../fleet/status.ts';
import type { CommandContext } from './command-context.ts';
import { type EngineFlags, openEngine, type OpenedEngine } from './fleet-engine.ts';
import { type FleetFileFlags, openFleet } from './fleet-file.ts';
import { groupLines, projectLines, totalLine } from './fleet-table.ts';
import { screenWidth, withEnds, writeResult } from './results.ts';
import { canRedraw } from './terminal.ts';

export interface FleetStatusFlags extends FleetFileFlags, EngineFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** How a fleet is at a moment. */
export interface FleetLook {
  readonly projects: readonly ProjectStatus[];
  readonly groups: readonly GroupStatus[];
}

/** Tells how each project is: once, or again and again on a screen. */
export async function status(
  { json = false, watch = false, ...flags }: FleetStatusFlags,
  { env, signal, write }: Pick<CommandContext, 'env' | 'signal' | 'write'>,
): Promise<void> {
  if (watch && (json || !canRedraw(process.stdout))) {
    throw new ConnectorError('config', '--watch draws on a terminal: leave it out for a pipe, a file or --json');
  }
  const fleet = openFleet(flags);
  if (watch) {
    const { watchFleetStatus } = await import('./fleet-status-watch.ts');
    await watchFleetStatus({ fleet, open: () => openEngine(fleet, flags, env, 'read'), signal, write });
    return;
  }
  const opened = await openEngine(fleet, flags, env, 'read');
  await using stack = new AsyncDisposableStack();
  stack.use(opened.engine);
  const { projects, groups } = await lookAt(fleet, opened);
  await writeResult(
    json
      ? jsonLines({ file: fleet.path, engine: opened.name, groups }, 'projects', projects)
      : withEnds([
          ...projectLines(projects, Date.now(), screenWidth() ?? 80),
          totalLine(projects),
          ...groupLines(groups),
        ]),
    signal,
  );
}

/** How each project and each group is, as the engine knows it now. */
export async function lookAt(fleet: Fleet, { engine }: Pick<OpenedEngine, 'engine'>): Promise<FleetLook> {
  const [states, events] = await Promise.all([engine.states(), engine.events.states()]);
  const nowMs = Date.now();
  return {
    projects: fleet.projects.map((project) => statusOf(project, states.get(project.id), nowMs, events.get(project.id))),
    groups: await groupStatuses(fleet, states, engine),
  };
}
