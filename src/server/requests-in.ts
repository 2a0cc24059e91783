import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Refusals } from './refusals.ts';
import { peerOf } from './tls-refusal.ts';

export interface RequestLimits {
  /** Requests that have begun and are not there as a whole may take so much together. */
  readonly unfinishedBytes: number;
  /** How long one may take to arrive. */
  readonly unfinishedMs: number;
}

export const usualRequestLimits: RequestLimits = { unfinishedBytes: 16 * 1024 * 1024, unfinishedMs: 30_000 };

/** HTTP/2: "refused before anything was done", which callers may send again. */
const refusedStream = 7;
const timeoutHeader = 'grpc-timeout';
const msOfUnit: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
/** A timer holds less than 25 days. */
const longestTimeout = { header: '480H', ms: 480 * 3_600_000 };

interface Unfinished {
  readonly stream: ServerHttp2Stream;
  readonly timer: NodeJS.Timeout;
  bytes: number;
}

/**
 * Looks at each request before grpc-js does. What arrives and is not finished is held in memory by it, up to 4 MiB a
 * call: the sum is bounded here, and the largest goes first, so that small requests are never in the way of a large
 * one.
 */
export function guardRequests(
  server: Http2Server,
  refusals: Refusals,
  limits: RequestLimits = usualRequestLimits,
): void {
  const unfinished = new Map<ServerHttp2Stream, Unfinished>();
  let bytes = 0;

  function finished(stream: ServerHttp2Stream): void {
    const known = unfinished.get(stream);
    if (known !== undefined) {
      clearTimeout(known.timer);
      bytes -= known.bytes;
      unfinished.delete(stream);
    }
  }

  function refuse({ stream }: Unfinished, reason: string): void {
    refusals.tell('unfinished', peerOf(stream.session?.socket ?? {}), reason);
    finished(stream);
    stream.close(refusedStream);
  }

  server.prependListener('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => {
    boundTimeout(headers);
    const endStream = 1;
    if ((flags & endStream) !== 0 || isConversation(headers)) {
      return;
    }
    const entry: Unfinished = {
      stream,
      bytes: 0,
      timer: setTimeout(
        () =>
          refuse(
            entry,
            `it was not there as a whole within ${limits.unfinishedMs / 1_000} s, ${entry.bytes} bytes of it`,
          ),
        limits.unfinishedMs,
      ).unref(),
    };
    unfinished.set(stream, entry);
    stream.on('data', (chunk: Buffer) => {
      if (unfinished.has(stream)) {
        entry.bytes += chunk.length;
        bytes += chunk.length;
        while (bytes > limits.unfinishedBytes) {
          const largest = [...unfinished.values()].reduce((most, other) => (other.bytes > most.bytes ? other : most));
          refuse(
            largest,
            `requests that had begun took more than ${limits.unfinishedBytes} bytes; this one was the largest, ` +
              `${largest.bytes} bytes of it`,
          );
        }
      }
    });
    for (const event of ['end', 'close', 'aborted']) {
      stream.once(event, () => finished(stream));
    }
  });
}

/** Reflection goes to and fro on one stream. It is asked for by hand, and its requests are small. */
function isConversation(headers: IncomingHttpHeaders): boolean {
  return headers[':path']?.startsWith('/grpc.reflection.') ?? false;
}

/**
 * grpc-js hands the caller's timeout to a timer as it is: beyond 2^31 ms that is over at once. A timeout that is not
 * written as the protocol wants is made one that grpc-js refuses, where it would read some of its digits.
 */
function boundTimeout(headers: IncomingHttpHeaders): void {
  const given = headers[timeoutHeader];
  if (given === undefined) {
    return;
  }
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(given)) ?? [];
  if (digits === undefined) {
    headers[timeoutHeader] = 'malformed';
  } else if (Number(digits) * (msOfUnit[unit] ?? 0) > longestTimeout.ms) {
    headers[timeoutHeader] = longestTimeout.header;
  }
}
