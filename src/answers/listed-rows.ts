import type { GrantRow, ResourceRow } from '../model/row.ts';
import { rowOfListedGrant } from './grant-to-row.ts';
import type { FileRow } from './rows.ts';
import { rowOfJsonResource, rowOfResource } from './to-row.ts';

// What a file of a sync will tell, told of the rows that go into it: no file has to be written and read for it.

/** What resources tell that a connector lists. */
export function rowsOfResources(rows: readonly ResourceRow[]): FileRow[] {
  return rows.map((row) => rowOfPlain(row) ?? rowOfResource(row.message)).filter((row) => row !== undefined);
}

/** The same of one of which there are many, but for its last login; undefined where only its message tells it. */
export function rowOfPlain({ plain }: ResourceRow): FileRow | undefined {
  return plain === undefined ? undefined : rowOfJsonResource(plain);
}

/** What grants tell that a connector lists. */
export function rowsOfGrants(rows: readonly GrantRow[]): FileRow[] {
  return rows.map(rowOfListedGrant).filter((row) => row !== undefined);
}
