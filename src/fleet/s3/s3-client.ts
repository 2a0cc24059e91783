import { createHash } from 'node:crypto';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { AwsV4Signer } from 'aws4fetch';
import got, { type Method } from 'got';
import pRetry, { AbortError } from 'p-retry';
import { ConnectorError, throwIfCancelled } from '../../errors.ts';
import type { S3Place } from '../fleet.ts';
import type { S3Credentials } from './credentials.ts';
import { codeIn, faultOfAnswer, faultOfNetwork } from './s3-faults.ts';

/** How requests go out. */
export interface S3Route {
  readonly agent?: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly times?: S3Times;
}

export interface S3Times {
  /** Until a connection is there, with TLS. */
  readonly connectMs: number;
  /** Without a byte in either direction, or without an answer to a request that is out. */
  readonly idleMs: number;
  /** The pause before the second try; it doubles with each. */
  readonly firstPauseMs: number;
}

const usualTimes: S3Times = { connectMs: 10_000, idleMs: 60_000, firstPauseMs: 500 };
/** A request that fails for a moment is sent so often. */
const tries = 4;
/** What an answer may have that is held in memory: a page of a listing is half of it. */
const mostBytes = 2 * 1024 * 1024;

export interface S3Request {
  readonly method: Method;
  /** In the bucket; '' for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses besides 2xx that are an answer and no fault. */
  readonly taken?: readonly number[];
}

export interface S3Answer {
  readonly status: number;
  readonly etag: string;
  readonly body: Buffer;
}

/** One bucket of one store: signed requests, each tried a few times where that can help. */
export interface S3Client {
  /** "s3://acme/descope/latest.json at s3.example.com", for people. */
  placeOf(key: string): string;
  ask(request: S3Request): Promise<S3Answer>;
  /** Hands the bytes of an object on as they come, once; undefined where there is no such object. */
  read(key: string, take: (bytes: Uint8Array) => Promise<void>): Promise<'read' | 'missing'>;
}

export function openS3(
  place: S3Place,
  { id, secret, token }: S3Credentials,
  { agent, times = usualTimes }: S3Route,
  signal: AbortSignal,
): S3Client {
  const { bucket, endpoint, region, style } = place;
  const { connectMs, idleMs, firstPauseMs } = times;
  const base = new URL(endpoint);
  const placeOf = (key: string): string => `s3://${bucket}/${key} at ${base.host}`;
  const http = got.extend({
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    ...(agent !== undefined && { agent }),
    timeout: { connect: connectMs, secureConnect: connectMs, lookup: connectMs, socket: idleMs, response: idleMs },
    https: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
  });

  const urlOf = (key: string, query: Readonly<Record<string, string>> = {}): string => {
    const url = new URL(base);
    const path = key.split('/').map(encodeURIComponent).join('/');
    if (style === 'host') {
      url.hostname = `${bucket}.${url.hostname}`;
    }
    url.pathname = `${url.pathname.replace(/\/$/, '')}${style === 'host' ? '' : `/${bucket}`}/${path}`;
    Object.entries(query).forEach(([name, value]) => url.searchParams.set(name, value));
    return url.href;
  };
  const signed = async ({ method, key, query, headers, body }: S3Request): Promise<Signed> => {
    const url = urlOf(key, query);
    const hash = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const signer = new AwsV4Signer({
      method,
      url,
      headers: { ...headers, 'x-amz-content-sha256': hash },
      accessKeyId: id,
      secretAccessKey: secret.reveal(),
      ...(token !== undefined && { sessionToken: token.reveal() }),
      service: 's3',
      region,
    });
    return { url, headers: Object.fromEntries((await signer.sign()).headers) };
  };

  const once = async (request: S3Request): Promise<S3Answer> => {
    const { method, key, body, taken = [] } = request;
    const told = placeOf(key);
    const { url, headers } = await signed(request);
    const tooLarge = new AbortController();
    const sent = http(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': String(body.byteLength) }) },
      ...(body !== undefined && { body }),
      responseType: 'buffer',
      signal: AbortSignal.any([signal, tooLarge.signal]),
    });
    void sent.on('downloadProgress', ({ transferred }) => {
      if (transferred > mostBytes) {
        tooLarge.abort();
      }
    });
    const {
      statusCode: status,
      headers: found,
      body: bytes,
    } = await sent.catch((thrown: unknown) => {
      throwIfCancelled(signal);
      if (tooLarge.signal.aborted) {
        throw new AbortError(new ConnectorError('upstream-contract', `${told}: the answer is larger than it can be`));
      }
      throw faultOfNetwork(told, thrown);
    });
    // S3 may begin to answer a long request with 200, and find out later.
    const isFault = status >= 300 || (status === 200 && method === 'POST' && codeIn(bytes) !== undefined);
    if (isFault && !taken.includes(status)) {
      throw mended(faultOfAnswer(told, status, bytes), status);
    }
    return { status, etag: found.etag ?? '', body: Buffer.from(bytes) };
  };
  const ask = async (request: S3Request): Promise<S3Answer> =>
    await again(signal, firstPauseMs, async () => await once(request));

  return {
    placeOf,
    ask,
    read: async (key, take) => {
      const told = placeOf(key);
      const { url, headers } = await signed({ method: 'GET', key });
      const stream = http.stream(url, { headers, signal });
      let status = 0;
      stream.once('response', ({ statusCode }: { readonly statusCode: number }) => (status = statusCode));
      const head: Uint8Array[] = [];
      try {
        for await (const bytes of stream as AsyncIterable<Uint8Array>) {
          if (status === 200) {
            await take(bytes);
          } else if (head.length === 0) {
            head.push(bytes);
          }
        }
      } catch (thrown) {
        throwIfCancelled(signal);
        throw thrown instanceof ConnectorError ? thrown : faultOfNetwork(told, thrown);
      }
      const body = Buffer.concat(head);
      if (status === 404 && codeIn(body) !== 'NoSuchBucket') {
        return 'missing';
      }
      if (status !== 200) {
        throw faultOfAnswer(told, status, body);
      }
      return 'read';
    },
  };
}

interface Signed {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** What is the same at the next try ends the tries. */
function mended(fault: ConnectorError, status: number): Error {
  return status === 429 || (status >= 500 && status !== 501) || status === 200 ? fault : new AbortError(fault);
}

/** Does something a few times, as long as it fails in a way that may be over soon. */
async function again<T>(signal: AbortSignal, firstPauseMs: number, work: () => Promise<T>): Promise<T> {
  try {
    return await pRetry(work, {
      retries: tries - 1,
      minTimeout: firstPauseMs,
      factor: 2,
      randomize: true,
      signal,
      shouldRetry: ({ error }) => error instanceof ConnectorError && error.kind !== 'cancelled',
    });
  } catch (thrown) {
    throwIfCancelled(signal);
    throw thrown;
  }
}
