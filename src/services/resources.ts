import { ConnectorError } from '../errors.ts';
import { ResourceGetterService, ResourcesService } from '../gen/c1/connector/v2/resource_pb.ts';
import {
  checkListRequest,
  checkSyncId,
  optionalResourceId,
  requiredResourceId,
  requiredText,
} from '../model/requests.ts';
import type { SyncPolicy } from '../resources/sync-read.ts';
import type { SyncReads } from '../resources/sync-reads.ts';
import { type AnsweredService, answering } from './answers.ts';
import { nextToken, pageRequest, scopeOf } from './listing.ts';
import { resourceKey, syncerOf } from './types.ts';

export interface ResourcesOptions {
  readonly projectId: string;
  readonly policy: SyncPolicy;
  readonly reads: SyncReads;
}

/** ResourcesService: the resources of a type, page by page; those of one parent, if one is named. */
export function resourcesService({ projectId, policy, reads }: ResourcesOptions): AnsweredService {
  return answering(ResourcesService, {
    listResources: async (request, signal) => {
      checkListRequest(request);
      const syncer = syncerOf(requiredText(request.resourceTypeId, 'resource_type_id'));
      const parent = optionalResourceId(request.parentResourceId, 'parent_resource_id');
      // Which roles in tenants are listed depends on the policy; no other listing does.
      const policyOfList = syncer.typeId === 'role_binding' ? policy.tenantRoles : undefined;
      const scope = scopeOf(
        projectId,
        'resources',
        syncer.typeId,
        parent?.resourceType,
        parent?.resource,
        policyOfList,
      );
      const page = pageRequest(scope, request, signal);
      if (parent !== undefined && parent.resourceType !== 'tenant') {
        return { list: [], nextPageToken: '', annotations: [] };
      }
      const begins = syncer.typeId === 'user' && parent === undefined && page.cursor === undefined;
      const { rows, next } = await reads.use({ syncId: request.activeSyncId, cursor: page.cursor, begins }, (read) =>
        syncer.list(read, { ...page, ...(parent !== undefined && { parentTenantId: parent.resource }) }),
      );
      return { list: rows, nextPageToken: nextToken(scope, next, request.pageToken), annotations: [] };
    },
  });
}

/** ResourceGetterService: one resource, loaded for itself. */
export function resourceGetterService({ reads }: Pick<ResourcesOptions, 'reads'>): AnsweredService {
  return answering(ResourceGetterService, {
    getResource: async (request, signal) => {
      checkSyncId(request.activeSyncId);
      const { resourceType, resource: id } = requiredResourceId(request.resourceId, 'resource_id');
      optionalResourceId(request.parentResourceId, 'parent_resource_id');
      const syncer = syncerOf(resourceType);
      const call = { syncId: request.activeSyncId, begins: true, resource: resourceKey(resourceType, id) };
      const resource = await reads.use(call, (read) => {
        read.isTargeted = true;
        return syncer.get(read, id, signal);
      });
      if (resource === undefined) {
        throw new ConnectorError('not-found', `there is no ${syncer.typeId} with this id in the project`, {
          resourceType: syncer.typeId,
        });
      }
      return { resource: resource.message };
    },
  });
}
