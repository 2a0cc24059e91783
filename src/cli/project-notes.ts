import type { FileIndex } from '../answers/file-index.ts';
import { printable } from '../printable.ts';

/** Notes before two files are compared; none if both name the same project or one names none. */
export function projectNotes(
  { summary: { projectId: old } }: Pick<FileIndex, 'summary'>,
  { summary: { projectId: now } }: Pick<FileIndex, 'summary'>,
): string[] {
  return old === undefined || now === undefined || old === now
    ? []
    : [`note: the files are of two projects, ${printable(old)} and ${printable(now)}`];
}
