import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connector } from '../connector.ts';
import type { Task_SyncFullTask } from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import type { Logger } from '../log.ts';
import type { ResourceBid } from '../model/bid.ts';
import type { Resource } from '../model/messages.ts';
import { optionalResourceId, requiredResourceId } from '../model/requests.ts';
import { chooseOutput, type CreateOutput } from '../output/outputs.ts';
import type { TenantRoles } from '../sync-format/summary.ts';
import type { SyncExtent } from '../sync/guard.ts';
import { runNarrowSync } from '../sync/narrow.ts';
import { runSync } from '../sync/run.ts';
import { isNarrow, type SyncShape, syncTypeOf } from '../sync/shape.ts';
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
  /** The connector that lists these types, or all of its own where none are named: a task may ask for opt-in types. */
  readonly connectorOf: (typeIds: readonly string[]) => Connector;
  readonly tenantRoles: TenantRoles;
  readonly projectId: string;
  /** Makes a folder for one sync, which goes away with all that is in it. */
  readonly makeFolder: () => Promise<{ readonly path: string } & AsyncDisposable>;
  readonly last: LastUploads;
  readonly logger: Logger;
  /** Writes a sync of everything elsewhere, too. */
  readonly beside?: ((create: CreateOutput) => CreateOutput) | undefined;
}

export function createSyncRunner(options: SyncRunnerOptions): RunSync {
  const { tenantRoles, projectId, makeFolder, last } = options;
  return async (asked, signal) => {
    const connector = options.connectorOf(asked.syncResourceTypeIds);
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await makeFolder());
    await checkRoom(folder.path, last.bytes);
    const path = join(folder.path, 'sync.c1z');
    const syncId = newSyncId();
    const shape = shapeOf(asked);
    const syncType = syncTypeOf(shape);
    const create = chooseOutput(path);
    const createTarget = isNarrow(shape) ? create : (options.beside?.(create) ?? create);
    const target = await createTarget({ syncId, syncType, about: { projectId, tenantRoles }, isAnswering: true });
    const extent = isNarrow(shape)
      ? await narrowSync(options, { connector, target, shape, syncId, signal })
      : await wholeSync(options, { connector, target, syncId, signal });
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

type Run = Pick<Parameters<typeof runNarrowSync>[0], 'target' | 'shape'> & {
  readonly connector: Connector;
  readonly syncId: string;
  readonly signal: AbortSignal;
};

/** Everything, compared with the last upload of everything; returns what the next one is to be compared with. */
async function wholeSync(
  { tenantRoles, last, logger }: SyncRunnerOptions,
  { connector, target, syncId, signal }: Omit<Run, 'shape'>,
): Promise<SyncExtent | undefined> {
  let extent: SyncExtent | undefined;
  await runSync({
    surface: connector,
    report: (id) => connector.report(id),
    target,
    syncId,
    tenantRoles,
    guard: async (found) => {
      extent = found;
      last.compare(found).forEach((note) => logger.warn('compared with the upload before', { note }));
    },
    signal,
  });
  return extent;
}

/** A part, which is compared with nothing: what it leaves out is not gone. */
async function narrowSync({ logger }: SyncRunnerOptions, { connector, ...run }: Run): Promise<undefined> {
  const { missing } = await runNarrowSync({ surface: connector, ...run });
  if (missing.length > 0) {
    logger.warn('resources that a task names are not in the project', { resources: missing.length });
  }
}

function shapeOf({
  syncResourceTypeIds,
  targetedSyncResources,
  skipGrants,
  skipEntitlementsAndGrants,
}: SyncAsked): SyncShape {
  const skips = skipEntitlementsAndGrants ? 'entitlements-and-grants' : skipGrants ? 'grants' : undefined;
  return {
    ...(syncResourceTypeIds.length > 0 && { typeIds: new Set(syncResourceTypeIds) }),
    ...(targetedSyncResources.length > 0 && { targets: targetedSyncResources.map(bidOf) }),
    ...(skips !== undefined && { skips }),
  };
}

function bidOf({ id, parentResourceId }: Resource): ResourceBid {
  const { resourceType: typeId, resource } = requiredResourceId(id, 'targeted_sync_resources.id');
  const parent = optionalResourceId(parentResourceId, 'targeted_sync_resources.parent_resource_id');
  return { typeId, id: resource, ...(parent && { parent: { typeId: parent.resourceType, id: parent.resource } }) };
}
