import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { WorkPlace } from '../../answers/work-place.ts';
import { ConnectorError, throwIfCancelled } from '../../errors.ts';
import { isDiskFull } from '../../os-reasons.ts';
import { printable } from '../../printable.ts';
import { makeLateIndexes } from '../late-indexes.ts';
import { type VersionTable, versionTables } from '../schema.ts';
import { createReplicaFile } from '../store-file.ts';
import type { Connection } from './connection.ts';
import { copyOut } from './copy.ts';
import { entityParts, messagesPart, type Part, stoodOn, syncParts, type Versions, versionsPart } from './parts.ts';

export interface ReplicaOptions {
  readonly work: WorkPlace;
  readonly signal?: AbortSignal | undefined;
}

/** A part of a store as a file of SQLite, which goes away when it is disposed of. */
export interface Replica extends AsyncDisposable {
  readonly path: string;
  readonly database: DatabaseSync;
}

/** A replica that takes rows. What it does not bring, a question does not find. */
export interface GrowingReplica {
  readonly database: DatabaseSync;
  readonly bring: (parts: readonly Part[]) => Promise<void>;
}

/** What `fill` brings of a store, as a store of SQLite: so every question is asked in one way, of one kind of tables. */
export async function createReplica(
  connection: Connection,
  { work, signal }: ReplicaOptions,
  fill: (replica: GrowingReplica) => Promise<void>,
): Promise<Replica> {
  const folder = await work.makeFolder();
  let database: DatabaseSync | undefined;
  const dispose = async (): Promise<void> => {
    if (database?.isOpen === true) {
      database.close();
    }
    await folder[Symbol.asyncDispose]();
  };
  try {
    const path = join(folder.path, 'moment.db');
    const growing = await createReplicaFile(connection.name, path);
    database = growing;
    await fill({
      database: growing,
      bring: async (parts) => {
        for (const { query, into } of parts) {
          const put = into(growing);
          for await (const rows of copyOut(connection, query)) {
            throwIfCancelled(signal);
            rows.forEach(put);
          }
        }
      },
    });
    growing.exec('commit; pragma analysis_limit = 1000; analyze');
    return { path, database, [Symbol.asyncDispose]: dispose };
  } catch (thrown) {
    await dispose();
    throw isDiskFull(thrown) && !(thrown instanceof ConnectorError)
      ? new ConnectorError(
          'local-io',
          `cannot answer from ${printable(connection.name)}: the disk here is full; ${work.fullRemedy}`,
        )
      : thrown;
  }
}

/** All that one sync needs, and of some tables the messages. Where they are none, a question that needs one fails. */
export async function bringAll(
  { database, bring }: GrowingReplica,
  versions: Versions,
  messages: readonly VersionTable[],
): Promise<void> {
  const stood = stoodOn(versions);
  await bring([
    ...syncParts(versions),
    ...entityParts(`project = ${versions.project}`),
    ...versionTables.map((table) => versionsPart(table, stood)),
    ...messages.map((table) => messagesPart(table, stood)),
  ]);
  if (messages.length === 0) {
    database.exec('drop table message');
  }
  makeLateIndexes(database);
}
