import got, { type Request } from 'got';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Certificate, TLSSocket } from 'node:tls';
import { ConnectorError, throwIfCancelled } from '../../errors.ts';
import { ConnectionFailure, ExchangeFault } from './exchange-faults.ts';
import { createAgents, type Route } from './route.ts';

/**
 * How long each part of one attempt may take, in milliseconds. `connectMs` covers the look-up, a proxy's tunnel, the
 * connection and TLS together.
 */
export interface Deadlines {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  readonly attemptMs: number;
}

export interface ExchangeRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The size limit of the answer's body, as it comes. */
  readonly maxBytes: number;
}

/** A body that is larger, and whose length is told, is put in one place as it comes. */
const largeBodyBytes = 1024 * 1024;

/** A whole answer of any status. Its body is still compressed. */
export interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/**
 * Sends one request, once: no redirects, no retries. Ends at once when a deadline passes or the caller goes away, even
 * while the connection is being made. Rejects with `cancelled`, ExchangeFault or ConnectionFailure.
 */
export type Exchange = (request: ExchangeRequest, signal?: AbortSignal) => Promise<Exchanged>;

/** One instance for all requests of a transport: got then processes its options once, not for every request. */
export function createExchange(deadlines: Deadlines, route: Route): Exchange {
  const http = got.extend({
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    agent: createAgents(route, deadlines.connectMs),
    // Set here, so that nothing in the environment can switch it off.
    https: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
  });
  return async (request, signal) => {
    throwIfCancelled(signal);
    const stream = http.stream(request.url, { method: request.method, headers: headersOf(request) });
    if (request.body !== undefined) {
      stream.end(request.body); // not as got's `body` option: got compares that with FormData, which loads all of fetch (7 MB)
    }
    return await receive(stream, request.maxBytes, deadlines, signal);
  };
}

/** The length must be given: got does not know it of a stream. */
function headersOf({ headers, body }: ExchangeRequest): Record<string, string> {
  return { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) };
}

/** Collects the answer of a request that was sent. Each part has a deadline. */
function receive(
  stream: Request,
  maxBytes: number,
  { connectMs, headersMs, bodyIdleMs, attemptMs }: Deadlines,
  signal: AbortSignal | undefined,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let chunks: Uint8Array[] = [];
    let place: Uint8Array | undefined; // where a large body is put, so that it is not there twice when it is whole
    let size = 0;
    let answer: IncomingMessage | undefined;
    let issuer: string | undefined;
    let isOver = false;
    const settle = (): Uint8Array[] => {
      isOver = true;
      clearTimeout(whole);
      clearTimeout(part);
      signal?.removeEventListener('abort', leave);
      const received = place === undefined ? chunks : [place.subarray(0, size)];
      place = undefined;
      chunks = []; // what got keeps of a request may live long; the page of users must not live as long
      return received;
    };
    const giveUp = (reason: Error): void => {
      if (!isOver) {
        settle();
        reject(reason);
        stream.destroy();
      }
    };
    const leave = (): void => giveUp(new ConnectorError('cancelled', 'the caller went away before the work was done'));
    const within = (ms: number, code: ExchangeFault['code']): NodeJS.Timeout =>
      setTimeout(() => giveUp(new ExchangeFault(code)), ms);
    const whole = within(attemptMs, 'ATTEMPT_TIMEOUT');
    let part = within(connectMs, 'CONNECT_TIMEOUT');
    const beginPart = (ms: number, code: ExchangeFault['code']): void => {
      clearTimeout(part);
      if (!isOver) {
        part = within(ms, code);
      }
    };

    signal?.addEventListener('abort', leave);
    stream.once('request', (request: ClientRequest) => {
      request.once('socket', (socket: Socket) => {
        whenConnected(socket, () => answer ?? beginPart(headersMs, 'HEADERS_TIMEOUT'));
        whenCertificateShown(socket, (shown) => (issuer = shown));
      });
      request.once('upgrade', (_, socket) => {
        socket.destroy();
        giveUp(new ExchangeFault('SWITCHED_PROTOCOL'));
      });
    });
    stream.once('response', (response: IncomingMessage) => {
      answer = response;
      place = placeFor(response, maxBytes);
      beginPart(bodyIdleMs, 'BODY_TIMEOUT');
    });
    stream.on('data', (chunk: Uint8Array) => {
      part.refresh();
      const before = size;
      size += chunk.length;
      if (size > maxBytes) {
        giveUp(new ExchangeFault('BODY_TOO_LARGE'));
      } else if (place !== undefined && size <= place.length) {
        place.set(chunk, before);
      } else {
        chunks.push(...(place === undefined ? [] : [place.subarray(0, before)]), chunk);
        place = undefined;
      }
    });
    stream.once('end', () => {
      if (answer !== undefined && !isOver) {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: joined(settle()) });
      }
    });
    stream.on('error', (thrown) => {
      if (!isOver) {
        settle();
        reject(new ConnectionFailure(thrown, issuer));
      }
    });
  });
}

/** Calls back once the connection can be used: at once if it was kept from an earlier request. */
function whenConnected(socket: Socket, then: () => void): void {
  if (isHandshaking(socket)) {
    socket.once('secureConnect', then);
  } else if (socket.connecting) {
    socket.once('connect', then);
  } else {
    then();
  }
}

/**
 * Calls back with the issuer of the server's certificate before Node verifies it: afterwards it cannot be read any
 * more. getPeerX509Certificate will not do: after it Node 24 takes the certificate for one without names.
 */
function whenCertificateShown(socket: Socket, then: (issuer: string | undefined) => void): void {
  if (isHandshaking(socket)) {
    socket.prependOnceListener('secure', () => then(issuerOf(socket)));
  }
}

/** A socket that was closed meanwhile has no certificate, and one of a mocked network no way to ask. */
function issuerOf(socket: Partial<Pick<TLSSocket, 'getPeerCertificate'>>): string | undefined {
  const issuer: Partial<Certificate> | undefined = socket.getPeerCertificate?.().issuer;
  return [issuer?.CN ?? issuer?.O].flat()[0];
}

function isHandshaking(socket: Socket & { readonly secureConnecting?: boolean }): socket is TLSSocket {
  return socket.secureConnecting === true || ('encrypted' in socket && socket.connecting);
}

/** Memory for a large body whose length the service tells; what is not written to is not taken. */
function placeFor({ headers }: IncomingMessage, maxBytes: number): Uint8Array | undefined {
  const length = Number(headers['content-length'] ?? 0);
  return length > largeBodyBytes && length <= maxBytes ? Buffer.allocUnsafeSlow(length) : undefined;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
