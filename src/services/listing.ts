import { ConnectorError } from '../errors.ts';
import { decodeToken, encodeToken, type TokenFields } from '../model/page-token.ts';
import { pageLimit } from '../model/requests.ts';
import type { PageRequest } from '../resources/sync/paging.ts';

/**
 * The scope of a page token. A token counts in one project only, and in one listing of it: a sync that went on from
 * another listing's token would be incomplete, and nobody would notice.
 */
export function scopeOf(projectId: string, ...listing: readonly (string | undefined)[]): string {
  return JSON.stringify([projectId, ...listing]);
}

/** Which page a request asks for. */
export function pageRequest(
  scope: string,
  request: { readonly pageSize: number; readonly pageToken: string },
  signal: AbortSignal | undefined,
): PageRequest {
  return {
    cursor: request.pageToken === '' ? undefined : decodeToken(scope, request.pageToken),
    limit: pageLimit(request.pageSize),
    ...(signal !== undefined && { signal }),
  };
}

/**
 * The token of the next page. A client that is given its own token back would ask the same for ever, so that is a bug
 * of ours.
 */
export function nextToken(scope: string, next: TokenFields | undefined, received: string): string {
  const token = next === undefined ? '' : encodeToken(scope, next);
  if (token !== '' && token === received) {
    throw new Error('a listing did not advance: its next page token equals the one received');
  }
  return token;
}

/** For a listing that has one page only. */
export function refuseToken(pageToken: string): void {
  if (pageToken !== '') {
    throw new ConnectorError('invalid', 'this listing has one page only and gave out no page token');
  }
}
