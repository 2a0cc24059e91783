import { ConnectorError } from '../errors.ts';
import { entitlementOf } from '../model/builders.ts';
import { type EntitledTypeId, isResourceTypeId, type ResourceTypeId } from '../model/ids.ts';
import type { Any, Entitlement, Grant, Resource, ResourceType } from '../model/messages.ts';
import { enqueuedTokens, grantsRequest, isTypeScopedType, resourcesRequest, skipsEntitlements, skipsGrants, staticEntitlementsRequest, typesRequest } from '../model/walk-requests.ts';
import type { ConnectorSurface } from '../model/surface.ts';

/** Takes the rows of a sync in the order of its sections; each promise is waited for, so that a slow sink slows the walk. */
export interface SyncSink {
  resourceType(row: ResourceType): Promise<void>;
  resource(row: Resource): Promise<void>;
  entitlement(row: Entitlement): Promise<void>;
  grant(row: Grant): Promise<void>;
}

/** How far a walk has come. `rows` counts what this step has brought so far. */
export interface WalkProgress {
  readonly step: 'resources' | 'entitlements' | 'grants';
  readonly typeId: string;
  readonly rows: number;
}

export interface WalkOptions {
  readonly surface: ConnectorSurface;
  readonly syncId: string;
  readonly sink: SyncSink;
  readonly onProgress?: (progress: WalkProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Walks a connector as the platform's syncer does, one call at a time: types, resources of every type, entitlements made
 * of each type's templates, grants. Users come first, as the connector lists them. Throws when any call fails or a page
 * token comes back unchanged; what the sink has been given is then worth nothing.
 */
export async function walk({ surface, syncId, sink, onProgress, signal }: WalkOptions): Promise<void> {
  const { list: types } = await surface.listResourceTypes(typesRequest(syncId), signal);
  for (const type of types) {
    await sink.resourceType(type);
  }

  const found: Found[] = [];
  for (const type of types) {
    const count = counter('resources', type.id, onProgress);
    await eachPage(
      (pageToken) => surface.listResources(resourcesRequest(syncId, type.id, pageToken), signal),
      async (resource) => {
        await sink.resource(resource);
        count();
        if (!(skipsEntitlements(type) && skipsGrants(type))) {
          found.push(toFound(resource));
        }
      },
    );
  }

  for (const type of types) {
    const { list: templates } = await surface.listStaticEntitlements(staticEntitlementsRequest(syncId, type.id), signal);
    const count = counter('entitlements', type.id, onProgress);
    for (const resource of found.filter(({ typeId }) => typeId === type.id)) {
      for (const template of templates) {
        await sink.entitlement(entitlementOf(toEntitled(resource), template));
        count();
      }
    }
  }

  for (const type of types.filter((listed) => !skipsGrants(listed))) {
    const count = counter('grants', type.id, onProgress);
    const targets = isTypeScopedType(type) ? [undefined] : found.filter(({ typeId }) => typeId === type.id);
    for (const target of targets) {
      await eachPage(
        (pageToken) => surface.listGrants(grantsRequest(syncId, type.id, target?.id, pageToken), signal),
        async (grant) => {
          await sink.grant(grant);
          count();
        },
      );
    }
  }
}

/** What must be remembered of a resource to ask for its entitlements and grants. */
interface Found {
  readonly typeId: string;
  readonly id: string;
  readonly displayName: string;
  readonly parentTenantId: string;
}

function toFound({ id, displayName, parentResourceId }: Resource): Found {
  return { typeId: id?.resourceType ?? '', id: id?.resource ?? '', displayName, parentTenantId: parentResourceId?.resource ?? '' };
}

function toEntitled(found: Found): Found & { readonly typeId: EntitledTypeId } {
  const { typeId } = found;
  if (!isEntitled(typeId)) {
    throw new ConnectorError('upstream-contract', `the connector offers an entitlement on ${JSON.stringify(typeId)}, which cannot be held`);
  }
  return { ...found, typeId };
}

function isEntitled(typeId: string): typeId is EntitledTypeId & ResourceTypeId {
  return isResourceTypeId(typeId) && typeId !== 'user';
}

interface ListPage<T> {
  readonly list: readonly T[];
  readonly nextPageToken: string;
  readonly annotations: readonly Any[];
}

/** Every page of a listing, and of the stretches that its pages name besides: one after the other, in that order. */
async function eachPage<T>(ask: (pageToken: string) => Promise<ListPage<T>>, take: (row: T) => Promise<void>): Promise<void> {
  const starts = [''];
  const known = new Set(starts);
  for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
    let pageToken = start;
    do {
      const page = await ask(pageToken);
      for (const row of page.list) {
        await take(row);
      }
      if (page.nextPageToken !== '' && page.nextPageToken === pageToken) {
        throw new ConnectorError('inconsistent', 'the connector gave the same page token back: its listing would never end');
      }
      for (const sibling of enqueuedTokens(page.annotations).filter((token) => !known.has(token))) {
        known.add(sibling);
        starts.push(sibling);
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }
}

/** Tells the progress of one step: at its start, then with every row; whoever listens thins it out. */
function counter(step: WalkProgress['step'], typeId: string, onProgress: WalkOptions['onProgress']): () => void {
  let rows = 0;
  onProgress?.({ step, typeId, rows });
  return () => {
    rows += 1;
    onProgress?.({ step, typeId, rows });
  };
}
