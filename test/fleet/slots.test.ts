import { describe, expect, it } from 'vitest';
import { slotsOf } from '../../src/fleet/slots.ts';
import type { ScheduleEntry } from '../../src/fleet/schema.ts';

const slots = (schedule: ScheduleEntry, id = 'P2Fleet'): NonNullable<ReturnType<typeof slotsOf>> => {
  const found = slotsOf({ id, schedule });
  if (found === undefined) {
    throw new Error('it has a schedule');
  }
  return found;
};
const at = (text: string): number => Date.parse(text);
const shown = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** All slots between two moments, found forwards. */
function walked(schedule: ScheduleEntry, from: number, to: number): string[] {
  const all: string[] = [];
  const { next } = slots(schedule);
  for (let ms = next(from); ms <= to; ms = next(ms)) {
    all.push(new Date(ms).toISOString());
  }
  return all;
}

describe('slots of an interval', () => {
  const hour = 3_600_000;

  it('are the same whenever they are computed', () => {
    const { last, next } = slots({ every: hour });
    const first = last(at('2026-11-30T12:00:00Z')) ?? 0;

    expect(next(first)).toBe(first + hour);
    expect(last(first)).toBe(first);
    expect(last(first + hour - 1)).toBe(first);
    expect(last(first - 1)).toBe(first - hour);
  });

  it('of five hundred projects are spread over it', () => {
    const now = at('2026-11-30T12:00:00Z');
    const minutes = new Set(
      Array.from({ length: 500 }, (_none, place) =>
        Math.floor(((slots({ every: hour }, `P${place}`).last(now) ?? 0) % hour) / 60_000),
      ),
    );
    expect(minutes.size).toBeGreaterThan(50); // of 60 minutes; all but 6 are hit by chance with more than 0.999
  });
});

describe('slots of a cron pattern', () => {
  it('count in their zone, and the last one is the one before the next', () => {
    const { last, next } = slots({ cron: '0 6 * * *', zone: 'Europe/Berlin' });
    const tick = at('2026-11-30T05:00:00Z');

    expect(shown(last(at('2026-11-30T12:00:00Z')))).toBe('2026-11-30T05:00:00.000Z');
    expect(shown(next(at('2026-11-30T12:00:00Z')))).toBe('2026-12-01T05:00:00.000Z');
    expect([last(tick), last(tick - 1), next(tick - 1), next(tick)].map(shown)).toEqual([
      '2026-11-30T05:00:00.000Z',
      '2026-11-29T05:00:00.000Z',
      '2026-11-30T05:00:00.000Z',
      '2026-12-01T05:00:00.000Z',
    ]);
  });

  it('are one a day where the clock is put forward over them, and where it is put back', () => {
    const daily = { cron: '30 2 * * *', zone: 'Europe/Berlin' };
    const days = (all: readonly string[]): string[] =>
      all.map((text) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin' }).format(new Date(text)));

    expect(days(walked(daily, at('2026-03-27T12:00:00Z'), at('2026-03-31T12:00:00Z')))).toEqual([
      '2026-03-28',
      '2026-03-29',
      '2026-03-30',
      '2026-03-31',
    ]);
    expect(days(walked(daily, at('2026-10-23T12:00:00Z'), at('2026-10-27T12:00:00Z')))).toEqual([
      '2026-10-24',
      '2026-10-25',
      '2026-10-26',
      '2026-10-27',
    ]);
  });

  it('that come each hour come each hour, whatever the clock on the wall does', () => {
    const hourly = walked(
      { cron: '0 * * * *', zone: 'Europe/Berlin' },
      at('2026-10-24T20:00:00Z'),
      at('2026-10-25T06:00:00Z'),
    );
    expect(hourly).toEqual(
      [21, 22, 23, 24, 25, 26, 27, 28, 29, 30].map((hour) =>
        new Date(at('2026-10-24T00:00:00Z') + hour * 3_600_000).toISOString(),
      ),
    );
  });

  it.each(['2026-03-29', '2026-10-25'])('seen forwards and backwards are the same around %s', (day) => {
    for (const cron of ['30 2 * * *', '0 * * * *', '15,45 1-3 * * *']) {
      const schedule = { cron, zone: 'Europe/Berlin' };
      const { last } = slots(schedule);
      const all = walked(schedule, at(`${day}T00:00:00Z`) - 86_400_000, at(`${day}T00:00:00Z`) + 2 * 86_400_000);
      for (const [place, slot] of all.entries()) {
        expect(shown(last(at(slot)))).toBe(slot);
        expect(shown(last(at(slot) - 1)) === all[place - 1] || place === 0, `${cron}: before ${slot}`).toBe(true);
      }
    }
  });

  it('with a spread come later by what follows from the id, always the same', () => {
    const schedule = { cron: '0 * * * *', zone: 'UTC', spread: 1_800_000 };
    const tick = at('2026-11-30T12:00:00Z');
    const shifts = ['P1', 'P2', 'P3'].map((id) => slots(schedule, id).next(tick - 1) - tick);

    expect(new Set(shifts).size).toBe(3);
    expect(shifts.every((shift) => shift >= 0 && shift < 1_800_000)).toBe(true);
    const { last, next } = slots(schedule, 'P1');
    const first = next(tick - 1);
    expect(last(first)).toBe(first);
    expect(last(first - 1)).toBe(first - 3_600_000);
  });
});

describe('a project without a schedule', () => {
  it('has no slots', () => expect(slotsOf({ id: 'P1', schedule: undefined })).toBeUndefined());
});
