import { ok } from 'node:assert/strict';
import type { HolderTruth } from '../support/holder-truth.ts';
import { checkClean } from './bench.ts';
import { type AnswerRow, holdersAnswered, holdersIn, linesOf, permissionHoldersIn } from './holders.ts';
import { type Report, runToEnd } from './processes.ts';
import type { SyncRows } from './rows.ts';

/** The rows of a run that went well. */
export function rowsOf(report: Report): NonNullable<Report['rows']> {
  checkClean(report);
  ok(report.rows !== undefined, 'no rows in the report');
  return report.rows;
}

/** Expanded rows say of everybody what the records do. */
export function checkHolders(rows: SyncRows, holders: readonly HolderTruth[], where: string): void {
  same(linesOf(holdersIn(rows)), linesOf(holders), where);
  const permitted = holders
    .filter(({ permission }) => permission !== '')
    .map(({ who, permission }) => JSON.stringify([who, permission]));
  same(permissionHoldersIn(rows).toSorted(), [...new Set(permitted)].toSorted(), `permissions of ${where}`);
}

/** The same lines, whatever their order. */
export function same(actual: readonly string[], expected: readonly string[], where: string): void {
  const [found, wanted] = [new Set(actual), new Set(expected)];
  const missing = [...wanted.difference(found)];
  const invented = [...found.difference(wanted)];
  const differences = missing.length + invented.length + Math.abs(actual.length - expected.length);
  ok(
    differences === 0,
    `${where}: ${missing.length} missing, ${invented.length} invented, ${actual.length} for ` +
      `${expected.length}: ${[...missing.slice(0, 2), ...invented.slice(0, 2)].join(' ')}`,
  );
}

/** `who-can` says of each permission what the records do. */
export async function checkAnswers(
  file: string,
  permissions: readonly { readonly name: string }[],
  holders: readonly HolderTruth[],
): Promise<void> {
  for (const { name } of permissions.filter((permission) => isArgument(permission.name))) {
    const { rows } = JSON.parse(await runToEnd(['who-can', file, name, '--json'], {})) as { rows: AnswerRow[] };
    same(
      linesOf(holdersAnswered(rows)),
      linesOf(holders.filter(({ permission }) => permission === name)),
      `who-can ${JSON.stringify(name)}`,
    );
  }
}

/** Whether a command line can hold it, and does not take it for an option. */
function isArgument(name: string): boolean {
  return !name.includes('\0') && !name.startsWith('-');
}
