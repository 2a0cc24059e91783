import { extname } from 'node:path';
import { type FileIndex, createFileIndex } from '../answers/file-index.ts';
import { aboutOf, aboutRows } from '../answers/about.ts';
import { csvFileNames } from '../answers/csv-schema.ts';
import { type chooseColumns, csvTables } from '../answers/csv-tables.ts';
import { inheritedColumns, inheritedRows, nextLoginColumns, nextLoginRows } from '../answers/inherited-sheets.ts';
import { openSource } from '../answers/open.ts';
import {
  hasOtherAccess,
  otherAccessColumns,
  otherAccessRows,
  othersColumns,
  othersRows,
} from '../answers/other-sheets.ts';
import { reviewColumns, reviewRows } from '../answers/review.ts';
import { type SheetOfTexts, xlsxBytes } from '../answers/xlsx.ts';
import { ownerMarks } from '../sync-format/owner-marks.ts';
import { writeWholeFile, writeWholeFolder } from '../output/whole-folder.ts';
import { version } from '../version.ts';
import { besideTarget } from './work-places.ts';

/** Makes tables or a spreadsheet of a complete sync file in JSON, whatever its name. */
export async function convert(syncFile: string, target: string, signal: AbortSignal): Promise<void> {
  await using index = await createFileIndex(syncFile, {
    signal,
    work: besideTarget(target),
    open: (path, work) => openSource(path, { extension: '.json', work }),
  });
  await writeDerived(index, target);
}

export interface DerivedOptions {
  /** An older file: the spreadsheet marks what is new since. */
  readonly since?: FileIndex | undefined;
  /** The tables and columns that are asked for; all by default. */
  readonly tables?: ReturnType<typeof chooseColumns> | undefined;
}

/** Writes tables or a spreadsheet, by the target's extension. */
export async function writeDerived(
  index: FileIndex,
  target: string,
  { since, tables }: DerivedOptions = {},
): Promise<void> {
  if (extname(target).toLowerCase() === '.csv') {
    const text = `${JSON.stringify(aboutOf(index, version), undefined, 2)}\n`;
    await writeWholeFolder(
      target,
      [...csvTables(index, tables), { name: ownerMarks.table, bytes: pieceOf(text) }],
      csvFileNames,
    );
  } else {
    await writeWholeFile(
      target,
      xlsxBytes(reviewSheets(index, since), {
        property: { name: ownerMarks.workbookProperty, value: index.summary.projectId ?? '' },
      }),
    );
  }
}

/**
 * The sheets of an access review: the rows to sign off, what follows from them by inheritance, what the next login gives,
 * and one that says which file and project they are of.
 */
function reviewSheets(index: FileIndex, since?: FileIndex): readonly SheetOfTexts[] {
  const aboutColumns = [
    { header: 'About this file', width: 30 },
    { header: '', width: 110 },
  ];
  return [
    { name: 'Access', columns: reviewColumns, rows: reviewRows(index, since) },
    ...(index.inheritance.edges === 0
      ? []
      : [{ name: 'Inherited', columns: inheritedColumns, rows: inheritedRows(index) }]),
    ...(index.types.has('sso_configuration')
      ? [{ name: 'Next login', columns: nextLoginColumns, rows: nextLoginRows(index) }]
      : []),
    ...(index.hasOthers ? [{ name: 'Keys, apps, console', columns: othersColumns, rows: othersRows(index) }] : []),
    ...(hasOtherAccess(index)
      ? [{ name: 'Apps and console access', columns: otherAccessColumns, rows: otherAccessRows(index) }]
      : []),
    { name: 'About', columns: aboutColumns, rows: aboutRows(aboutOf(index, version, since)), isWrapped: true },
  ];
}

async function* pieceOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}
