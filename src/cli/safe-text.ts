import { randomUUID } from 'node:crypto';
import { printable } from '../printable.ts';

const maxTextLength = 1_000;

/** Distinguishes the lines of one process from those of others that log to the same place. */
export const processRunId: string = randomUUID().slice(0, 8);

const addresses = /[^\s@"'<>(),;]+@[^\s@"'<>(),;]+/g;

/** A text as a log may hold it: short, in one harmless line, and without what looks like an address. */
export function safeText(text: string): string {
  return printable(shortened(text, maxTextLength)).replaceAll(addresses, '[address]');
}

/** A line for people that is cut in its middle where it is very long: what goes wrong begins it, and how to mend it ends it. */
export function shortened(line: string, longest = 2 * maxTextLength): string {
  if (line.length <= longest) {
    return line;
  }
  const left = `... (${(line.length - longest).toLocaleString('en')} characters are left out) ...`;
  const shown = longest - left.length;
  const end = Math.floor(shown / 3);
  return `${line.slice(0, shown - end).toWellFormed()}${left}${line.slice(-end).toWellFormed()}`;
}
