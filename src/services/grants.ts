import { create } from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import { GrantsService } from '../gen/c1/connector/v2/grant_pb.ts';
import { annotate, hasAnnotation } from '../model/annotations.ts';
import type { Any } from '../model/messages.ts';
import { encodeToken, tokenNumber } from '../model/page-token.ts';
import { checkListRequest, requiredResourceId } from '../model/requests.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { GrantPage, PageRequest } from '../resources/sync/paging.ts';
import type { SyncSession } from '../resources/sync/sync-session.ts';
import type { SyncSessions } from '../resources/sync/sync-sessions.ts';
import type { TypeSet } from '../resources/type-set.ts';
import { type AnsweredService, answering } from './answers.ts';
import { nextToken, pageRequest, scopeOf } from './listing.ts';
import { resourceKey } from './resource-key.ts';

export interface GrantsOptions {
  readonly projectId: string;
  readonly types: TypeSet;
  readonly sessions: SyncSessions;
}

/** GrantsService: who holds a resource directly; for a request with the marker, who holds any resource of the type. */
export function grantsService({ projectId, types, sessions }: GrantsOptions): AnsweredService {
  return answering(GrantsService, {
    listGrants: async (request, signal) => {
      checkListRequest(request);
      const { resourceType, resource: id } = requiredResourceId(request.resource?.id, 'resource.id');
      const type = types.of(resourceType);
      // Decided by the marker, never by the shape of the id.
      const isWholeType = hasAnnotation(request.annotations, TypeScopedGrantsSchema);
      const scope = scopeOf(projectId, 'grants', resourceType, isWholeType ? undefined : id);
      const page = pageRequest(scope, request, signal);
      if (type.entitlements.length === 0) {
        return { list: [], nextPageToken: '', annotations: [] };
      }
      const call = {
        syncId: request.activeSyncId,
        cursor: page.cursor,
        ...(!isWholeType && { resource: resourceKey(resourceType, id) }),
      };
      const found = await sessions.use(call, (session) =>
        isWholeType ? grantsOfType(type, session, page) : grantsOfResource(type, session, id, page),
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

/**
 * A page of what one resource grants, entitlement by entitlement: where there are several, `e` is the place of the
 * current one.
 */
async function grantsOfResource(
  { entitlements }: ResourceType,
  session: SyncSession,
  id: string,
  page: PageRequest,
): Promise<GrantPage> {
  const { e: _place, ...within } = page.cursor ?? {};
  const place = page.cursor?.['e'] === undefined ? 0 : tokenNumber(page.cursor, 'e');
  const cursor = Object.keys(within).length === 0 ? undefined : within;
  const found = await entitlements[place]?.grants(session, id, { ...page, cursor });
  if (found === undefined) {
    throw new ConnectorError('invalid', 'the page token names an entitlement that the type does not offer');
  }
  if (entitlements.length === 1) {
    return found;
  }
  if (found.next !== undefined) {
    return { ...found, next: { ...found.next, e: place } };
  }
  return place + 1 < entitlements.length ? { ...found, next: { e: place + 1 } } : found;
}

/** Types that are listed per resource only do not carry the marker that asks for this. */
function grantsOfType({ words, allGrants }: ResourceType, session: SyncSession, page: PageRequest): Promise<GrantPage> {
  if (allGrants === undefined) {
    throw new ConnectorError('unsupported', `the grants of ${words.id} are listed per resource`);
  }
  return allGrants(session, page);
}

/** Names the tokens of other stretches of a listing, which may be walked at the same time. */
function enqueuedPages(pageTokens: string[], estimatedTotal = 0): Any {
  const enqueue = create(EnqueuePageTokensSchema, { pageTokens, estimatedTotal: BigInt(estimatedTotal) });
  return annotate(EnqueuePageTokensSchema, enqueue);
}
