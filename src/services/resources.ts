import { ConnectorError } from '../errors.ts';
import { ResourceGetterService, ResourcesService } from '../gen/c1/connector/v2/resource_pb.ts';
import {
  checkListRequest,
  checkSyncId,
  optionalResourceId,
  requiredResourceId,
  requiredText,
} from '../model/requests.ts';
import type { SyncPolicy } from '../resources/sync/sync-session.ts';
import type { SyncSessions } from '../resources/sync/sync-sessions.ts';
import type { TypeSet } from '../resources/type-set.ts';
import { type AnsweredService, answering } from './answers.ts';
import { nextToken, pageRequest, scopeOf } from './listing.ts';
import { resourceKey } from './resource-key.ts';

export interface ResourcesOptions {
  readonly projectId: string;
  readonly policy: SyncPolicy;
  readonly types: TypeSet;
  readonly sessions: SyncSessions;
}

/** ResourcesService: the resources of a type, page by page; those of one parent, if one is named. */
export function resourcesService({ projectId, policy, types, sessions }: ResourcesOptions): AnsweredService {
  return answering(ResourcesService, {
    listResources: async (request, signal) => {
      checkListRequest(request);
      const type = types.of(requiredText(request.resourceTypeId, 'resource_type_id'));
      const parent = optionalResourceId(request.parentResourceId, 'parent_resource_id');
      const policyOfList = type.isListedByPolicy === true ? policy.tenantRoles : undefined;
      const scope = scopeOf(
        projectId,
        'resources',
        type.words.id,
        parent?.resourceType,
        parent?.resource,
        policyOfList,
      );
      const page = pageRequest(scope, request, signal);
      if (parent !== undefined && !type.parentTypeIds.includes(parent.resourceType)) {
        return { list: [], nextPageToken: '', annotations: [] };
      }
      const begins = type.holders === 'users' && page.cursor === undefined;
      const within = parent && { typeId: parent.resourceType, id: parent.resource };
      const { rows, next } = await sessions.use(
        { syncId: request.activeSyncId, cursor: page.cursor, begins },
        (session) => type.list(session, { ...page, parent: within }),
      );
      return { list: rows, nextPageToken: nextToken(scope, next, request.pageToken), annotations: [] };
    },
  });
}

/** ResourceGetterService: one resource, loaded for itself. */
export function resourceGetterService({
  types,
  sessions,
}: Pick<ResourcesOptions, 'types' | 'sessions'>): AnsweredService {
  return answering(ResourceGetterService, {
    getResource: async (request, signal) => {
      checkSyncId(request.activeSyncId);
      const { resourceType, resource: id } = requiredResourceId(request.resourceId, 'resource_id');
      optionalResourceId(request.parentResourceId, 'parent_resource_id');
      const type = types.of(resourceType);
      const call = { syncId: request.activeSyncId, begins: true, resource: resourceKey(resourceType, id) };
      const resource = await sessions.use(call, (session) => {
        session.isTargeted = true;
        return type.get(session, id, signal);
      });
      if (resource === undefined) {
        throw new ConnectorError('not-found', `there is no ${resourceType} with this id in the project`, {
          resourceType,
        });
      }
      return { resource: resource.message };
    },
  });
}
