import { randomUUID } from 'node:crypto';
import { printable } from '../printable.ts';

const maxTextLength = 1_000;

/** Distinguishes the lines of one process from those of others that log to the same place. */
export const processRunId: string = randomUUID().slice(0, 8);

const addresses = /[^\s@"'<>(),;]+@[^\s@"'<>(),;]+/g;

/** A text as a log may hold it: short, in one harmless line, and without what looks like an address. */
export function safeText(text: string): string {
  return printable(text.slice(0, maxTextLength)).replaceAll(addresses, '[address]');
}
