import type { FileIndex } from '../../answers/file-index.ts';
import type { Moment, SyncSource } from '../../answers/source.ts';
import { closing } from '../../answers/summary.ts';
import { systemWorkPlace } from '../../answers/work-place.ts';
import { chooseSync } from '../choose-sync.ts';
import { damaged } from '../faults.ts';
import { versionTables } from '../schema.ts';
import type { HistoryReader, IndexNeeds, KeptSync } from '../store.ts';
import { indexOf } from '../store-index.ts';
import { sourceOf } from '../store-messages.ts';
import type { Connection } from './connection.ts';
import { keptSyncs, type NumberedSync } from './kept.ts';
import { queryAt } from './query.ts';
import { beginReading } from './reading.ts';
import { type Replica, replicaOf } from './replica.ts';

/**
 * Opens the store at a URL for reading, in one transaction that can do nothing else: whatever is written meanwhile, its
 * answers are of one moment.
 */
export async function openPostgres(url: string): Promise<HistoryReader> {
  const connection = await beginReading(url);
  const { name } = connection;
  const replicas: Replica[] = [];
  const numbered = async ({ n }: KeptSync): Promise<NumberedSync> => {
    const found = (await keptSyncs(connection)).find((sync) => sync.n === n);
    if (found === undefined) {
      throw damaged(name, 'one of its syncs is gone');
    }
    return found;
  };
  /** A source whose rows are fetched when they are asked for. */
  const lazySource = async (sync: KeptSync): Promise<SyncSource> => {
    const kept = await numbered(sync);
    const { summary, moment } = await toldOf(connection, kept);
    const told = closing(summary);
    if (told === undefined) {
      throw damaged(name, 'the summary of a sync cannot be read');
    }
    let opening: Promise<SyncSource> | undefined;
    const open = async (signal?: AbortSignal): Promise<SyncSource> => {
      const replica = await replicaOf(connection, kept, {
        messages: versionTables,
        hasPast: false,
        work: systemWorkPlace,
        signal,
      });
      replicas.push(replica);
      return sourceOf(
        { path: name, database: replica.database },
        { project: kept.project, sync: kept.n },
        { summary, moment },
      );
    };
    const opened = (signal?: AbortSignal): Promise<SyncSource> => (opening ??= open(signal));
    return {
      path: name,
      size: 0,
      kind: 'db',
      ...told,
      moment,
      types: async (signal) => await (await opened(signal)).types(signal),
      async *rows(signal) {
        yield* (await opened(signal)).rows(signal);
      },
      async *messages(signal) {
        yield* (await opened(signal)).messages(signal);
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  };
  return {
    path: name,
    syncs: async (projectId) => await keptSyncs(connection, projectId),
    choose: async (which) => chooseSync(name, await keptSyncs(connection), which),
    source: lazySource,
    query: async (sync, sql) => await queryAt(connection, await numbered(sync), sql),
    index: async (sync, needs) => await indexAt(connection, await numbered(sync), needs),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
      await connection[Symbol.asyncDispose]();
    },
  };
}

async function toldOf(
  connection: Connection,
  { n, project, startedAt, finishedAt }: NumberedSync,
): Promise<{ readonly summary: unknown; readonly moment: Moment }> {
  const [row] = await connection.rows<{ readonly summary: string }>('select summary from sync where n = $1', [n]);
  const [next] = await connection.rows<{ readonly started_at: string; readonly finished_at: string }>(
    'select started_at, finished_at from sync where project = $1 and n > $2 order by n limit 1',
    [project, n],
  );
  return {
    summary: JSON.parse(row?.summary ?? 'null'),
    moment: {
      startedAt,
      finishedAt,
      ...(next !== undefined && { next: { startedAt: next.started_at, finishedAt: next.finished_at } }),
    },
  };
}

/** An index of one sync, over a part of the store that is brought here for it. */
async function indexAt(
  connection: Connection,
  sync: NumberedSync,
  { hasPast = false, isLean = false, work = systemWorkPlace, signal }: IndexNeeds = {},
): Promise<FileIndex> {
  const replica = await replicaOf(connection, sync, {
    messages: isLean ? [] : ['user_row', 'thing_row', 'sso_row'],
    hasPast,
    work,
    signal,
  });
  try {
    const numbers = { project: sync.project, sync: sync.n };
    const source = sourceOf(
      { path: connection.name, database: replica.database },
      numbers,
      await toldOf(connection, sync),
    );
    const index = await indexOf(connection.name, { ...numbers, source, place: replica.path });
    return {
      ...index,
      [Symbol.asyncDispose]: async () => {
        await index[Symbol.asyncDispose]();
        await replica[Symbol.asyncDispose]();
      },
    };
  } catch (thrown) {
    await replica[Symbol.asyncDispose]();
    throw thrown;
  }
}
