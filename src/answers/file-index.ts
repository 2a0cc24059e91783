import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { isDiskFull } from '../os-reasons.ts';
import { sortIn } from '../sync-format/sort-in.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { toReadFault } from './faults.ts';
import { indexIndexes, indexSchema } from './index-schema.ts';
import { createWriter, type IndexWriter } from './index-writer.ts';
import { openSource } from './open.ts';
import type { FileRow } from './rows.ts';
import type { Moment, SyncSource } from './source.ts';
import type { TypedThing, UnknownCounts } from './unknown.ts';
import { gapOf, type IndexInheritance, type InheritanceGap, inheritanceOf, noGap } from './index-inheritance.ts';
import { systemWorkPlace, type WorkPlace } from './work-place.ts';
import { typesNotOffered } from '../sync-format/offered.ts';

/**
 * The access in a whole file, in a database that is removed when the index is disposed of. Memory does not grow with
 * the number of users.
 */
export interface FileIndex extends AsyncDisposable {
  readonly path: string;
  /** The path of the database, for callers that attach it. */
  readonly databasePath: string;
  readonly database: DatabaseSync;
  readonly summary: FileSummary;
  readonly gap: InheritanceGap;
  readonly inheritance: IndexInheritance;
  /** Whether what is no person was left out, as `humansOnly` does it. */
  readonly isHumansOnly: boolean;
  /** The types that the sync read, without those of which the deployment does not tell. */
  readonly types: ReadonlySet<string>;
  /** Of a store: between which times it is known what stood. */
  readonly moment?: Moment | undefined;
  /** Whether there is anything of other types. */
  readonly hasOthers: boolean;
  /** Whether there are grants of other types, or to principals that are no users. */
  readonly hasOtherGrants: boolean;
  /** What the file holds of types that this version does not know; undefined when there is nothing of the kind. */
  readonly unknown: UnknownCounts | undefined;
  /** Whether users can be read in the order of their names without being sorted. */
  readonly isByName?: boolean;
  /** How many users have no grant of a type, where not all users are in the database. */
  readonly usersWithout?: ((type: string) => number) | undefined;
  /** Of a store: what was called so in other syncs of it. */
  readonly formerly?: (asked: string) => readonly FormerThing[];
}

/** Something that another sync of a store has. */
export interface FormerThing extends TypedThing {
  /** When the nearest such sync finished. */
  readonly at: string;
  /** Whether that sync is later than the one that is asked. */
  readonly isLater: boolean;
}

export interface IndexOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told after each batch how many rows are in. */
  readonly onProgress?: ((rows: number) => void) | undefined;
  /** How the file is opened; by its extension otherwise. */
  readonly open?: ((path: string, work: WorkPlace) => Promise<SyncSource>) | undefined;
  /** Where the database is made. */
  readonly work?: WorkPlace | undefined;
}

/**
 * Reads a file once, from end to end. Errors as those of `openSource`; grants of somebody who is not listed:
 * `inconsistent`.
 */
export async function createFileIndex(
  path: string,
  {
    signal,
    onProgress,
    open: openFile = (name, place) => openSource(name, { work: place }),
    work = systemWorkPlace,
  }: IndexOptions = {},
): Promise<FileIndex> {
  const growing = await beginIndex(path, { work });
  try {
    await using source = await openFile(path, work);
    let rows = 0;
    for await (const batch of source.rows(signal)) {
      growing.put(batch);
      rows += batch.length;
      onProgress?.(rows);
    }
    return growing.settle({
      summary: source.summary,
      types: await source.types(signal),
      isHumansOnly: source.isHumansOnly === true,
      moment: source.moment,
    });
  } catch (thrown) {
    await growing[Symbol.asyncDispose]();
    throw toReadFault(path, thrown);
  }
}

/** What an index is told besides its rows. */
export interface IndexedSync extends Pick<FileIndex, 'summary' | 'isHumansOnly' | 'moment'> {
  /** The types that the sync read. */
  readonly types: ReadonlySet<string>;
}

/** An index that takes rows: resources first, then grants. */
export interface GrowingIndex extends AsyncDisposable {
  put(rows: readonly FileRow[]): void;
  /** Closes the rows; the index that comes of it is disposed of instead of this. */
  settle(sync: IndexedSync): FileIndex;
  /** The same, with `turn` between its steps, each of which takes a part of the time. */
  settleInTurns(sync: IndexedSync, turn: () => Promise<void>): Promise<FileIndex>;
}

export interface BeginOptions {
  readonly work?: WorkPlace | undefined;
  /** What a full disk stands in the way of. */
  readonly doing?: string;
  /** Of the database that is kept in memory. */
  readonly cacheMib?: number;
}

/**
 * Begins an index of the rows of `path`, which errors name. Grants of somebody who is not listed are `inconsistent`, a
 * full disk is `local-io`.
 */
export async function beginIndex(
  path: string,
  { work = systemWorkPlace, doing = `answer from ${path}`, cacheMib = 64 }: BeginOptions = {},
): Promise<GrowingIndex> {
  const folder = await work.makeFolder();
  const guard = <T>(step: () => T): T => guarded(doing, work, step);
  const databasePath = join(folder.path, 'index.db');
  const database = new DatabaseSync(databasePath, { open: false });
  const dispose = async (): Promise<void> => {
    if (database.isOpen) {
      database.close();
    }
    await folder[Symbol.asyncDispose]();
  };
  try {
    await (await open(databasePath, 'wx', 0o600)).close();
    const { put, flush, others } = guard(() => begin(path, database, cacheMib));
    const settling = function* ({
      summary,
      isHumansOnly,
      types,
      moment,
    }: IndexedSync): Generator<undefined, FileIndex> {
      flush();
      for (const sql of indexIndexes) {
        sortIn(database, folder.path);
        database.exec(sql);
        yield;
      }
      database.exec('commit');
      yield;
      const inheritance = inheritanceOf(database, summary);
      return {
        path,
        databasePath,
        database,
        summary,
        gap: inheritance.isDerived ? noGap : (summary.notDerived ?? gapOf(database)),
        inheritance,
        isHumansOnly,
        moment,
        types: types.difference(typesNotOffered(summary)),
        hasOthers: others.counts().resources + others.counts().grants > 0,
        hasOtherGrants: others.counts().grants > 0,
        unknown: others.unknown(),
        [Symbol.asyncDispose]: dispose,
      };
    };
    return {
      put: (rows) => guard(() => rows.forEach(put)),
      settle: (sync) => {
        const steps = settling(sync);
        for (;;) {
          const { done, value } = guard(() => steps.next());
          if (done === true) {
            return value;
          }
        }
      },
      settleInTurns: async (sync, turn) => {
        const steps = settling(sync);
        for (;;) {
          const { done, value } = guard(() => steps.next());
          if (done === true) {
            return value;
          }
          await turn();
        }
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (thrown) {
    await dispose();
    throw toReadFault(path, thrown);
  }
}

/**
 * Twice SQLite's usual pages: users are looked up for each grant, and fewer pages lie on the way. Still larger ones are
 * slower where the users do not fit into the cache.
 */
const pageBytes = 8 * 1024;

function begin(path: string, database: DatabaseSync, cacheMib: number): IndexWriter {
  database.open();
  database.exec(
    `pragma page_size = ${pageBytes}; pragma journal_mode = off; pragma synchronous = off; pragma cache_size = ${-1024 * cacheMib};`,
  );
  database.exec(indexSchema);
  database.exec('begin');
  return createWriter(path, database);
}

function guarded<T>(doing: string, work: WorkPlace, step: () => T): T {
  try {
    return step();
  } catch (thrown) {
    throw toDiskFault(doing, thrown, work);
  }
}

/** A full disk below the index as `local-io`: it is no bug of the program. */
function toDiskFault(doing: string, thrown: unknown, { fullRemedy }: WorkPlace): unknown {
  if (!(thrown instanceof ConnectorError) && isDiskFull(thrown)) {
    return new ConnectorError('local-io', `cannot ${doing}: the disk is full; ${fullRemedy}`);
  }
  return thrown;
}
