import { firstTail, longestSummary } from '../sync-format/layout.ts';
import { parseSummary } from '../sync-format/summary-schema.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { bytesAt } from './lines.ts';

/** The summary of a complete sync in the last object of a file, understood and whole; undefined when there is none. */
export function summaryOf(text: string | undefined): ClosingSummary | undefined {
  const object = parsed(text);
  return typeof object === 'object' && object !== null && 'summary' in object ? closing(object.summary) : undefined;
}

export interface ClosingSummary {
  readonly summary: FileSummary;
  readonly wholeSummary: object;
}

export function closing(value: unknown): ClosingSummary | undefined {
  const summary = parseSummary(value);
  return summary === undefined || typeof value !== 'object' || value === null
    ? undefined
    : { summary, wholeSummary: value };
}

/**
 * What follows the last place of `mark` in a file, read from its end; undefined when the mark is not there. The mark
 * must be text that cannot stand inside a string of JSON, and does not stand inside a summary.
 */
export async function textAfterLast(path: string, size: number, mark: string): Promise<string | undefined> {
  for (let length = Math.min(size, firstTail); length <= longestSummary; length = Math.min(size, length * 4)) {
    const tail = await bytesAt(path, size - length, length);
    const at = tail.lastIndexOf(mark);
    if (at !== -1) {
      return tail.toString('utf8', at + mark.length);
    }
    if (length === size) {
      return undefined;
    }
  }
  return undefined;
}

/** JSON of a text; undefined when it is none. */
export function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
