import type { DatabaseSync } from 'node:sqlite';
import type { FileIndex, FormerThing } from '../../answers/file-index.ts';
import type { Moment, SyncSource } from '../../answers/source.ts';
import { closing } from '../../answers/summary.ts';
import { temporaryPlace } from '../../output/work-places.ts';
import type { FileSummary } from '../../sync-format/summary.ts';
import { chooseSync } from '../choose-sync.ts';
import { damaged } from '../faults.ts';
import { versionTables } from '../schema.ts';
import type { HistoryReader, IndexNeeds, KeptSync } from '../store.ts';
import { indexOf } from '../store-index.ts';
import { sourceOf } from '../store-messages.ts';
import type { SyncNumbers } from '../views.ts';
import type { Connection } from './connection.ts';
import { keptSyncs, type NumberedSync } from './kept.ts';
import { queryAt } from './query.ts';
import { formerAt } from './former.ts';
import { beginReading } from './reading.ts';
import { bringReach } from './reach.ts';
import { bringAll, createReplica, type Replica } from './replica.ts';
import { otherGrantsAt, usersWithout } from './figures.ts';

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
      const versions = { project: kept.project, sync: kept.n, hasPast: false };
      const replica = await createReplica(connection, { work: temporaryPlace(), signal }, (growing) =>
        bringAll(growing, versions, versionTables),
      );
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

/** An index of one sync, over a part of the store that is brought here for it: what its question can reach, or all. */
async function indexAt(
  connection: Connection,
  sync: NumberedSync,
  {
    question,
    names = [],
    hasPast = question?.about === 'timeline',
    isLean = false,
    work = temporaryPlace(),
    signal,
  }: IndexNeeds = {},
): Promise<FileIndex> {
  const { name } = connection;
  const numbers = { project: sync.project, sync: sync.n };
  const versions = { ...numbers, hasPast };
  const told = await toldOf(connection, sync);
  const { summary } = closing(told.summary) ?? {};
  const sourceIn = (database: DatabaseSync): SyncSource => sourceOf({ path: name, database }, numbers, told);
  const isReached = question !== undefined && summary !== undefined && tellsInheritance(summary);
  let isFound = false;
  const replica = await createReplica(connection, { work, signal }, async (growing) => {
    if (isReached) {
      isFound = await bringReach(growing, {
        connection,
        versions,
        question,
        users: sync.sizes['user_row'] ?? 0,
        searched: async (database) => ({
          path: name,
          database,
          summary,
          types: await sourceIn(database).types(),
          hasOthers: true,
        }),
      });
    } else {
      await bringAll(growing, versions, isLean ? [] : ['user_row', 'thing_row', 'sso_row']);
    }
  });
  try {
    const source = sourceIn(replica.database);
    const otherGrants = isReached ? await otherGrantsAt(connection, numbers) : undefined;
    const asked = new Set(question === undefined || isFound ? names : [question.of, ...names]);
    const former = await formerOf(connection, numbers, asked);
    const index = await indexOf(name, { ...numbers, source, place: replica.path, otherGrants });
    return {
      ...index,
      formerly: (text) => former.get(text) ?? [],
      usersWithout:
        isReached && question.about === 'who-can'
          ? await usersWithout(connection, numbers, replica.database)
          : undefined,
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

/** What other syncs have by these names: what is brought here is of one sync, and does not tell it. */
async function formerOf(
  connection: Connection,
  numbers: SyncNumbers,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly FormerThing[]>> {
  const former = new Map<string, readonly FormerThing[]>();
  for (const name of names) {
    former.set(name, await formerAt(connection, numbers, name));
  }
  return former;
}

/** Whether a sync says what is inherited in it; else that is found out from all holdings. */
function tellsInheritance({ inheritance, notDerived }: FileSummary): boolean {
  return notDerived !== undefined || (inheritance !== undefined && inheritance.mode !== 'none');
}
