/** Numbers, dates and counts as the page writes them: English, as the rest of it. */
export function number(value: number): string {
  return value.toLocaleString('en');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (100 * part) / whole;
  return share > 0 && share < 1 ? '< 1 %' : `${Math.round(share)} %`;
}

/** "2026-11-25", from seconds since 1970; empty for 0. */
export function day(seconds: number): string {
  return seconds === 0 ? '' : new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** "25 November 2026, 16:13 UTC", from RFC 3339; the text itself when it is no time. */
export function moment(time: string | undefined): string {
  const date = new Date(time ?? '');
  if (Number.isNaN(date.getTime())) {
    return time ?? 'unknown';
  }
  return (
    `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })}, ` +
    `${date.toISOString().slice(11, 16)} UTC`
  );
}
