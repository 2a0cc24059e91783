import type { FileIndex } from '../answers/file-index.ts';
import { printable } from '../printable.ts';

/** What to tell before two files are compared: nothing when they are of one project, as far as they say. */
export function projectNotes(
  { summary: { projectId: old } }: Pick<FileIndex, 'summary'>,
  { summary: { projectId: now } }: Pick<FileIndex, 'summary'>,
): string[] {
  return old === undefined || now === undefined || old === now
    ? []
    : [`note: the files are of two projects, ${printable(old)} and ${printable(now)}`];
}
