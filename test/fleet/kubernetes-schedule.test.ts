import { assert, constantFrom, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronJobTimes, type CronJobTimes } from '../../src/fleet/kubernetes-schedule.ts';
import { slotsOf } from '../../src/fleet/slots.ts';
import type { ScheduleEntry } from '../../src/fleet/schema.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function timesOf(schedule: ScheduleEntry, id = 'P2Fleet'): CronJobTimes {
  const times = cronJobTimes(id, schedule);
  if (typeof times === 'string') {
    throw new Error(times);
  }
  return times;
}

/** The first moments of a schedule after one, to the minute. */
function moments(id: string, schedule: ScheduleEntry, count: number): readonly string[] {
  const slots = slotsOf({ id, schedule });
  let at = Date.parse('2026-06-01T00:00:00Z') - 1; // no clock is changed in the weeks after it
  return Array.from({ length: count }, () => {
    at = slots?.next(at) ?? 0;
    return new Date(Math.floor(at / minute) * minute).toISOString();
  });
}

/** What a CronJob does with a pattern, by another program than the one that made it: croner. */
const cronMoments = ({ schedule, timeZone }: CronJobTimes, count: number): readonly string[] =>
  moments('any', { cron: schedule, zone: timeZone }, count);

const ids = stringMatching(/^P2[A-Za-z0-9]{8}$/);

describe('the pattern of a CronJob', () => {
  it('has the moments of an interval, each project its own', () => {
    const intervals = constantFrom(minute, 5 * minute, 15 * minute, hour, 2 * hour, 6 * hour, day, 7 * day);
    assert(
      property(ids, intervals, (id, every) => {
        expect(cronMoments(timesOf({ every }, id), 8)).toEqual(moments(id, { every }, 8));
      }),
      { numRuns: 100 },
    );
  });

  it('has the moments of a pattern with its zone and spread', () => {
    const patterns = constantFrom(
      '0 6 * * 1-5',
      '*/15 * * * *',
      '30 4 1,15 * *',
      '0 0 * * SUN',
      '5 0-23/8 * JAN-JUN *',
      '0 12 1 * MON',
      '0 3 * * 5-7',
      '20 3 1-31 * 2',
    );
    const spreads = constantFrom(undefined, 10 * minute, 45 * minute, 3 * hour);
    let said = 0;
    assert(
      property(ids, patterns, spreads, constantFrom('UTC', 'Europe/Berlin'), (id, cron, spread, zone) => {
        const schedule = { cron, zone, spread };
        const times = cronJobTimes(id, schedule);
        if (typeof times !== 'string') {
          said += 1;
          expect(cronMoments(times, 12)).toEqual(moments(id, schedule, 12));
        }
      }),
      { numRuns: 100 },
    );
    expect(said).toBeGreaterThan(0); // without a spread, which is one of four, each is said
  });

  it('is short, and numbers days as Kubernetes does', () => {
    expect(timesOf({ cron: '0,15,30,45 6 * * MON-FRI', zone: 'Europe/Berlin' })).toEqual({
      schedule: '*/15 6 * * 1-5',
      timeZone: 'Europe/Berlin',
    });
    expect(timesOf({ cron: '0 3 * * 7', zone: 'UTC' }).schedule).toBe('0 3 * * 0');
  });

  it.each([
    [{ every: 90 * minute }, /^a CronJob goes by the clock/],
    [{ every: 45 * minute }, /^a CronJob goes by the clock/],
    [{ every: 30_000 }, /^a CronJob goes by the clock/],
    [{ every: 2 * day }, /^a CronJob goes by the clock/],
    [{ cron: '30 0 6 * * *', zone: 'UTC' }, /^a CronJob takes five fields/],
    [{ cron: '0 6 L * *', zone: 'UTC' }, /^a CronJob takes five fields/],
    [{ cron: '0 6 * * 1#2', zone: 'UTC' }, /^a CronJob takes five fields/],
    [{ cron: '59 23 * * 1', zone: 'UTC', spread: day }, /after midnight, on another day/],
    [{ cron: '0,30 6 * * *', zone: 'UTC', spread: hour }, /at other minutes in some hours/],
  ] satisfies readonly (readonly [ScheduleEntry, RegExp])[])('cannot say %j', (schedule, why) => {
    expect(cronJobTimes('P2FleetB', schedule)).toMatch(why);
  });
});
