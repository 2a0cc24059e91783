import { create } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { expect } from 'vitest';
import { systemWorkPlace } from '../../src/answers/work-place.ts';
import { type Connector, createConnector, type Judge } from '../../src/connector.ts';
import {
  GrantExpandableSchema,
  GrantImmutableSchema,
  GrantMetadataSchema,
} from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '../../src/gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import { GrantsServiceListGrantsRequestSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import {
  ResourceGetterServiceGetResourceRequestSchema,
  ResourcesServiceListResourcesRequestSchema,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { marker } from '../../src/model/annotations.ts';
import type { Any, Entitlement, Grant, Resource, ResourceType } from '../../src/model/messages.ts';
import type { Row, RowPage } from '../../src/model/row.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import type { ProjectRead, SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import type { SyncSink } from '../../src/sync/walk.ts';
import type { GrantTruth, Truth } from './truth.ts';

export const typeIds = ['user', 'tenant', 'role', 'permission', 'role_binding'] as const;

/** Judges by the built-in rules; loaded by the tests that list findings. */
const lazyJudge: Judge = {
  begin: async () => await (await import('../../src/insights/judge.ts')).createJudge({ work: systemWorkPlace }).begin(),
};

export function connectorOf(project: ProjectRead, policy: Partial<SyncPolicy> = {}, now?: () => number): Connector {
  return createConnector({
    project,
    policy: { tenantRoles: 'all', ...policy },
    judge: lazyJudge,
    ...(now !== undefined && { now }),
  });
}

export interface Ask {
  readonly syncId?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly parentTenantId?: string;
  readonly signal?: AbortSignal;
}

export async function listResources(
  connector: ConnectorSurface,
  resourceTypeId: string,
  ask: Ask = {},
): Promise<ListPage<Resource>> {
  const { syncId = 'sync-1', pageSize = 0, pageToken = '', parentTenantId, signal } = ask;
  const request = create(ResourcesServiceListResourcesRequestSchema, {
    activeSyncId: syncId,
    resourceTypeId,
    pageSize,
    pageToken,
    ...(parentTenantId !== undefined && { parentResourceId: { resourceType: 'tenant', resource: parentTenantId } }),
  });
  return messagesOf(await connector.listResources(request, signal));
}

/** Grants of one resource; of the whole type, by the marker, when the id is undefined. */
export async function listGrants(
  connector: ConnectorSurface,
  typeId: string,
  id: string | undefined,
  ask: Ask = {},
): Promise<ListPage<Grant>> {
  const { syncId = 'sync-1', pageSize = 0, pageToken = '', signal } = ask;
  const request = create(GrantsServiceListGrantsRequestSchema, {
    activeSyncId: syncId,
    pageSize,
    pageToken,
    resource: { id: { resourceType: typeId, resource: id ?? typeId } },
    annotations: id === undefined ? [marker(TypeScopedGrantsSchema)] : [],
  });
  return messagesOf(await connector.listGrants(request, signal));
}

/** A page of rows as the messages that they stand for. */
export function messagesOf<M>({ list, ...rest }: RowPage<Row<M>>): ListPage<M> {
  return { ...rest, list: list.map(({ message }) => message) };
}

export async function getResource(
  connector: ConnectorSurface,
  typeId: string,
  id: string,
  syncId = 'sync-1',
): Promise<Resource> {
  const request = create(ResourceGetterServiceGetResourceRequestSchema, {
    activeSyncId: syncId,
    resourceId: { resourceType: typeId, resource: id },
  });
  const { resource } = await connector.getResource(request);
  if (resource === undefined) {
    throw new Error('an answer without a resource');
  }
  return resource;
}

export interface ListPage<T> {
  readonly list: readonly T[];
  readonly nextPageToken: string;
  readonly annotations: readonly Any[];
}

/**
 * All pages of a listing, those included that its pages enqueue. Fails when it does not end: no token may come twice,
 * and a thousand pages are enough. Holds EnqueuePageTokens to the Go syncer's limits.
 */
export async function allPages<T>(ask: (pageToken: string) => Promise<ListPage<T>>, from = ''): Promise<T[][]> {
  const pages: T[][] = [];
  const waiting = [from];
  const known = new Set(waiting);
  for (let pageToken = waiting.shift(); pageToken !== undefined; pageToken = waiting.shift()) {
    const page = await ask(pageToken);
    pages.push([...page.list]);
    for (const token of followingTokens(page)) {
      expect(known.has(token), 'a page token came twice').toBe(false);
      known.add(token);
      waiting.push(token);
    }
    expect(pages.length, 'a listing does not end').toBeLessThan(1000);
  }
  return pages;
}

/** The next page's token, if there is one, and those that the page enqueues. */
export function followingTokens({ nextPageToken, annotations }: ListPage<unknown>): string[] {
  const enqueued = annotations
    .map((annotation) => anyUnpack(annotation, EnqueuePageTokensSchema))
    .filter((unpacked) => unpacked !== undefined);
  const tokens = enqueued.flatMap(({ pageTokens }) => pageTokens);
  expect(enqueued.length, 'one EnqueuePageTokens a response').toBeLessThanOrEqual(1);
  expect(tokens.length).toBeLessThanOrEqual(1024);
  expect(tokens).not.toContain('');
  return nextPageToken === '' ? tokens : [nextPageToken, ...tokens];
}

export async function allResources(connector: ConnectorSurface, typeId: string, ask: Ask = {}): Promise<Resource[]> {
  return (await allPages((pageToken) => listResources(connector, typeId, { ...ask, pageToken }))).flat();
}

export async function allGrants(
  connector: ConnectorSurface,
  typeId: string,
  id: string | undefined,
  ask: Ask = {},
): Promise<Grant[]> {
  return (await allPages((pageToken) => listGrants(connector, typeId, id, { ...ask, pageToken }))).flat();
}

export function keyOf({ id }: Resource): string {
  return `${id?.resourceType}:${id?.resource}`;
}

export function idsOf(rows: readonly (Resource | Grant)[]): string[] {
  return rows.map((row) => (row.$typeName === 'c1.connector.v2.Grant' ? row.id : (row.id?.resource ?? '')));
}

/** What GrantExpandable and GrantMetadata say on a grant, checked down to their last field. */
export function toGrantTruth({ annotations, principal }: Grant, holderTypes: readonly string[] = ['user']): GrantTruth {
  let source: string | null = null;
  let tenantId: string | null = null;
  let types: readonly string[] = [];
  let inherited: GrantTruth['inherited'];
  const immutable = annotations.map((annotation) => anyUnpack(annotation, GrantImmutableSchema)).find(Boolean);
  for (const annotation of annotations) {
    const expandable = anyUnpack(annotation, GrantExpandableSchema);
    const metadata = anyUnpack(annotation, GrantMetadataSchema);
    if (expandable !== undefined) {
      expect(expandable.shallow).toBe(true);
      types = expandable.resourceTypeIds;
      if (immutable === undefined) {
        expect(types).toEqual(holderTypes);
      }
      expect(expandable.entitlementIds).toHaveLength(1);
      source = expandable.entitlementIds[0] ?? null;
      const slug = principal?.id?.resourceType === 'tenant' ? 'member' : 'assigned';
      expect(source).toBe(`${principal?.id?.resourceType}:${principal?.id?.resource}:${slug}`); // else the Go syncer fails
    } else if (metadata !== undefined && immutable !== undefined) {
      inherited = { sourceId: immutable.sourceId, types, metadata: metadata.metadata ?? {} };
    } else if (metadata !== undefined) {
      expect(Object.keys(metadata.metadata ?? {})).toEqual(['tenant_id']);
      expect(metadata.metadata?.['tenant_id']).toBeTypeOf('string');
      tenantId = metadata.metadata?.['tenant_id'] as string;
    } else if (!anyIs(annotation, GrantImmutableSchema)) {
      throw new Error(`an annotation that nobody planned: ${annotation.typeUrl}`);
    }
  }
  expect(annotations.filter((annotation) => anyIs(annotation, GrantExpandableSchema)).length).toBeLessThan(2);
  return { source, tenantId, ...(inherited !== undefined && { inherited }) };
}

/** What a walk brought, in order and with every repeat. */
export interface Walked {
  readonly types: ResourceType[];
  readonly resources: Resource[];
  readonly entitlements: Entitlement[];
  readonly grants: Grant[];
}

export function createCollector(): Walked & { readonly sink: SyncSink } {
  const walked: Walked = { types: [], resources: [], entitlements: [], grants: [] };
  return {
    ...walked,
    sink: {
      resourceTypes: async (rows) => void walked.types.push(...rows),
      resources: async (rows) => void walked.resources.push(...rows.map(({ message }) => message)),
      entitlements: async (rows) => void walked.entitlements.push(...rows.map(({ message }) => message)),
      grants: async (rows) => void walked.grants.push(...rows.map(({ message }) => message)),
    },
  };
}

/** Holds rows against the truth: the very same sets, and nothing twice. */
export function expectTruth({ resources, grants }: Pick<Walked, 'resources' | 'grants'>, truth: Truth): void {
  expectResources(resources, truth);
  expectIds(
    grants.map(({ id }) => id),
    truth.grants.keys(),
  );
  expectGrants(grants, truth);
}

/** The very grants of the truth, be it that some are told twice. */
export function expectGrants(grants: readonly Grant[], truth: Truth): void {
  expect(new Map(grants.map((grant) => [grant.id, toGrantTruth(grant, truth.holderTypes)]))).toEqual(truth.grants);
}

export function expectResources(resources: readonly Resource[], truth: Truth): void {
  expectIds(resources.map(keyOf), truth.resources.keys());
  expect(new Map(resources.map((resource) => [keyOf(resource), resource.parentResourceId?.resource ?? '']))).toEqual(
    truth.resources,
  );
}

export function expectEntitlements(entitlements: readonly Entitlement[], truth: Truth): void {
  expectIds(
    entitlements.map(({ id }) => id),
    truth.entitlements,
  );
}

/** Exactly these ids, each of them once, in any order. */
export function expectIds(ids: readonly string[], expected: Iterable<string>): void {
  const wanted = new Set(expected);
  const found = new Set(ids);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  expect({ missing: [...wanted.difference(found)], invented: [...found.difference(wanted)], twice }).toEqual({
    missing: [],
    invented: [],
    twice: [],
  });
}

/**
 * Walks a connector by hand: any order of types, any page size, grants of bindings per resource or for the whole type.
 */
export interface HandWalkOptions {
  readonly syncId?: string;
  readonly order?: readonly string[];
  readonly pageSize?: number;
  readonly isTypeScoped?: boolean;
}

export async function handWalk(
  connector: ConnectorSurface,
  { syncId = 'sync-1', order = typeIds, pageSize = 0, isTypeScoped = true }: HandWalkOptions = {},
): Promise<Pick<Walked, 'resources' | 'grants'>> {
  const resources: Resource[] = [];
  for (const typeId of order) {
    resources.push(...(await allResources(connector, typeId, { syncId, pageSize })));
  }
  const grants: Grant[] = [];
  for (const { id } of resources) {
    const isWhole = isTypeScoped && id?.resourceType === 'role_binding';
    if (id !== undefined && id.resourceType !== 'user' && !isWhole) {
      grants.push(...(await allGrants(connector, id.resourceType, id.resource, { syncId, pageSize })));
    }
  }
  if (isTypeScoped) {
    grants.push(...(await allGrants(connector, 'role_binding', undefined, { syncId, pageSize })));
  }
  return { resources, grants };
}
