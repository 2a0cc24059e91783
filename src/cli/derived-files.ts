import { extname } from 'node:path';
import { type AccessIndex, createAccessIndex } from '../answers/access-index.ts';
import { csvTables } from '../answers/csv-tables.ts';
import { openSource } from '../answers/open.ts';
import { reviewColumns, reviewRows } from '../answers/review.ts';
import { xlsxBytes } from '../answers/xlsx.ts';
import { writeWholeFile, writeWholeFolder } from '../output/whole-folder.ts';
import { besideTarget } from './work-places.ts';

/** Makes tables or a spreadsheet of a complete sync file in JSON, whatever its name. */
export async function convert(syncFile: string, target: string, signal: AbortSignal): Promise<void> {
  await using index = await createAccessIndex(syncFile, { signal, work: besideTarget(target), open: (path, work) => openSource(path, { extension: '.json', work }) });
  await writeDerived(index, target);
}

/** Writes tables or a spreadsheet, by the target's extension; `since` tells the spreadsheet what is new. */
export async function writeDerived(index: AccessIndex, target: string, since?: AccessIndex): Promise<void> {
  if (extname(target).toLowerCase() === '.csv') {
    await writeWholeFolder(target, csvTables(index));
  } else {
    await writeWholeFile(target, xlsxBytes('Access', reviewColumns, reviewRows(index, since)));
  }
}
