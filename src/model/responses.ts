import { create } from '@bufbuild/protobuf';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import {
  Capability,
  ConnectorServiceCleanupResponseSchema,
  ConnectorServiceGetMetadataResponseSchema,
  ConnectorServiceValidateResponseSchema,
} from '../gen/c1/connector/v2/connector_pb.ts';
import {
  EntitlementsServiceListEntitlementsResponseSchema,
  EntitlementsServiceListStaticEntitlementsResponseSchema,
} from '../gen/c1/connector/v2/entitlement_pb.ts';
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import {
  GrantManagerServiceGrantResponseSchema,
  GrantManagerServiceRevokeResponseSchema,
} from '../gen/c1/connector/v2/grant_pb.ts';
import {
  ResourceGetterServiceGetResourceResponseSchema,
  ResourceTypesServiceListResourceTypesResponseSchema,
} from '../gen/c1/connector/v2/resource_pb.ts';
import { annotate, hasAnnotation, marker } from './annotations.ts';
import type {
  Any,
  ConnectorServiceCleanupResponse,
  ConnectorServiceGetMetadataResponse,
  ConnectorServiceValidateResponse,
  Entitlement,
  EntitlementsServiceListEntitlementsResponse,
  EntitlementsServiceListStaticEntitlementsResponse,
  Grant,
  GrantManagerServiceGrantResponse,
  GrantManagerServiceRevokeResponse,
  Resource,
  ResourceGetterServiceGetResourceResponse,
  ResourceType,
  ResourceTypesServiceListResourceTypesResponse,
} from './messages.ts';
import type { RowPage } from './row.ts';

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

/** Types whose entitlements can be given and taken away. */
const provisionedTypes: ReadonlySet<string> = new Set(['tenant', 'role', 'role_binding']);

/** What the management key must be allowed to call, to read a type and to change who holds it. */
const neededRights: Readonly<Record<string, readonly string[]>> = {
  user: ['read: POST /v2/mgmt/user/search', 'read: GET /v1/mgmt/user'],
  tenant: [
    'read: GET /v1/mgmt/tenant/all',
    'write: POST /v1/mgmt/user/update/tenant/add',
    'write: POST /v1/mgmt/user/update/tenant/remove',
  ],
  role: [
    'read: GET /v1/mgmt/role/all',
    'write: POST /v1/mgmt/user/update/role/add',
    'write: POST /v1/mgmt/user/update/role/remove',
  ],
  permission: ['read: GET /v1/mgmt/permission/all'],
  role_binding: [
    'read: GET /v1/mgmt/role/all',
    'read: GET /v1/mgmt/tenant/all',
    'write: POST /v1/mgmt/user/update/role/add',
    'write: POST /v1/mgmt/user/update/role/remove',
  ],
};

/**
 * Name and abilities of the connector: every listed type can be synced, as a whole and one resource at a time. What it can
 * do is said whether or not this process was allowed to: a platform decides by it what to offer.
 */
export function metadataResponse(types: readonly ResourceType[]): ConnectorServiceGetMetadataResponse {
  const read = [Capability.SYNC, Capability.TARGETED_SYNC];
  return create(ConnectorServiceGetMetadataResponseSchema, {
    metadata: {
      displayName: 'Descope',
      helpUrl: 'https://docs.descope.com',
      description: 'Users, tenants, roles and permissions of a Descope project, and who holds what in which tenant.',
      capabilities: {
        resourceTypeCapabilities: types
          .toSorted((left, right) => (left.id < right.id ? -1 : 1))
          .map((resourceType) => ({
            resourceType,
            capabilities: provisionedTypes.has(resourceType.id) ? [...read, Capability.PROVISION] : read,
            permissions: { permissions: (neededRights[resourceType.id] ?? []).map((permission) => ({ permission })) },
          })),
        connectorCapabilities: [Capability.PROVISION, ...read, Capability.SERVICE_MODE_TARGETED_SYNC],
        credentialDetails: {},
      },
    },
  });
}

export function resourceTypesResponse(list: ResourceType[]): ResourceTypesServiceListResourceTypesResponse {
  return create(ResourceTypesServiceListResourceTypesResponseSchema, { list });
}

export function toRowPage<R>(list: readonly R[], nextPageToken: string, annotations: readonly Any[] = []): RowPage<R> {
  return { list, nextPageToken, annotations };
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

/** `siblings` are tokens of other stretches of the listing: whoever asks may walk them at the same time. */
export function enqueuedPages(siblings: readonly string[], estimatedTotal = 0): readonly Any[] {
  const enqueue = create(EnqueuePageTokensSchema, {
    pageTokens: [...siblings],
    estimatedTotal: BigInt(estimatedTotal),
  });
  return siblings.length === 0 ? [] : [annotate(EnqueuePageTokensSchema, enqueue)];
}

/** The grants that stand now. `isOld`: what was asked for was so before, and nothing was sent. */
export function grantResponse(grants: Grant[], isOld: boolean, requestId: string): GrantManagerServiceGrantResponse {
  return create(GrantManagerServiceGrantResponseSchema, {
    grants,
    annotations: [...(isOld ? [marker(GrantAlreadyExistsSchema)] : []), toRequestId(requestId)],
  });
}

/** `isOld`: there was nothing to take away. */
export function revokeResponse(isOld: boolean, requestId: string): GrantManagerServiceRevokeResponse {
  return create(GrantManagerServiceRevokeResponseSchema, {
    annotations: [...(isOld ? [marker(GrantAlreadyRevokedSchema)] : []), toRequestId(requestId)],
  });
}

function toRequestId(requestId: string): Any {
  return annotate(RequestIdSchema, create(RequestIdSchema, { requestId }));
}

/** Whether a request for grants means the whole type. Decided by the marker, never by the shape of the id. */
export function isTypeScoped(annotations: readonly Any[]): boolean {
  return hasAnnotation(annotations, TypeScopedGrantsSchema);
}
