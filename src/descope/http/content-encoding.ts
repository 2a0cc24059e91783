import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { Endpoint } from './endpoint.ts';
import { AttemptFailed, shapeError } from './errors.ts';
import { bodyTooLarge, codeOf, retryable } from './network-failures.ts';

type Unpacker = (packed: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Uint8Array>;

const unpackers: ReadonlyMap<string, Unpacker> = new Map<string, Unpacker>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

export const acceptedEncodings = 'gzip, deflate, br, zstd';

/** The body, decompressed, of `limit` bytes at most. Throws AttemptFailed. */
export async function unpack(
  endpoint: Endpoint,
  body: Uint8Array,
  contentEncoding: string,
  limit: number,
): Promise<Uint8Array> {
  const encoding = contentEncoding.toLowerCase();
  if (encoding === '' || encoding === 'identity' || body.length === 0) {
    return body;
  }
  const unpacker = unpackers.get(encoding);
  if (unpacker === undefined) {
    throw new AttemptFailed({
      error: shapeError(
        endpoint,
        `the body is in an encoding that was not asked for; asked for was ${acceptedEncodings}`,
      ),
      retry: 'never',
    });
  }
  try {
    return await unpacker(body, { maxOutputLength: limit });
  } catch (thrown) {
    throw unpackFailure(endpoint, codeOf(thrown), limit);
  }
}

function unpackFailure(endpoint: Endpoint, code: string, limit: number): AttemptFailed {
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return bodyTooLarge(endpoint, limit);
  }
  return code === 'Z_BUF_ERROR'
    ? retryable('unavailable', endpoint, 'the answer was cut off')
    : new AttemptFailed({
        error: shapeError(endpoint, `the body is not in the encoding it claims (${code})`),
        retry: 'body',
      });
}
