import type { ClientRequest } from 'node:http';
import nock from 'nock';
import { afterEach, beforeEach, expect } from 'vitest';

/**
 * Blocks the network for every test of the calling file and fails a test that sent a request nobody expected, or that
 * left an expected one unsent. Without the record, a mismatch would look like an outage: nock reports it as a network
 * error, and our retries take it for one.
 */
export function useNock(): void {
  let mismatches: string[] = [];
  const record = (request: unknown): void => {
    mismatches.push(describeRequest(request));
  };

  beforeEach(() => {
    mismatches = [];
    nock.cleanAll();
    nock.disableNetConnect();
    nock.emitter.on('no match', record);
  });

  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.emitter.off('no match', record);
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.enableNetConnect();
    expect({ unexpectedRequests: mismatches, unusedMocks: unused }).toEqual({
      unexpectedRequests: [],
      unusedMocks: [],
    });
  });
}

/** nock hands over the request or only its options, depending on where it gave up. */
function describeRequest(request: unknown): string {
  const { method, host, path, getHeader } = request as Partial<ClientRequest>;
  return `${method} ${String(getHeader?.call(request, 'host') ?? host)}${path}`;
}
