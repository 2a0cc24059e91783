import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import type { FleetProject } from './fleet.ts';
import type { ScheduleEntry } from './schema.ts';

/** When a project is due: the same moments in whichever process, and whenever, they are computed. */
export interface Slots {
  /** The last one at or before a moment; undefined where there was none. */
  readonly last: (nowMs: number) => number | undefined;
  /** The first one after a moment. */
  readonly next: (nowMs: number) => number;
}

/** The slots of a project; undefined for one without a schedule. */
export function slotsOf({ id, schedule }: Pick<FleetProject, 'id' | 'schedule'>): Slots | undefined {
  return schedule === undefined
    ? undefined
    : 'every' in schedule
      ? everySlots(id, schedule.every)
      : cronSlots(id, schedule);
}

/** Each project has its own moment in the interval, so that five hundred do not begin at once. */
function everySlots(id: string, intervalMs: number): Slots {
  const offset = intervalShiftMs(id, intervalMs);
  const last = (nowMs: number): number => Math.floor((nowMs - offset) / intervalMs) * intervalMs + offset;
  return { last, next: (nowMs) => last(nowMs) + intervalMs };
}

type CronEntry = Exclude<ScheduleEntry, { readonly every: number }>;

/** A slot is known by its tick; with a spread it comes a while later, always the same while for a project. */
function cronSlots(id: string, { cron: pattern, zone, spread = 0 }: CronEntry): Slots {
  const shift = spreadShiftMs(id, spread);
  const cron = new Cron(pattern, { mode: '5-or-6-parts', paused: true, timezone: zone });
  return {
    // Ticks are whole seconds, and one at the reference itself would not count as before it.
    last: (nowMs) => {
      const tick = cron.previousRuns(1, new Date(Math.floor((nowMs - shift) / 1_000) * 1_000 + 1))[0]?.getTime();
      return tick === undefined ? undefined : tick + shift;
    },
    next: (nowMs) => (cron.nextRun(new Date(nowMs - shift))?.getTime() ?? Number.POSITIVE_INFINITY) + shift,
  };
}

/** How long after the beginning of an interval a project is due. */
export function intervalShiftMs(id: string, intervalMs: number): number {
  return Math.floor(shareOf(id) * intervalMs);
}

/** How long after a tick a project is due, in whole seconds. */
export function spreadShiftMs(id: string, spreadMs: number): number {
  return Math.floor((shareOf(id) * spreadMs) / 1_000) * 1_000;
}

/** A number from 0 to 1 that follows from an id. */
function shareOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32;
}
