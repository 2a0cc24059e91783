import type { CallOptions } from '../http/call.ts';
import { AttemptFailed } from '../http/errors.ts';
import { parseBody } from '../http/json-body.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { decodeUserPage, type TimedUserPage, type UserQuery } from './user-page.ts';
import { userReadEndpoints } from './user.ts';

/**
 * A page that has arrived and is not parsed yet: as bytes it takes a tenth of the memory, and costs the garbage
 * collector nothing. It is parsed once. Where its body turns out to be cut off or not JSON, parsing sends the search
 * again.
 */
export interface UnparsedPage {
  parse(call?: CallOptions): Promise<TimedUserPage>;
}

/** `readAgain` continues the search after a first attempt that failed. */
export function unparsedPage(
  query: UserQuery,
  { body, serverTimeMs }: Pick<HttpAnswer, 'body' | 'serverTimeMs'>,
  readAgain: (failed: AttemptFailed, call?: CallOptions) => Promise<TimedUserPage>,
): UnparsedPage {
  return {
    parse: async (call) => {
      let json: unknown;
      try {
        json = parseBody(userReadEndpoints.searchUsers, body);
      } catch (thrown) {
        if (thrown instanceof AttemptFailed) {
          return await readAgain(thrown, call);
        }
        throw thrown;
      } finally {
        releaseBuffer(body);
      }
      return { ...decodeUserPage(json, query), serverTimeMs };
    },
  };
}

/**
 * Frees the memory of bytes that nobody reads any more at once: the page has waited long enough to be in the old
 * generation, which only a full collection cleans. Bytes that share their memory with others are left alone.
 */
function releaseBuffer({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) {
    buffer.transfer(0);
  }
}
