const dayMs = 86_400_000;

/** What is said of a text that is no moment, behind the name of whatever takes one. */
export const momentFlaw = 'must be a day, such as 2026-03-31, or a time, such as 2026-03-31T09:00:00Z';

/**
 * A day as its end, and a time as that moment; one without a zone is one of UTC. Epoch milliseconds, undefined for any
 * other text.
 */
export function momentOf(text: string): number | undefined {
  const [, day, time = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${time === '' ? '00:00' : time}${zone}`);
  if (Number.isNaN(ms) || !isDay(day ?? '')) {
    return undefined;
  }
  return time === '' ? ms + dayMs - 1 : ms;
}

/** 30 February is read as 2 March otherwise. */
function isDay(day: string): boolean {
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day);
}
