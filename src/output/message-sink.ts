import type { Entitlement, Grant, Resource, ResourceType } from '../model/messages.ts';
import type { Row } from '../model/row.ts';
import type { SyncFile } from './sync-file.ts';

/** A file that takes one message at a time. */
export interface MessageFile extends Pick<SyncFile, 'counts' | 'finish' | 'discard'> {
  resourceType(row: ResourceType): Promise<void>;
  resource(row: Resource): Promise<void>;
  entitlement(row: Entitlement): Promise<void>;
  grant(row: Grant): Promise<void>;
}

/** Hands the messages of rows to a file one after the other. */
export function messageByMessage(file: MessageFile): SyncFile {
  return {
    counts: file.counts,
    resourceTypes: (rows) => each(rows, (row) => file.resourceType(row)),
    resources: (rows) => eachMessage(rows, (message) => file.resource(message)),
    entitlements: (rows) => eachMessage(rows, (message) => file.entitlement(message)),
    grants: (rows) => eachMessage(rows, (message) => file.grant(message)),
    finish: (summary) => file.finish(summary),
    discard: () => file.discard(),
  };
}

async function each<T>(rows: readonly T[], take: (row: T) => Promise<void>): Promise<void> {
  for (const row of rows) {
    await take(row);
  }
}

async function eachMessage<M>(rows: readonly Row<M>[], take: (message: M) => Promise<void>): Promise<void> {
  await each(rows, ({ message }) => take(message));
}
