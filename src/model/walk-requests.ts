import { create, isMessage } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  SkipEntitlementsAndGrantsSchema,
  SkipEntitlementsSchema,
} from '../gen/c1/connector/v2/annotation_resource_tree_pb.ts';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import { ConnectorServiceCleanupRequestSchema } from '../gen/c1/connector/v2/connector_pb.ts';
import { EntitlementsServiceListStaticEntitlementsRequestSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { GrantsServiceListGrantsRequestSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import {
  ResourceGetterServiceGetResourceRequestSchema,
  ResourcesServiceListResourcesRequestSchema,
  ResourceTypesServiceListResourceTypesRequestSchema,
} from '../gen/c1/connector/v2/resource_pb.ts';
import type { ResourceBid } from './bid.ts';
import { annotationRegistry, hasAnnotation, marker } from './annotations.ts';
import type {
  ConnectorServiceCleanupRequest,
  EntitlementsServiceListStaticEntitlementsRequest,
  GrantsServiceListGrantsRequest,
  ResourceGetterServiceGetResourceRequest,
  ResourcesServiceListResourcesRequest,
  ResourceType,
  ResourceTypesServiceListResourceTypesRequest,
} from './messages.ts';

/** The requests of a walk, as the Go syncer sends them: page_size is always absent. */
export function typesRequest(activeSyncId: string): ResourceTypesServiceListResourceTypesRequest {
  return create(ResourceTypesServiceListResourceTypesRequestSchema, { activeSyncId });
}

export function resourcesRequest(
  activeSyncId: string,
  resourceTypeId: string,
  pageToken: string,
): ResourcesServiceListResourcesRequest {
  return create(ResourcesServiceListResourcesRequestSchema, { activeSyncId, resourceTypeId, pageToken });
}

/** One resource, by itself. */
export function resourceRequest(
  activeSyncId: string,
  { typeId, id, parent }: ResourceBid,
): ResourceGetterServiceGetResourceRequest {
  return create(ResourceGetterServiceGetResourceRequestSchema, {
    activeSyncId,
    resourceId: { resourceType: typeId, resource: id },
    ...(parent !== undefined && { parentResourceId: { resourceType: parent.typeId, resource: parent.id } }),
  });
}

export function staticEntitlementsRequest(
  activeSyncId: string,
  resourceTypeId: string,
): EntitlementsServiceListStaticEntitlementsRequest {
  return create(EntitlementsServiceListStaticEntitlementsRequestSchema, { activeSyncId, resourceTypeId });
}

/** Grants of one resource, or, without a resource id, of the whole type: a stub id and the marker. */
export function grantsRequest(
  activeSyncId: string,
  resourceTypeId: string,
  resourceId: string | undefined,
  pageToken: string,
): GrantsServiceListGrantsRequest {
  return create(GrantsServiceListGrantsRequestSchema, {
    activeSyncId,
    pageToken,
    resource: { id: { resourceType: resourceTypeId, resource: resourceId ?? resourceTypeId } },
    annotations: resourceId === undefined ? [marker(TypeScopedGrantsSchema)] : [],
  });
}

export function cleanupRequest(activeSyncId: string): ConnectorServiceCleanupRequest {
  return create(ConnectorServiceCleanupRequestSchema, { activeSyncId });
}

/** Tokens of further stretches that a page of grants names. */
export function enqueuedTokens(annotations: readonly Any[]): readonly string[] {
  return annotations
    .flatMap((annotation) => anyUnpack(annotation, annotationRegistry))
    .flatMap((message) =>
      message !== undefined && isMessage(message, EnqueuePageTokensSchema) ? message.pageTokens : [],
    );
}

export function skipsEntitlements({ annotations }: ResourceType): boolean {
  return (
    hasAnnotation(annotations, SkipEntitlementsSchema) || hasAnnotation(annotations, SkipEntitlementsAndGrantsSchema)
  );
}

export function skipsGrants({ annotations }: ResourceType): boolean {
  return hasAnnotation(annotations, SkipEntitlementsAndGrantsSchema);
}

export function isTypeScopedType({ annotations }: ResourceType): boolean {
  return hasAnnotation(annotations, TypeScopedGrantsSchema);
}
