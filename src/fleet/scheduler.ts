import type { FleetEngine } from './engine.ts';
import type { FleetProject } from './fleet.ts';
import { slotsOf } from './slots.ts';

export interface Scheduler {
  /**
   * Puts slots in line that have come due since the last call; many of them in several calls. `unasked` where none had,
   * and the engine was left alone.
   */
  putDue(): Promise<'asked' | 'unasked'>;
}

/** A slot that is older than this when it is put was missed: nobody was there, or the engine was away. */
const missedMs = 60_000;

/** So many are put before workers are looked after again: thousands may be due after the engine was away. */
const mostAtOnce = 200;

/**
 * Looks which projects are due. The first time the last slot of each is put, too: it came due while nobody ran, or is
 * known already. Of several that were missed only the last one is made up for, and after what is due now: a fleet that
 * begins, or comes back, has all its projects to make up for. What cannot be put stays due.
 */
export function createScheduler(projects: readonly FleetProject[], engine: FleetEngine, now: () => number): Scheduler {
  const waiting = projects.flatMap((project) => {
    const slots = slotsOf(project);
    return slots === undefined ? [] : [{ project, slots, due: slots.last(now()) ?? slots.next(now()) }];
  });
  let beforeMs = Number.NEGATIVE_INFINITY;
  return {
    putDue: async () => {
      if (now() < beforeMs) {
        // The clock was set back: what was reckoned by it may be far ahead.
        waiting.forEach((entry) => (entry.due = entry.slots.last(now()) ?? entry.slots.next(now())));
      }
      beforeMs = now();
      let left = mostAtOnce;
      for (const entry of waiting) {
        const { project, slots } = entry;
        if (entry.due > now()) {
          continue;
        }
        if (left === 0) {
          return 'asked';
        }
        left -= 1;
        const slotMs = slots.last(now()) ?? entry.due;
        const isMadeUp = now() - slotMs > missedMs;
        await engine.put({ project: project.id, slotMs, tries: project.tries, group: project.group, isMadeUp });
        entry.due = slots.next(slotMs);
      }
      return left < mostAtOnce ? 'asked' : 'unasked';
    },
  };
}
