import { InvalidArgumentError } from 'commander';
import { readMoment } from '../moment.ts';

/** Takes `--at 2026-03-31` as the end of that day, and `--at 2026-03-31T09:00:00Z` as that moment. Epoch milliseconds. */
export function moment(text: string): number {
  const read = readMoment(text);
  if ('flaw' in read) {
    throw new InvalidArgumentError(`it ${read.flaw}`);
  }
  return read.ms;
}
