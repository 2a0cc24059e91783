import { isValidTimestamp } from '../model/time.ts';

// Times in a `.c1z` file stand on the clock of the machine that wrote it, and without a zone: "2026-01-02
// 03:04:05.678". The Go readers expect them so, and compare them as text.

/** The text of a time in epoch milliseconds, on the local clock. */
export function toLocalTime(ms: number): string {
  const time = new Date(ms);
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  const date = `${pad(time.getFullYear(), 4)}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  return `${date} ${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}.${pad(time.getMilliseconds(), 3)}`;
}

/**
 * RFC 3339 of such a text, taken for a time on this machine's clock. Undefined for a time that was never set, as Go
 * writes it; a text that is no time is returned as it is.
 */
export function fromLocalTime(text: string): string | undefined {
  const ms = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(ms) ? text : isValidTimestamp(ms / 1000) ? new Date(ms).toISOString() : undefined;
}
