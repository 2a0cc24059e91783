import { InvalidArgumentError } from 'commander';
import { momentFlaw, momentOf } from '../moment.ts';

/** Takes `--at 2026-03-31` as the end of that day, and `--at 2026-03-31T09:00:00Z` as that moment. Epoch milliseconds. */
export function moment(text: string): number {
  const ms = momentOf(text);
  if (ms === undefined) {
    throw new InvalidArgumentError(`it ${momentFlaw}`);
  }
  return ms;
}
