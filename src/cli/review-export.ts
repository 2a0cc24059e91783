import { basename, extname } from 'node:path';
import { printable } from '../printable.ts';
import { xlsxBytes } from '../answers/xlsx.ts';
import { ConnectorError } from '../errors.ts';
import { checkTarget } from '../output/place.ts';
import { writeWholeFile } from '../output/whole-file.ts';
import { reviewSheets } from '../review/sheets.ts';
import { statusOf } from '../review/status.ts';
import { ownerMarks } from '../sync-format/owner-marks.ts';
import type { CommandContext } from './command-context.ts';
import { refuseOtherProject } from './last-output.ts';
import { prose } from './results.ts';
import { readDecisionsFile, resultsAt, resultsPathOf } from './review-files.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';

export interface ReviewExportFlags {
  readonly out: string;
  readonly results?: string;
  readonly replaceOtherProject?: boolean;
}

/** Writes a review as a workbook to keep: who decided what, when and why, and what was applied. */
export async function reviewExport(
  path: string,
  { out, results: given, replaceOtherProject }: ReviewExportFlags,
  { print, signal }: Pick<CommandContext, 'print' | 'signal'>,
): Promise<void> {
  if (extname(out).toLowerCase() !== '.xlsx') {
    throw new ConnectorError('config', `--out ${printable(out)} is no spreadsheet: end its name with .xlsx`);
  }
  await checkTarget(out);
  const decisions = await readDecisionsFile(path);
  const results = await resultsAt(given ?? resultsPathOf(path), decisions.review);
  if (results === undefined && given !== undefined) {
    throw new ConnectorError('config', `there is no file ${printable(given)}: "review apply" writes it`);
  }
  const { projectId, rows } = decisions.about;
  const notes = await refuseOtherProject(out, projectId, replaceOtherProject === true, signal);
  const sheets = reviewSheets(decisions, { results, nowMs: Date.now(), file: basename(path) });
  await writeWholeFile(out, xlsxBytes(sheets, { property: { name: ownerMarks.workbookProperty, value: projectId } }));
  notes.forEach((note) => tell('info', note));
  const { counts } = statusOf(decisions, Date.now());
  const open = counts.open === 0 ? '' : `, ${counts.open.toLocaleString('en')} of them open`;
  const applied = results === undefined ? 'nothing was applied yet' : `applied ${results.finishedAt}`;
  print(prose(`${printable(out)}: ${counted(rows, 'holding')}${open}; ${applied}.`).join('\n'));
}
