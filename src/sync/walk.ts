import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { entitlementRowsOf } from '../model/entitlement-row.ts';
import type { ResourceType } from '../model/messages.ts';
import type { EntitlementRow, GrantRow, ResourceRow, RowPage } from '../model/row.ts';
import {
  enqueuedTokens,
  grantsRequest,
  isTypeScopedType,
  resourcesRequest,
  skipsEntitlements,
  skipsGrants,
  staticEntitlementsRequest,
  typesRequest,
} from '../model/walk-requests.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import type { SyncShape } from './shape.ts';
import { RememberedResources } from './remembered-resources.ts';

/**
 * Takes the rows of a sync in the order of its sections, some at once; each promise is waited for, so that a slow sink
 * slows the walk.
 */
export interface SyncSink {
  resourceTypes(rows: readonly ResourceType[]): Promise<void>;
  resources(rows: readonly ResourceRow[]): Promise<void>;
  entitlements(rows: readonly EntitlementRow[]): Promise<void>;
  grants(rows: readonly GrantRow[]): Promise<void>;
}

/** How far a walk has come. `rows` counts what this step has brought so far. */
export interface WalkProgress {
  readonly step: 'resources' | 'entitlements' | 'grants';
  readonly typeId: string;
  readonly rows: number;
}

export interface WalkOptions {
  readonly surface: Pick<
    ConnectorSurface,
    'listResourceTypes' | 'listResources' | 'listStaticEntitlements' | 'listGrants'
  >;
  readonly syncId: string;
  readonly sink: SyncSink;
  /** What is left out; nothing when left out itself. */
  readonly shape?: Pick<SyncShape, 'typeIds' | 'skips'>;
  readonly onProgress?: (progress: WalkProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Walks a connector as the platform's syncer does, one call at a time: types, resources of every type, entitlements
 * made of each type's templates, grants. Users come first, as the connector lists them. Throws when any call fails or a
 * page token comes back unchanged; what the sink has been given is then worth nothing.
 */
export async function walk({
  surface,
  syncId,
  sink,
  shape: { typeIds, skips } = {},
  onProgress,
  signal,
}: WalkOptions): Promise<void> {
  const { list } = await surface.listResourceTypes(typesRequest(syncId), signal);
  const types = list.filter(({ id }) => typeIds?.has(id) !== false);
  await sink.resourceTypes(types);

  const remembered = new Map(
    types
      .filter((type) => !(skipsEntitlements(type) && skipsGrants(type)))
      .map(({ id }) => [id, new RememberedResources()]),
  );
  for (const type of types) {
    const count = counter('resources', type.id, onProgress);
    await eachPage(
      (pageToken) => surface.listResources(resourcesRequest(syncId, type.id, pageToken), signal),
      async (rows) => {
        await sink.resources(rows);
        count(rows.length);
        rows.forEach((row) => remembered.get(row.typeId)?.add(row)); // a page may hold other types than the one asked for
      },
      signal,
    );
  }

  if (skips === 'entitlements-and-grants') {
    return;
  }
  for (const type of types) {
    const { list: templates } = await surface.listStaticEntitlements(
      staticEntitlementsRequest(syncId, type.id),
      signal,
    );
    const count = counter('entitlements', type.id, onProgress);
    const makers = templates.map((template) => entitlementRowsOf(template));
    for (const resources of makers.length === 0 ? [] : (remembered.get(type.id)?.batches() ?? [])) {
      throwIfCancelled(signal);
      const rows = resources.flatMap((resource) => makers.map((toRow) => toRow({ ...resource, typeId: type.id })));
      await sink.entitlements(rows);
      count(rows.length);
    }
  }

  for (const type of skips === 'grants' ? [] : types.filter((listed) => !skipsGrants(listed))) {
    const count = counter('grants', type.id, onProgress);
    for (const id of isTypeScopedType(type) ? [undefined] : (remembered.get(type.id)?.ids() ?? [])) {
      await eachPage(
        (pageToken) => surface.listGrants(grantsRequest(syncId, type.id, id, pageToken), signal),
        async (rows) => {
          await sink.grants(rows);
          count(rows.length);
        },
        signal,
      );
    }
  }
}

/** Every page of a listing, and of the stretches that its pages name besides: one after the other, in that order. */
export async function eachPage<T>(
  ask: (pageToken: string) => Promise<RowPage<T>>,
  take: (rows: readonly T[]) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const starts = [''];
  const known = new Set(starts);
  for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
    let pageToken = start;
    do {
      throwIfCancelled(signal); // where all is read no request notices it, and millions of grants may be left to write
      const page = await ask(pageToken);
      await take(page.list);
      if (page.nextPageToken !== '' && page.nextPageToken === pageToken) {
        throw new ConnectorError(
          'inconsistent',
          'the connector gave the same page token back: its listing would never end',
        );
      }
      for (const sibling of enqueuedTokens(page.annotations).filter((token) => !known.has(token))) {
        known.add(sibling);
        starts.push(sibling);
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }
}

/** Tells the progress of one step: at its start, then with every page; a listener skips what it does not need. */
function counter(
  step: WalkProgress['step'],
  typeId: string,
  onProgress: WalkOptions['onProgress'],
): (more: number) => void {
  let rows = 0;
  onProgress?.({ step, typeId, rows });
  return (more) => {
    rows += more;
    onProgress?.({ step, typeId, rows });
  };
}
