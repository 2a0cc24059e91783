import type { DatabaseSync } from 'node:sqlite';
import type { VersionTable } from './schema.ts';

/** A version that stands, with its message. */
export interface StandingRow {
  readonly v: number;
  readonly since: number;
  readonly data: Uint8Array | undefined;
}

/** How many rows are read at once, and how many may be read in vain more than were of use. */
const rowsAtOnce = 200;
const mostInVain = 4 * rowsAtOnce;

/**
 * Reads the versions of a table that stand many at once, in the order of their keys: rows of a sync mostly come in the
 * order in which they came first, which gave them their numbers. Where they do not, it stops.
 */
export interface ReadAhead {
  /** Undefined where it is not known here, which does not say that nothing stands. A row is given once. */
  find(keys: readonly number[]): StandingRow | undefined;
}

/** `beforeRead` enters what waits to be entered. */
export function createReadAhead(
  database: DatabaseSync,
  {
    table,
    keyColumns,
    project,
  }: { readonly table: VersionTable; readonly keyColumns: readonly string[]; readonly project: number },
  beforeRead: () => void,
): ReadAhead {
  const keyed = keyColumns.map((column) => `r.${column}`).join(', ');
  const read = database.prepare(
    `select r.v, r.since, m.data, ${keyed} from ${table} r left join message m on m.v = r.v
     where (${keyed}) >= (${keyColumns.map(() => '?').join(', ')}) and r.until is null and +r.project = ${project}
     order by ${keyed} limit ${rowsAtOnce}`,
  );
  read.setReturnArrays(true);
  let rows: readonly (readonly unknown[])[] = [];
  let at = 0;
  let credit = mostInVain;

  /** Below 0 where the next row comes before these keys. */
  function nextTo(keys: readonly number[]): number {
    const row = rows[at];
    for (let place = 0; place < keys.length; place += 1) {
      const distance = Number(row?.[place + 3]) - (keys[place] ?? 0);
      if (distance !== 0) {
        return distance;
      }
    }
    return 0;
  }

  function taken(): StandingRow {
    const [v, since, data] = rows[at] ?? [];
    at += 1;
    credit = Math.min(credit + 2, mostInVain);
    return { v: Number(v), since: Number(since), data: data instanceof Uint8Array ? data : undefined };
  }

  return {
    find: (keys) => {
      while (at < rows.length && nextTo(keys) < 0) {
        at += 1;
      }
      if (at === rows.length) {
        if (credit < rowsAtOnce) {
          return undefined;
        }
        credit -= rowsAtOnce;
        beforeRead();
        rows = read.all(...keys) as unknown as readonly (readonly unknown[])[];
        at = 0;
      }
      return at < rows.length && nextTo(keys) === 0 ? taken() : undefined;
    },
  };
}
