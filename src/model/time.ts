/** The last second of a 32-bit clock, which many systems write for "never". */
const endOf32Bits = 2_147_483_647;
const year9999 = 253_370_764_800;

/**
 * Whether a number of epoch seconds is a date to show. 0, -1 and the year 1 are how other languages write a time that
 * was never set, and the year 9999 and the end of a 32-bit clock how they write "never": all of these are no dates.
 */
export function isValidTimestamp(epochSeconds: number): boolean {
  return epochSeconds > 0 && epochSeconds < year9999 && epochSeconds !== endOf32Bits;
}

const daySeconds = 86_400;
let lastDay = Number.NaN;
let lastDate = '';
/** Of other days: keys have two times each, which lie apart. */
const dates = new Map<number, string>();
const mostDates = 10_000;

/**
 * RFC 3339 of whole seconds, as protobuf JSON writes it: "2022-01-03T08:00:00Z". Dates are kept, the one of the last
 * call at hand, since users come in the order of their creation.
 */
export function rfc3339OfSeconds(epochSeconds: number): string {
  const day = Math.floor(epochSeconds / daySeconds);
  if (day !== lastDay) {
    lastDate = dateOf(day);
    lastDay = day;
  }
  const second = epochSeconds - day * daySeconds;
  return `${lastDate}${twoDigits(Math.floor(second / 3600))}:${twoDigits(Math.floor(second / 60) % 60)}:${twoDigits(second % 60)}Z`;
}

function dateOf(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) {
    return known;
  }
  const date = new Date(day * daySeconds * 1000).toISOString().slice(0, 11);
  if (dates.size >= mostDates) {
    dates.clear();
  }
  dates.set(day, date);
  return date;
}

/** RFC 3339 of epoch milliseconds: "2022-01-03T08:00:00.000Z". */
export function rfc3339OfMs(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** The same of a whole second: "2022-01-03T08:00:00.000Z". */
export function rfc3339OfMsAt(epochSeconds: number): string {
  return `${rfc3339OfSeconds(epochSeconds).slice(0, -1)}.000Z`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
