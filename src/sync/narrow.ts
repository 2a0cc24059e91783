import { ConnectorError, isKind, throwIfCancelled } from '../errors.ts';
import type { ResourceBid } from '../model/bid.ts';
import { entitlementRowsOf } from '../model/entitlement-row.ts';
import { type GrantRow, resourceRow, type ResourceRow } from '../model/row.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import {
  cleanupRequest,
  grantsRequest,
  resourceRequest,
  skipsGrants,
  staticEntitlementsRequest,
  typesRequest,
} from '../model/walk-requests.ts';
import type { SyncTarget } from './run.ts';
import { type SyncShape, syncTypeOf } from './shape.ts';
import type { SummaryCounts } from './summary.ts';
import { newSyncId } from './sync-id.ts';
import { eachPage, type SyncSink, walk, type WalkProgress } from './walk.ts';

export interface NarrowRun {
  readonly surface: ConnectorSurface;
  readonly target: SyncTarget;
  readonly shape: SyncShape;
  /** A KSUID; a new one when left out. */
  readonly syncId?: string;
  readonly onProgress?: (progress: WalkProgress) => void;
  readonly signal?: AbortSignal;
}

/** What a narrow sync brought. */
export interface NarrowResult {
  readonly counts: SummaryCounts;
  /** Targets that the project does not have: they are left out, as the platform's syncer does. */
  readonly missing: readonly ResourceBid[];
}

/**
 * One sync of a part of the project, from the first call to the finished target. The part is complete, or it throws and
 * the target is discarded.
 */
export async function runNarrowSync({
  surface,
  target,
  shape,
  syncId = newSyncId(),
  onProgress,
  signal,
}: NarrowRun): Promise<NarrowResult> {
  try {
    const sink = shape.typeIds === undefined ? target : onlyTypes(target, shape.typeIds);
    const missing =
      shape.targets === undefined
        ? await walk({
            surface,
            syncId,
            sink,
            shape,
            ...(onProgress !== undefined && { onProgress }),
            ...(signal !== undefined && { signal }),
          }).then(() => [])
        : await walkTargets({ surface, syncId, sink, shape, signal }, shape.targets);
    await target.finish(() => ({ complete: false, syncType: syncTypeOf(shape) }));
    return { counts: target.counts, missing };
  } catch (thrown) {
    await target.discard();
    throw thrown;
  } finally {
    await surface.cleanup(cleanupRequest(syncId)).catch(() => undefined); // the result stands or falls without it
  }
}

interface TargetsWalk {
  readonly surface: ConnectorSurface;
  readonly syncId: string;
  readonly sink: SyncSink;
  readonly shape: SyncShape;
  readonly signal: AbortSignal | undefined;
}

/** Asks for each resource by itself: it, what it offers, and who holds that. Answers those that are not there. */
async function walkTargets(
  { surface, syncId, sink, shape: { typeIds, skips }, signal }: TargetsWalk,
  targets: readonly ResourceBid[],
): Promise<readonly ResourceBid[]> {
  const { list } = await surface.listResourceTypes(typesRequest(syncId), signal);
  const types = new Map(list.map((type) => [type.id, type]));
  const wanted = distinct(targets).filter(({ typeId }) => typeIds?.has(typeId) !== false);
  const found: ResourceRow[] = [];
  const missing: ResourceBid[] = [];
  for (const target of wanted) {
    throwIfCancelled(signal);
    const row = await oneResource(surface, syncId, target, signal);
    if (row === undefined) {
      missing.push(target);
    } else {
      found.push(row);
    }
  }
  await sink.resourceTypes(list.filter(({ id }) => typeIds?.has(id) !== false));
  await sink.resources(found);

  const offers = ({ typeId }: ResourceRow): boolean => {
    const type = types.get(typeId);
    return type !== undefined && !skipsGrants(type);
  };
  const offering = skips === 'entitlements-and-grants' ? [] : found.filter(offers);
  for (const row of offering) {
    const templates = await surface.listStaticEntitlements(staticEntitlementsRequest(syncId, row.typeId), signal);
    await sink.entitlements(templates.list.map((template) => entitlementRowsOf(template)(row)));
  }
  for (const { typeId, id } of skips === 'grants' ? [] : offering) {
    await eachPage(
      (pageToken) => surface.listGrants(grantsRequest(syncId, typeId, id, pageToken), signal),
      (rows) => sink.grants(rows),
      signal,
    );
  }
  return missing;
}

async function oneResource(
  surface: ConnectorSurface,
  syncId: string,
  target: ResourceBid,
  signal: AbortSignal | undefined,
): Promise<ResourceRow | undefined> {
  try {
    const { resource } = await surface.getResource(resourceRequest(syncId, target), signal);
    if (resource === undefined) {
      throw new ConnectorError('inconsistent', 'the connector answered a resource without saying which');
    }
    return resourceRow(resource);
  } catch (thrown) {
    if (isKind(thrown, 'not-found')) {
      return undefined;
    }
    throw thrown;
  }
}

function distinct(targets: readonly ResourceBid[]): readonly ResourceBid[] {
  return [...new Map(targets.map((target) => [JSON.stringify([target.typeId, target.id]), target])).values()];
}

/**
 * Lets rows through that are of these types, and grants to them alone. A resource goes on naming its parent, as in the
 * file of a Go connector: the platform knows the parent from other syncs, and would move what names none.
 */
function onlyTypes(sink: SyncSink, typeIds: ReadonlySet<string>): SyncSink {
  const isKept = ({ typeId }: { readonly typeId: string }): boolean => typeIds.has(typeId);
  const isToKept = ({ message }: GrantRow): boolean => typeIds.has(message.principal?.id?.resourceType ?? '');
  return {
    resourceTypes: (rows) => sink.resourceTypes(rows.filter(({ id }) => typeIds.has(id))),
    resources: (rows) => sink.resources(rows.filter(isKept)),
    entitlements: (rows) => sink.entitlements(rows.filter(isKept)),
    grants: (rows) => sink.grants(rows.filter((row) => isKept(row) && isToKept(row))),
  };
}
