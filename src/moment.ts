const dayMs = 86_400_000;

/** What is said of a text that is no moment, behind the name of whatever takes one. */
const noMoment = 'must be a day, such as 2026-03-31, or a time, such as 2026-03-31T09:00:00Z';

export type ReadMoment = { readonly ms: number } | { readonly flaw: string };

/**
 * A moment of the past, or the day of today: a day means its end, a time without a zone is one of UTC. What is so now is
 * no answer about a time to come. `flaw` goes behind the name of whatever takes the moment.
 */
export function readMoment(text: string, nowMs: number = Date.now()): ReadMoment {
  const ms = momentOf(text);
  if (ms === undefined) {
    return { flaw: noMoment };
  }
  const begins = text.length === dayLength ? ms - dayMs + 1 : ms;
  return begins <= nowMs
    ? { ms }
    : { flaw: `must not be in the future (it is ${new Date(nowMs).toISOString()}): leave it out for the newest sync` };
}

const dayLength = '2026-03-31'.length;

/** The epoch milliseconds of a moment, whenever it is; undefined for any other text. */
export function momentOf(text: string): number | undefined {
  const [, day, time = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${time === '' ? '00:00' : time}${zone}`);
  if (Number.isNaN(ms) || !isDay(day ?? '')) {
    return undefined;
  }
  return time === '' ? ms + dayMs - 1 : ms;
}

/** Whether a day is in the calendar: 30 February is read as 2 March otherwise. */
export function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
