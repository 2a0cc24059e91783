import type { GrantRow, ResourceRow } from '../model/row.ts';
import { rowOfListedGrant } from './grant-to-row.ts';
import type { FileRow } from './rows.ts';
import { rowOfJsonResource, rowOfResource } from './to-row.ts';

// What a file of a sync will tell, told of the rows that go into it: no file has to be written and read for it.

/** What resources tell that a connector lists. */
export function rowsOfResources(rows: readonly ResourceRow[]): FileRow[] {
  return rows
    .map((row) => {
      const { plain } = row;
      return plain === undefined ? rowOfResource(row.message) : rowOfJsonResource(plain);
    })
    .filter((row) => row !== undefined);
}

/** What grants tell that a connector lists. */
export function rowsOfGrants(rows: readonly GrantRow[]): FileRow[] {
  return rows.map(rowOfListedGrant).filter((row) => row !== undefined);
}
