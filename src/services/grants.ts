import { create } from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import { GrantsService } from '../gen/c1/connector/v2/grant_pb.ts';
import { annotate, hasAnnotation } from '../model/annotations.ts';
import type { Any } from '../model/messages.ts';
import { encodeToken } from '../model/page-token.ts';
import { checkListRequest, requiredResourceId } from '../model/requests.ts';
import type { SyncRead } from '../resources/sync-read.ts';
import type { SyncReads } from '../resources/sync-reads.ts';
import type { EntitledSyncer, GrantPage, PageRequest } from '../resources/syncer.ts';
import { type AnsweredService, answering } from './answers.ts';
import { nextToken, pageRequest, scopeOf } from './listing.ts';
import { resourceKey, syncerOf } from './types.ts';

export interface GrantsOptions {
  readonly projectId: string;
  readonly reads: SyncReads;
}

/** GrantsService: who holds a resource directly; for a request with the marker, who holds any resource of the type. */
export function grantsService({ projectId, reads }: GrantsOptions): AnsweredService {
  return answering(GrantsService, {
    listGrants: async (request, signal) => {
      checkListRequest(request);
      const { resourceType, resource: id } = requiredResourceId(request.resource?.id, 'resource.id');
      const { entitled } = syncerOf(resourceType);
      // Decided by the marker, never by the shape of the id.
      const isWholeType = hasAnnotation(request.annotations, TypeScopedGrantsSchema);
      const scope = scopeOf(projectId, 'grants', resourceType, isWholeType ? undefined : id);
      const page = pageRequest(scope, request, signal);
      if (entitled === undefined) {
        return { list: [], nextPageToken: '', annotations: [] };
      }
      const call = {
        syncId: request.activeSyncId,
        cursor: page.cursor,
        ...(!isWholeType && { resource: resourceKey(resourceType, id) }),
      };
      const found = await reads.use(call, (read): Promise<GrantPage> =>
        isWholeType ? grantsOfType(entitled, read, page) : entitled.grants(read, id, page),
      );
      const siblings = (found.siblings ?? []).map((fields) => encodeToken(scope, fields));
      return {
        list: found.rows,
        nextPageToken: nextToken(scope, found.next, request.pageToken),
        annotations: siblings.length === 0 ? [] : [enqueuedPages(siblings, found.estimatedTotal)],
      };
    },
  });
}

/** Types that are listed per resource only do not carry the marker that asks for this. */
function grantsOfType({ typeId, allGrants }: EntitledSyncer, read: SyncRead, page: PageRequest): Promise<GrantPage> {
  if (allGrants === undefined) {
    throw new ConnectorError('unsupported', `the grants of ${typeId} are listed per resource`);
  }
  return allGrants(read, page);
}

/** Names the tokens of other stretches of a listing, which may be walked at the same time. */
function enqueuedPages(pageTokens: string[], estimatedTotal = 0): Any {
  const enqueue = create(EnqueuePageTokensSchema, { pageTokens, estimatedTotal: BigInt(estimatedTotal) });
  return annotate(EnqueuePageTokensSchema, enqueue);
}
