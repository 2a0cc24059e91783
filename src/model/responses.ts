import { create } from '@bufbuild/protobuf';
import { TypeScopedGrantsSchema } from '../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import {
  Capability,
  ConnectorServiceCleanupResponseSchema,
  ConnectorServiceGetMetadataResponseSchema,
  ConnectorServiceValidateResponseSchema,
} from '../gen/c1/connector/v2/connector_pb.ts';
import { EntitlementsServiceListEntitlementsResponseSchema, EntitlementsServiceListStaticEntitlementsResponseSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { GrantsServiceListGrantsResponseSchema } from '../gen/c1/connector/v2/grant_pb.ts';
import {
  ResourceGetterServiceGetResourceResponseSchema,
  ResourcesServiceListResourcesResponseSchema,
  ResourceTypesServiceListResourceTypesResponseSchema,
} from '../gen/c1/connector/v2/resource_pb.ts';
import { hasAnnotation } from './annotations.ts';
import type {
  Any,
  ConnectorServiceCleanupResponse,
  ConnectorServiceGetMetadataResponse,
  ConnectorServiceValidateResponse,
  Entitlement,
  EntitlementsServiceListEntitlementsResponse,
  EntitlementsServiceListStaticEntitlementsResponse,
  Grant,
  GrantsServiceListGrantsResponse,
  Resource,
  ResourceGetterServiceGetResourceResponse,
  ResourcesServiceListResourcesResponse,
  ResourceType,
  ResourceTypesServiceListResourceTypesResponse,
} from './messages.ts';

/**
 * The protocol version that we speak, as the reference SDK numbers it. The Go syncer fills `active_sync_id` in later
 * requests only for a plain version of at least 0.4.3: an empty one, or one with a suffix, would switch that off.
 */
const sdkVersion = '0.25.0';

export function validateResponse(): ConnectorServiceValidateResponse {
  return create(ConnectorServiceValidateResponseSchema, { sdkVersion });
}

export function cleanupResponse(): ConnectorServiceCleanupResponse {
  return create(ConnectorServiceCleanupResponseSchema);
}

/** Name and abilities of the connector: every listed type can be synced, as a whole and one resource at a time. */
export function metadataResponse(types: readonly ResourceType[]): ConnectorServiceGetMetadataResponse {
  const capabilities = [Capability.SYNC, Capability.TARGETED_SYNC];
  return create(ConnectorServiceGetMetadataResponseSchema, {
    metadata: {
      displayName: 'Descope',
      helpUrl: 'https://docs.descope.com',
      description: 'Users, tenants, roles and permissions of a Descope project, and who holds what in which tenant.',
      capabilities: {
        resourceTypeCapabilities: types
          .toSorted((left, right) => (left.id < right.id ? -1 : 1))
          .map((resourceType) => ({ resourceType, capabilities, permissions: {} })),
        connectorCapabilities: [...capabilities, Capability.SERVICE_MODE_TARGETED_SYNC],
        credentialDetails: {},
      },
    },
  });
}

export function resourceTypesResponse(list: ResourceType[]): ResourceTypesServiceListResourceTypesResponse {
  return create(ResourceTypesServiceListResourceTypesResponseSchema, { list });
}

export function resourcesResponse(list: Resource[], nextPageToken: string): ResourcesServiceListResourcesResponse {
  return create(ResourcesServiceListResourcesResponseSchema, { list, nextPageToken });
}

export function resourceResponse(resource: Resource): ResourceGetterServiceGetResourceResponse {
  return create(ResourceGetterServiceGetResourceResponseSchema, { resource });
}

export function staticEntitlementsResponse(list: Entitlement[]): EntitlementsServiceListStaticEntitlementsResponse {
  return create(EntitlementsServiceListStaticEntitlementsResponseSchema, { list });
}

export function entitlementsResponse(list: Entitlement[]): EntitlementsServiceListEntitlementsResponse {
  return create(EntitlementsServiceListEntitlementsResponseSchema, { list });
}

export function grantsResponse(list: Grant[], nextPageToken: string, annotations: Any[] = []): GrantsServiceListGrantsResponse {
  return create(GrantsServiceListGrantsResponseSchema, { list, nextPageToken, annotations });
}

/** Whether a request for grants means the whole type. Decided by the marker, never by the shape of the id. */
export function isTypeScoped(annotations: readonly Any[]): boolean {
  return hasAnnotation(annotations, TypeScopedGrantsSchema);
}
