import type { ResourceRef } from '../model/ids.ts';

/** The turn of a record: one change of it at a time, whatever kind of change it is. */
export function turnOf({ typeId, id }: ResourceRef): string {
  return `${typeId}:${id}`;
}
