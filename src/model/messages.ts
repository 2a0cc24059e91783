/** The protocol's messages under their own names: the one door through which other folders see generated code. */
export type { Any } from '@bufbuild/protobuf/wkt';
export type {
  ConnectorServiceCleanupRequest,
  ConnectorServiceCleanupResponse,
  ConnectorServiceGetMetadataResponse,
  ConnectorServiceValidateResponse,
} from '../gen/c1/connector/v2/connector_pb.ts';
export type {
  Entitlement,
  EntitlementsServiceListEntitlementsRequest,
  EntitlementsServiceListEntitlementsResponse,
  EntitlementsServiceListStaticEntitlementsRequest,
  EntitlementsServiceListStaticEntitlementsResponse,
} from '../gen/c1/connector/v2/entitlement_pb.ts';
export type {
  Grant,
  GrantManagerServiceGrantRequest,
  GrantManagerServiceGrantResponse,
  GrantManagerServiceRevokeRequest,
  GrantManagerServiceRevokeResponse,
  GrantsServiceListGrantsRequest,
  GrantsServiceListGrantsResponse,
} from '../gen/c1/connector/v2/grant_pb.ts';
export type {
  EncryptedData,
  EncryptionConfig,
  Resource,
  ResourceGetterServiceGetResourceRequest,
  ResourceGetterServiceGetResourceResponse,
  ResourceId,
  ResourcesServiceListResourcesRequest,
  ResourcesServiceListResourcesResponse,
  ResourceType,
  ResourceTypesServiceListResourceTypesRequest,
  ResourceTypesServiceListResourceTypesResponse,
} from '../gen/c1/connector/v2/resource_pb.ts';
