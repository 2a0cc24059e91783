import { CronExpressionParser } from 'cron-parser';
import type { ScheduleEntry } from './schema.ts';
import { intervalShiftMs, spreadShiftMs } from './slots.ts';

/** When a CronJob begins. */
export interface CronJobTimes {
  readonly schedule: string;
  readonly timeZone: string;
}

const minuteMs = 60_000;
const dayMinutes = 1_440;
/** What both croner and Kubernetes understand, and understand alike. */
const plainField = /^(?:(?:\*|(?:\d+|[a-z]{3})-(?:\d+|[a-z]{3}))(?:\/\d+)?|\d+|[a-z]{3})$/i;

/**
 * The slots of a schedule as the pattern of a CronJob, to the minute: the same moments as `slotsOf` has. A text says why
 * there is no such pattern.
 */
export function cronJobTimes(id: string, schedule: ScheduleEntry): CronJobTimes | string {
  return 'every' in schedule ? ofInterval(id, schedule.every) : ofCron(id, schedule);
}

function ofInterval(id: string, intervalMs: number): CronJobTimes | string {
  const minutes = intervalMs / minuteMs;
  const shift = Math.floor(intervalShiftMs(id, intervalMs) / minuteMs);
  const pattern = (minute: readonly number[], hour?: readonly number[], dayOfWeek = '*'): CronJobTimes => ({
    schedule: shortest(minute, hour, `* * ${dayOfWeek}`),
    timeZone: 'Etc/UTC',
  });
  if (Number.isInteger(minutes) && 60 % minutes === 0) {
    return pattern(stepped(shift, minutes, 60));
  }
  if (dayMinutes % minutes === 0 && minutes % 60 === 0) {
    return pattern([shift % 60], stepped(Math.floor(shift / 60), minutes / 60, 24));
  }
  if (minutes === 7 * dayMinutes) {
    const thursday = 4; // the first day of 1970
    const day = (thursday + Math.floor(shift / dayMinutes)) % 7;
    return pattern([shift % 60], [Math.floor(shift / 60) % 24], String(day));
  }
  return 'a CronJob goes by the clock, so it must be minutes that divide an hour, hours that divide a day, 1d or 7d';
}

type CronEntry = Exclude<ScheduleEntry, { readonly every: number }>;

function ofCron(id: string, { cron, zone, spread = 0 }: CronEntry): CronJobTimes | string {
  const words = cron.trim().split(/\s+/);
  if (words.length !== 5 || !words.every((word) => word.split(',').every((part) => plainField.test(part)))) {
    return 'a CronJob takes five fields of *, numbers, names, ranges, lists and steps';
  }
  const { fields } = CronExpressionParser.parse(cron);
  const shift = Math.floor(spreadShiftMs(id, spread) / minuteMs);
  const isDaily = [fields.dayOfMonth, fields.month, fields.dayOfWeek].every(({ isWildcard }) => isWildcard);
  const minutesOfDay = fields.hour.values.flatMap((hour) =>
    fields.minute.values.map((minute) => hour * 60 + minute + shift),
  );
  if (!isDaily && minutesOfDay.some((minute) => minute >= dayMinutes)) {
    return 'with its spread it would come after midnight, on another day than the pattern names: make the spread smaller';
  }
  const minute = distinct(minutesOfDay.map((all) => all % 60));
  const hour = distinct(minutesOfDay.map((all) => Math.floor((all % dayMinutes) / 60)));
  return minute.length * hour.length === minutesOfDay.length
    ? { schedule: shortest(minute, hour, fields.stringify().split(' ').slice(2).join(' ')), timeZone: zone }
    : 'with its spread it would come at other minutes in some hours than in others: make the spread smaller';
}

/** A pattern as short as it can be said. */
function shortest(minute: readonly number[], hour: readonly number[] | undefined, days: string): string {
  return CronExpressionParser.parse(`${minute.join(',')} ${hour?.join(',') ?? '*'} ${days}`).fields.stringify();
}

/** From a number on, in steps, below an end. */
function stepped(first: number, step: number, end: number): number[] {
  return Array.from({ length: end / step }, (_none, place) => first + place * step);
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((one, other) => one - other);
}

/** The times of projects that are only synced when somebody asks: of a CronJob that is suspended. */
export const neverTimes: CronJobTimes = { schedule: '0 0 1 1 *', timeZone: 'Etc/UTC' };
