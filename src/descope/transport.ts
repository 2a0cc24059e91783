import { randomUUID } from 'node:crypto';
import got, { RequestError, TimeoutError } from 'got';
import { ConnectorError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { version } from '../version.ts';
import { type EndpointName, endpointLabel, endpoints } from './endpoints.ts';
import { failureOfStatus, shapeError } from './errors.ts';
import { AttemptFailed } from './retry.ts';
import { parseRetryAfter } from './retry-after.ts';
import { tlsReason } from './tls-reasons.ts';

/** How long each part of one attempt may take, in milliseconds. `connectMs` holds for the look-up, the connection and TLS, each. */
export interface Deadlines {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  readonly attemptMs: number;
}

const usualDeadlines: Deadlines = { connectMs: 10_000, headersMs: 30_000, bodyIdleMs: 15_000, attemptMs: 60_000 };
const maxBodyBytes = 32 * 1024 * 1024;

export interface TransportOptions {
  readonly baseUrl: string;
  readonly projectId: string;
  readonly managementKey: () => Secret;
  /** Others than the usual ones, for tests. */
  readonly deadlines?: Deadlines;
}

export interface HttpRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
  /** Leaves the body of a success as it came; `parseBody` opens it. */
  readonly isOpenedLater?: boolean;
}

/** A 200: its parsed JSON (or its body, where that is opened later), and the server's own clock (epoch ms, when it sent a Date header). */
export interface HttpAnswer {
  readonly json: unknown;
  readonly body: Uint8Array;
  readonly serverTimeMs: number | undefined;
}

/** Sends one attempt, without any retry. Throws AttemptFailed, or `cancelled`. */
export type Send = (endpoint: EndpointName, request: HttpRequest, signal?: AbortSignal) => Promise<HttpAnswer>;

export function createTransport({ baseUrl, projectId, managementKey, deadlines = usualDeadlines }: TransportOptions): Send {
  const http = got.extend({
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    responseType: 'buffer',
    timeout: {
      lookup: deadlines.connectMs,
      connect: deadlines.connectMs,
      secureConnect: deadlines.connectMs,
      response: deadlines.headersMs,
      request: deadlines.attemptMs,
    },
    // Said here, so that nothing in the environment can switch it off.
    https: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    headers: {
      accept: 'application/json',
      'user-agent': `baton-descope/${version}`,
      'x-descope-project-id': projectId,
    },
  });

  return async (endpoint, request, signal) => {
    const { method, path } = endpoints[endpoint];
    const guard = new AbortController();
    const pending = http(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${projectId}:${managementKey().reveal()}`,
        'x-external-rid': request.requestId ?? randomUUID(),
      },
      signal: signal === undefined ? guard.signal : AbortSignal.any([signal, guard.signal]),
      ...(request.query !== undefined && { searchParams: request.query }),
      ...(request.json !== undefined && { json: request.json }),
    });

    // got has a deadline for the headers and one for the whole attempt, but none for a body that stalls or never ends.
    let bodyFault: AttemptFailed | undefined;
    const giveUp = (fault: AttemptFailed): void => {
      bodyFault = fault;
      guard.abort();
    };
    let idle: NodeJS.Timeout | undefined;
    const awaitBytes = (): void => {
      clearTimeout(idle);
      idle = setTimeout(() => giveUp(retryable('timeout', endpoint, `the body stalled for ${deadlines.bodyIdleMs / 1000} s`)), deadlines.bodyIdleMs);
    };
    void pending.on('response', awaitBytes);
    void pending.on('downloadProgress', ({ transferred }) => {
      awaitBytes();
      if (transferred > maxBodyBytes) {
        giveUp(new AttemptFailed({ error: shapeError(endpoint, 'the body is larger than 32 MiB'), retry: 'never' }));
      }
    });

    try {
      const { statusCode, headers, body } = await pending;
      const serverTimeMs = parseDate(headers.date);
      if (statusCode < 200 || statusCode > 299) {
        throw new AttemptFailed(
          failureOfStatus(endpoint, statusCode, Buffer.from(body).toString('utf8'), parseRetryAfter(headers['retry-after'], serverTimeMs)),
        );
      }
      if (statusCode !== 200) {
        throw new AttemptFailed({ error: shapeError(endpoint, `status ${statusCode} instead of 200`), retry: 'never' });
      }
      return { json: request.isOpenedLater === true ? undefined : parseBody(endpoint, body), body, serverTimeMs };
    } catch (thrown) {
      if (thrown instanceof AttemptFailed) {
        throw thrown;
      }
      if (bodyFault !== undefined) {
        throw bodyFault;
      }
      if (signal?.aborted) {
        throw new ConnectorError('cancelled', 'the caller went away before the work was done');
      }
      throw networkFailure(endpoint, thrown); // a got error carries the bearer token: never keep it, not even as a cause
    } finally {
      clearTimeout(idle);
    }
  };
}

function parseDate(header: string | undefined): number | undefined {
  const time = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : time;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parsed strictly: a byte-order mark, invalid UTF-8 or a cut body is a fault, which may be a fault of this attempt only. */
export function parseBody(endpoint: EndpointName, body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body)) as unknown;
  } catch {
    throw new AttemptFailed({ error: shapeError(endpoint, `the body (${body.length} bytes) is not whole JSON`), retry: 'body' });
  }
}

function retryable(kind: 'timeout' | 'unavailable', endpoint: EndpointName, what: string): AttemptFailed {
  const label = endpointLabel(endpoint);
  return new AttemptFailed({ error: new ConnectorError(kind, `${label} failed: ${what}`, { endpoint: label }), retry: 'yes' });
}

/** got wraps what the stream said: an encoding that is not what it claims shows only in the cause. */
function innermostCode({ code, cause }: RequestError): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' ? cause.code : code;
}

/** Node says ECONNRESET for this, too, and tells it apart in the text only. */
function isHandshakeCut({ code, message }: RequestError): boolean {
  return code === 'ECONNRESET' && message.includes('before secure TLS connection');
}

const networkReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED); check the base URL',
  ENOTFOUND: 'its host name is unknown (ENOTFOUND); check the base URL and the DNS',
  EAI_AGAIN: 'the DNS does not answer (EAI_AGAIN); check the network',
  ECONNRESET: 'the connection was cut (ECONNRESET)',
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: 'the answer was cut off (its length is not the one announced)',
  ERR_READING_RESPONSE_STREAM: 'the answer was cut off',
  Z_BUF_ERROR: 'the answer was cut off',
};

/** Says what the network did, from the error's code alone. */
function networkFailure(endpoint: EndpointName, thrown: unknown): unknown {
  if (thrown instanceof TimeoutError) {
    return retryable('timeout', endpoint, `no ${thrown.event === 'request' ? 'whole answer' : thrown.event} in time`);
  }
  if (!(thrown instanceof RequestError)) {
    return thrown;
  }
  const label = endpointLabel(endpoint);
  const code = innermostCode(thrown);
  const reason = tlsReason(code, thrown.message);
  if (reason !== undefined) {
    return new AttemptFailed({
      error: new ConnectorError('unavailable', `${label} failed: TLS to Descope could not be trusted: ${reason} (${code}); check the base URL, the proxy and the CA`, { endpoint: label }),
      retry: 'never',
    });
  }
  if (isHandshakeCut(thrown)) {
    return retryable('unavailable', endpoint, 'the connection was cut before TLS was established (ECONNRESET)');
  }
  if ((code.startsWith('Z_') && code !== 'Z_BUF_ERROR') || code.startsWith('ERR_BUFFER') || code.startsWith('ERR_BROTLI')) {
    return new AttemptFailed({ error: shapeError(endpoint, `the body is not in the encoding it claims (${code})`), retry: 'body' });
  }
  return retryable('unavailable', endpoint, networkReasons[code] ?? (/^[A-Z0-9_]{3,40}$/.test(code) ? code : 'the connection broke'));
}
