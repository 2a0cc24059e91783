import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Marks } from '../model/marks.ts';
import { WireWriter } from '../model/wire-writer.ts';
import { RowsDigest } from './digest.ts';
import { createNumbers, type Numbers } from './numbers.ts';
import { createReferences, type References } from './references.ts';
import { type VersionTable, versionTables } from './schema.ts';

/** What one sync on its way into a store shares among those who write its rows. */
export interface Writing {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly project: number;
  /** The number of this sync, and the highest version before it. */
  readonly sync: number;
  readonly lastVersion: number;
  readonly numbers: Numbers;
  readonly digest: RowsDigest;
  readonly tally: Tally;
  readonly references: References;
  /** The number of a new version, whose message is kept where there is one. */
  newVersion(table: VersionTable, data?: Uint8Array): number;
  /** The message of a version; undefined for a grant that has none. */
  messageOf(v: number): Uint8Array | undefined;
  /** Forgets a version that this sync itself began: the row came again, and was another. */
  dropMessage(v: number): void;
}

/** How many rows of each table were there before, were found again, are new and are over. */
export class Tally {
  readonly #seen = new Marks();
  readonly #kept = noughts();
  readonly #added = noughts();
  readonly #ended = noughts();
  readonly #before: Readonly<Record<string, number>>;

  constructor(before: Readonly<Record<string, number>>) {
    this.#before = before;
  }

  /** A version of an earlier sync was found again. */
  keep(table: VersionTable, v: number): void {
    if (this.#seen.mark(v)) {
      this.#kept[table] += 1;
    }
  }

  isKept(v: number): boolean {
    return this.#seen.has(v);
  }

  add(table: VersionTable, by = 1): void {
    this.#added[table] += by;
  }

  end(table: VersionTable): void {
    this.#ended[table] += 1;
  }

  /** Whether rows of a table that were there before did not come again. */
  hasMissing(table: VersionTable): boolean {
    return this.#kept[table] + this.#ended[table] < (this.#before[table] ?? 0);
  }

  get sizes(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      versionTables.map((table) => [table, (this.#before[table] ?? 0) + this.#added[table] - this.#ended[table]]),
    );
  }

  get added(): number {
    return sum(this.#added);
  }

  get ended(): number {
    return sum(this.#ended);
  }
}

type Counts = Record<VersionTable, number>;

function noughts(): Counts {
  return Object.fromEntries(versionTables.map((table) => [table, 0])) as Counts; // a number for each of them
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, number) => total + number, 0);
}

export interface WritingOptions extends Pick<Writing, 'path' | 'database' | 'project' | 'sync'> {
  readonly sizesBefore: Readonly<Record<string, number>>;
  readonly digestBefore: Uint8Array | undefined;
  /** Whether nothing of the project is there yet. */
  readonly isFresh: boolean;
}

export function createWriting({ sizesBefore, digestBefore, isFresh, ...place }: WritingOptions): Writing {
  const { database, project } = place;
  const lastVersion = versionTables
    .map((table) => Number(database.prepare(`select max(v) v from ${table}`).get()?.['v'] ?? 0))
    .reduce((most, v) => Math.max(most, v), 0);
  let version = lastVersion;
  const putMessage = database.prepare('insert into message (v, data) values (?, ?)');
  const findMessage = database.prepare('select data from message where v = ?');
  const dropMessage = database.prepare('delete from message where v = ?');
  const tally = new Tally(sizesBefore);
  return {
    ...place,
    lastVersion,
    numbers: createNumbers(database, project, isFresh),
    digest: new RowsDigest(digestBefore),
    tally,
    references: createReferences(place.path),
    newVersion: (table, data) => {
      version += 1;
      tally.add(table);
      if (data !== undefined) {
        putMessage.run(version, data);
      }
      return version;
    },
    messageOf: (v) => {
      const data = findMessage.get(v)?.['data'];
      return data instanceof Uint8Array ? data : undefined;
    },
    dropMessage: (v) => {
      dropMessage.run(v);
    },
  };
}

/** Prepares an insert of so many rows; `same` holds numbers that are the same in all of them. */
export function prepareInsert(
  database: DatabaseSync,
  table: string,
  columns: readonly string[],
  { rows = 1, same = {} }: { readonly rows?: number; readonly same?: Readonly<Record<string, number>> } = {},
): StatementSync {
  const values = `(${[...columns.map(() => '?'), ...Object.values(same)].join(', ')})`;
  return database.prepare(
    `insert into ${table} (${[...columns, ...Object.keys(same)].join(', ')}) values ${Array.from({ length: rows }, () => values).join(', ')}`,
  );
}

/** Inserts rows many at once, which costs half of what one by one does. They are not there before `flush`. */
export interface BulkInsert<V extends SQLInputValue> {
  put(...row: readonly V[]): void;
  flush(): void;
  /** Whether rows wait for `flush`. */
  readonly isWaiting: boolean;
}

/** How many rows go in at once: as many as there are, in as few steps as these allow. */
const rowsAtOnce = [64, 16, 4, 1] as const;

/** `same`: numbers that are the same in every row. */
export function bulkInsert<V extends SQLInputValue>(
  database: DatabaseSync,
  table: string,
  columns: readonly string[],
  same: Readonly<Record<string, number>> = {},
): BulkInsert<V> {
  const steps = rowsAtOnce.map((rows) => ({
    values: rows * columns.length,
    statement: prepareInsert(database, table, columns, { rows, same }),
  }));
  const most = rowsAtOnce[0] * columns.length;
  const waiting: V[] = [];

  function flush(): void {
    let at = 0;
    for (const { values, statement } of steps) {
      for (; waiting.length - at >= values; at += values) {
        statement.run(...(at === 0 && values === waiting.length ? waiting : waiting.slice(at, at + values)));
      }
    }
    waiting.length = 0;
  }

  return {
    get isWaiting() {
      return waiting.length > 0;
    },
    put: (...row) => {
      for (const value of row) {
        waiting.push(value);
      }
      if (waiting.length === most) {
        flush();
      }
    },
    flush,
  };
}

const out = new WireWriter();

/** A row on the wire: good until the next one is asked for. */
export function bytesOf(write: (writer: WireWriter) => void): Uint8Array {
  out.clear();
  write(out);
  return out.written;
}
