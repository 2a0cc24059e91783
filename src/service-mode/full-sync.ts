import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connector } from '../connector.ts';
import { ConnectorError } from '../errors.ts';
import type { Task_SyncFullTask } from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import type { Logger } from '../log.ts';
import { chooseOutput } from '../output/outputs.ts';
import type { TenantRoles } from '../sync-format/summary.ts';
import type { SyncExtent } from '../sync/guard.ts';
import { runSync } from '../sync/run.ts';
import { newSyncId } from '../sync/sync-id.ts';
import type { LastUploads } from './last-uploads.ts';
import { checkRoom } from './room.ts';

/** What a task asks of a sync. */
export type SyncAsked = Pick<
  Task_SyncFullTask,
  'syncResourceTypeIds' | 'targetedSyncResources' | 'skipGrants' | 'skipEntitlementsAndGrants'
>;

/** A sync that lies on this machine until it is disposed of. */
export interface WrittenSync extends AsyncDisposable {
  readonly path: string;
  /** Says that the platform has it: the next one is compared with it. */
  keep(): Promise<void>;
}

/** Syncs into a file that only this process knows; nothing is left where it fails. */
export type RunSync = (asked: SyncAsked, signal: AbortSignal) => Promise<WrittenSync>;

export interface SyncRunnerOptions {
  readonly connector: Connector;
  readonly tenantRoles: TenantRoles;
  readonly projectId: string;
  /** Makes a folder for one sync, which goes away with all that is in it. */
  readonly makeFolder: () => Promise<{ readonly path: string } & AsyncDisposable>;
  readonly last: LastUploads;
  readonly logger: Logger;
}

export function createSyncRunner({
  connector,
  tenantRoles,
  projectId,
  makeFolder,
  last,
  logger,
}: SyncRunnerOptions): RunSync {
  return async (asked, signal) => {
    if (
      asked.targetedSyncResources.length > 0 ||
      asked.syncResourceTypeIds.length > 0 ||
      asked.skipGrants ||
      asked.skipEntitlementsAndGrants
    ) {
      throw new ConnectorError('unsupported', 'this connector syncs everything, or nothing');
    }
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await makeFolder());
    await checkRoom(folder.path, last.bytes);
    const path = join(folder.path, 'sync.c1z');
    const syncId = newSyncId();
    let extent: SyncExtent | undefined;
    await runSync({
      surface: connector,
      report: (id) => connector.report(id),
      target: await chooseOutput(path)({ syncId, about: { projectId, tenantRoles } }),
      syncId,
      tenantRoles,
      guard: async (found) => {
        extent = found;
        last.compare(found).forEach((note) => logger.warn('compared with the upload before', { note }));
      },
      signal,
    });
    const kept = stack.move();
    return {
      path,
      keep: async () => {
        if (extent !== undefined) {
          await last.keep(extent, (await stat(path)).size);
        }
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  };
}
