import { windowOf } from './budget-window.ts';
import type { FleetEngine, ProjectState } from './engine.ts';
import type { Fleet } from './fleet.ts';

/** How a group with a budget is, for people and programs. */
export interface GroupStatus {
  readonly name: string;
  /** How many of its projects are being synced, and how many may be. */
  readonly atWork: number;
  readonly atOnce?: number | undefined;
  readonly requestsPerMinute?: number | undefined;
  /** For so long none of them sends anything: Descope asked one of them to wait. */
  readonly pausedMs?: number | undefined;
}

/** What the engine knows of each group with a budget. */
export async function groupStatuses(
  { projects, groups, budgets }: Fleet,
  states: ReadonlyMap<string, ProjectState>,
  { counts }: Pick<FleetEngine, 'counts'>,
): Promise<readonly GroupStatus[]> {
  return await Promise.all(
    [...new Set([...groups.keys(), ...budgets.keys()])].map(async (name) => {
      const budget = budgets.get(name);
      const counted = budget === undefined ? undefined : await counts.read(name);
      // No window lasts so long.
      const isPaused = budget !== undefined && counted !== undefined && counted.leftMs > windowOf(budget).windowMs;
      return {
        name,
        atWork: projects.filter(({ id, group }) => group === name && states.get(id)?.run?.state === 'active').length,
        atOnce: groups.get(name),
        requestsPerMinute: budget?.requests,
        pausedMs: isPaused ? counted.leftMs : undefined,
      };
    }),
  );
}
