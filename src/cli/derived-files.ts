import { extname } from 'node:path';
import { beginIndex, type FileIndex } from '../answers/file-index.ts';
import { rowsOfGrants, rowsOfResources } from '../answers/listed-rows.ts';
import { aboutOf, aboutRows } from '../answers/about.ts';
import { csvFileNames } from '../answers/csv-schema.ts';
import { type chooseColumns, csvTables } from '../answers/csv-tables.ts';
import { inheritedColumns, inheritedRows, nextLoginColumns, nextLoginRows } from '../answers/inherited-sheets.ts';
import {
  findingColumns,
  findingRows,
  hasFindings,
  hasOtherAccess,
  hasOthersListed,
  otherAccessColumns,
  otherAccessRows,
  othersColumns,
  othersRows,
} from '../answers/other-sheets.ts';
import { reviewColumns, reviewRows } from '../answers/review.ts';
import { type SheetOfTexts, xlsxBytes } from '../answers/xlsx.ts';
import type { DerivedRows } from '../output/derived-file.ts';
import { parseSummary } from '../sync-format/summary-schema.ts';
import { ownerMarks } from '../sync-format/owner-marks.ts';
import { writeWholeFile } from '../output/whole-file.ts';
import { writeWholeFolder } from '../output/whole-folder.ts';
import { version } from '../version.ts';
import { besideTarget } from '../output/work-places.ts';

/** Less than a command that answers may take: the sync needs memory at the same time. */
const cacheMib = 32;

/** Begins tables or a spreadsheet of a sync, whose rows go into an index beside the target. */
export async function beginDerived(target: string): Promise<DerivedRows> {
  const index = await beginIndex(target, { work: besideTarget(target), doing: `write ${target}`, cacheMib });
  const types = new Set<string>();
  return {
    resourceTypes: (rows) => rows.forEach(({ id }) => types.add(id)),
    resources: (rows) => index.put(rowsOfResources(rows)),
    grants: (rows) => index.put(rowsOfGrants(rows)),
    finish: async (told) => {
      const summary = parseSummary(told);
      if (summary === undefined) {
        throw new Error('the summary of a sync is not understood');
      }
      await writeDerived(index.settle({ summary, types, isHumansOnly: false }), target);
    },
    discard: async () => await index[Symbol.asyncDispose](),
  };
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
    ...(hasOthersListed(index)
      ? [{ name: 'Keys, apps, console', columns: othersColumns, rows: othersRows(index) }]
      : []),
    ...(hasOtherAccess(index)
      ? [{ name: 'Apps and console access', columns: otherAccessColumns, rows: otherAccessRows(index) }]
      : []),
    ...(hasFindings(index) ? [{ name: 'Findings', columns: findingColumns, rows: findingRows(index) }] : []),
    { name: 'About', columns: aboutColumns, rows: aboutRows(aboutOf(index, version, since)), isWrapped: true },
  ];
}

async function* pieceOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}
