import type { DatabaseSync } from 'node:sqlite';
import { Marks } from '../model/marks.ts';
import { WireWriter } from '../model/wire-writer.ts';
import { bulkInsert } from './bulk-insert.ts';
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
  /** The number of a new version, whose message is kept where there is one: a copy of it. */
  newVersion(table: VersionTable, data?: Uint8Array): number;
  /** The message of a version; undefined for a grant that has none. */
  messageOf(v: number): Uint8Array | undefined;
  /** Forgets a version that this sync itself began: the row came again, and was another. */
  dropMessage(v: number): void;
  /** Enters what waits to be entered with others. */
  flush(): void;
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

/** Room for messages that wait to be entered with others. */
const waitingBytes = 1 << 20;

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
  const messages = bulkInsert(database, 'message', ['v', 'data']);
  const waiting = Buffer.allocUnsafeSlow(waitingBytes);
  let used = 0;
  const findMessage = database.prepare('select data from message where v = ?');
  const dropMessage = database.prepare('delete from message where v = ?');
  const numbers = createNumbers(database, project, isFresh);
  const tally = new Tally(sizesBefore);

  /** Good until so many bytes more were copied that those before them are in the database. */
  function copyOf(data: Uint8Array): Uint8Array {
    if (data.length > waiting.length - used) {
      messages.flush();
      used = 0;
    }
    if (data.length > waiting.length) {
      return Buffer.from(data);
    }
    waiting.set(data, used);
    used += data.length;
    return waiting.subarray(used - data.length, used);
  }

  return {
    ...place,
    lastVersion,
    numbers,
    digest: new RowsDigest(digestBefore),
    tally,
    references: createReferences(place.path),
    newVersion: (table, data) => {
      version += 1;
      tally.add(table);
      if (data !== undefined) {
        messages.put(version, copyOf(data));
      }
      return version;
    },
    messageOf: (v) => {
      if (v > lastVersion) {
        messages.flush();
      }
      const data = findMessage.get(v)?.['data'];
      return data instanceof Uint8Array ? data : undefined;
    },
    dropMessage: (v) => {
      messages.flush();
      dropMessage.run(v);
    },
    flush: () => {
      messages.flush();
      numbers.flush();
    },
  };
}

const out = new WireWriter();

/** A row on the wire: good until the next one is asked for. */
export function bytesOf(write: (writer: WireWriter) => void): Uint8Array {
  out.clear();
  write(out);
  return out.written;
}
