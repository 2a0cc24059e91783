import { InvalidArgumentError } from 'commander';

const dayMs = 86_400_000;

/**
 * Takes `--at 2026-03-31` as the end of that day, and `--at 2026-03-31T09:00:00Z` as that moment; a time without a zone
 * is one of UTC. Epoch milliseconds.
 */
export function moment(text: string): number {
  const [, day, time = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${time === '' ? '00:00' : time}${zone}`);
  if (Number.isNaN(ms) || !isDay(day ?? '')) {
    throw new InvalidArgumentError('it must be a day, such as 2026-03-31, or a time, such as 2026-03-31T09:00:00Z');
  }
  return time === '' ? ms + dayMs - 1 : ms;
}

/** 30 February is read as 2 March otherwise. */
function isDay(day: string): boolean {
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day);
}
