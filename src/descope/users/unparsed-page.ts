import type { CallOptions } from '../http/call.ts';
import { AttemptFailed } from '../http/errors.ts';
import { type HttpAnswer, parseBody } from '../http/transport.ts';
import { userReadEndpoints } from './user.ts';
import { decodeUserPage, type TimedUserPage, type UserQuery } from './user-page.ts';

/**
 * A page that has arrived and is not parsed yet: held as bytes it costs a tenth of the memory, and the garbage collector
 * nothing. It is parsed once. That may ask for it again, where its body turns out to be cut off or not JSON.
 */
export interface UnparsedPage {
  parse(call?: CallOptions): Promise<TimedUserPage>;
}

/** `readAgain` goes on with the search after its first attempt failed in the way it is handed. */
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
 * Frees the memory of bytes that nobody will look at again, now and not at some full collection: a page has waited for its
 * turn long enough to have grown old. Bytes that share their memory with others are left alone.
 */
function releaseBuffer({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) {
    buffer.transfer(0);
  }
}
