import type {
  ConnectorServiceCleanupRequest,
  ConnectorServiceCleanupResponse,
  ConnectorServiceGetMetadataResponse,
  ConnectorServiceValidateResponse,
  EntitlementsServiceListEntitlementsRequest,
  EntitlementsServiceListEntitlementsResponse,
  EntitlementsServiceListStaticEntitlementsRequest,
  EntitlementsServiceListStaticEntitlementsResponse,
  GrantManagerServiceGrantRequest,
  GrantManagerServiceGrantResponse,
  GrantManagerServiceRevokeRequest,
  GrantManagerServiceRevokeResponse,
  GrantsServiceListGrantsRequest,
  ResourceGetterServiceGetResourceRequest,
  ResourceGetterServiceGetResourceResponse,
  ResourcesServiceListResourcesRequest,
  ResourceTypesServiceListResourceTypesRequest,
  ResourceTypesServiceListResourceTypesResponse,
} from './messages.ts';
import type { GrantRow, ResourceRow, RowPage } from './row.ts';

/**
 * What a connector answers, in the protocol's messages. `connector.ts` is one, the gRPC client in `server/` is another:
 * whoever walks a surface cannot tell whether it runs in this process. All throw ConnectorError.
 */
export interface ConnectorSurface {
  validate(signal?: AbortSignal): Promise<ConnectorServiceValidateResponse>;
  getMetadata(signal?: AbortSignal): Promise<ConnectorServiceGetMetadataResponse>;
  cleanup(request: ConnectorServiceCleanupRequest, signal?: AbortSignal): Promise<ConnectorServiceCleanupResponse>;
  listResourceTypes(
    request: ResourceTypesServiceListResourceTypesRequest,
    signal?: AbortSignal,
  ): Promise<ResourceTypesServiceListResourceTypesResponse>;
  listResources(request: ResourcesServiceListResourcesRequest, signal?: AbortSignal): Promise<RowPage<ResourceRow>>;
  getResource(
    request: ResourceGetterServiceGetResourceRequest,
    signal?: AbortSignal,
  ): Promise<ResourceGetterServiceGetResourceResponse>;
  listStaticEntitlements(
    request: EntitlementsServiceListStaticEntitlementsRequest,
    signal?: AbortSignal,
  ): Promise<EntitlementsServiceListStaticEntitlementsResponse>;
  listEntitlements(
    request: EntitlementsServiceListEntitlementsRequest,
    signal?: AbortSignal,
  ): Promise<EntitlementsServiceListEntitlementsResponse>;
  listGrants(request: GrantsServiceListGrantsRequest, signal?: AbortSignal): Promise<RowPage<GrantRow>>;
  grant(request: GrantManagerServiceGrantRequest, signal?: AbortSignal): Promise<GrantManagerServiceGrantResponse>;
  revoke(request: GrantManagerServiceRevokeRequest, signal?: AbortSignal): Promise<GrantManagerServiceRevokeResponse>;
}
