import { ConnectorError } from '../errors.ts';
import type { FleetEngine } from '../fleet/engine.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import type { CommandContext } from './command-context.ts';
import { type EngineFlags, openEngine } from './fleet-engine.ts';
import { counted } from './table.ts';
import { type FleetFileFlags, openFleet, projectsNamed } from './fleet-file.ts';

export interface FleetChangeFlags extends FleetFileFlags, EngineFlags {
  readonly all?: boolean;
}

type ChangeContext = Pick<CommandContext, 'env' | 'print'>;

/** Pauses projects, or lets them go on. */
export async function pause(
  words: readonly string[],
  isPaused: boolean,
  flags: FleetChangeFlags,
  context: ChangeContext,
): Promise<void> {
  await onEach(words, flags, context, async (engine, { id, name }) => {
    await engine.pause(id, isPaused);
    return isPaused
      ? `${name} is paused: nothing of it begins until "fleet resume ${name}"`
      : `${name} goes on with its next slot; "fleet sync ${name}" does not wait for that`;
  });
}

/** Begins what was given up, or waits to be tried again, anew. */
export async function retry(words: readonly string[], flags: FleetChangeFlags, context: ChangeContext): Promise<void> {
  await onEach(words, flags, context, async (engine, { id, name }) => {
    const events = await engine.events.retry(id);
    const told = events === 0 ? '' : `; ${counted(events, 'event')} sent again`;
    if (!(await engine.retry(id))) {
      return events === 0 ? `${name} has nothing that failed` : `${name} has no sync that failed${told}`;
    }
    return (await engine.states()).get(id)?.isPaused === true
      ? `${name} is paused, and begins anew after "fleet resume ${name}"`
      : `${name} is in line again${told}`;
  });
}

async function onEach(
  words: readonly string[],
  { all = false, ...flags }: FleetChangeFlags,
  { env, print }: ChangeContext,
  work: (engine: FleetEngine, project: FleetProject) => Promise<string>,
): Promise<void> {
  if (all === words.length > 0) {
    throw new ConnectorError('config', 'name projects, or give --all');
  }
  const fleet = openFleet(flags);
  const projects = projectsNamed(fleet, words);
  await using engine = (await openEngine(fleet, flags, env)).engine;
  for (const project of projects) {
    print(await work(engine, project));
  }
}
