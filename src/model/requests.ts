import { ConnectorError } from '../errors.ts';
import { maxIdBytes } from './ids.ts';
import type { ResourceId } from './messages.ts';

/** The protocol's rules for requests: where the Go server's interceptors answer INVALID_ARGUMENT, so do we. */
const maxPageSize = 250;
const maxTokenBytes = 1024 * 1024;

interface ListRequest {
  readonly pageSize: number;
  readonly pageToken: string;
  readonly activeSyncId: string;
}

/** Checks what every list request carries. */
export function checkListRequest({ pageSize, pageToken, activeSyncId }: ListRequest): void {
  if (pageSize > maxPageSize) {
    throw new ConnectorError('invalid', `page_size is ${pageSize}, at most ${maxPageSize} is allowed`);
  }
  if (byteLength(pageToken) > maxTokenBytes) {
    throw new ConnectorError('invalid', `page_token is longer than ${maxTokenBytes} bytes`);
  }
  checkSyncId(activeSyncId);
}

export function checkSyncId(activeSyncId: string): void {
  if (byteLength(activeSyncId) > maxIdBytes) {
    throw new ConnectorError('invalid', `active_sync_id is longer than ${maxIdBytes} bytes`);
  }
}

/** How many rows to answer with: 0, which is what the Go syncer always sends, leaves it to us. */
export function pageLimit(pageSize: number): number {
  return pageSize === 0 ? maxPageSize : pageSize;
}

/** A text of 1 to 1,024 bytes that must be there. */
export function requiredText(value: string | undefined, field: string): string {
  if (value === undefined || value === '' || byteLength(value) > maxIdBytes) {
    throw new ConnectorError('invalid', `${field} must be 1 to ${maxIdBytes} bytes long`);
  }
  return value;
}

/** A resource id that must be there, both halves of it. */
export function requiredResourceId(
  id: ResourceId | undefined,
  field: string,
): { readonly resourceType: string; readonly resource: string } {
  return {
    resourceType: requiredText(id?.resourceType, `${field}.resource_type`),
    resource: requiredText(id?.resource, `${field}.resource`),
  };
}

/** A resource id that may be absent, but not half there. */
export function optionalResourceId(
  id: ResourceId | undefined,
  field: string,
): { readonly resourceType: string; readonly resource: string } | undefined {
  return id === undefined ? undefined : requiredResourceId(id, field);
}

function byteLength(value: string): number {
  return value.length > maxIdBytes / 3 ? Buffer.byteLength(value, 'utf8') : value.length;
}
