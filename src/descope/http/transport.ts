import { randomUUID } from 'node:crypto';
import { isKind } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { version } from '../../version.ts';
import { maxBodyBytes, usualMaxResponseMiB } from './body-limit.ts';
import { acceptedEncodings, unpack } from './content-encoding.ts';
import type { Endpoint } from './endpoint.ts';
import { AttemptFailed, failureOfStatus, shapeError } from './errors.ts';
import { ExchangeFault } from './exchange-faults.ts';
import { createExchange, type Deadlines, type Exchanged } from './exchange.ts';
import { parseBody } from './json-body.ts';
import { bodyTooLarge, networkFailure } from './network-failures.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { Route } from './route.ts';

const usualDeadlines: Deadlines = { connectMs: 10_000, headersMs: 30_000, bodyIdleMs: 15_000, attemptMs: 60_000 };

export interface TransportOptions {
  readonly baseUrl: string;
  readonly projectId: string;
  readonly managementKey: () => Secret;
  /** For calls that are about the company; the management key where it is left out. */
  readonly companyKey?: () => Secret;
  /** The usual ones when left out; tests have shorter ones. */
  readonly deadlines?: Deadlines;
  /** The size limit that body-limit.ts applies. */
  readonly maxResponseMiB?: number;
  /** Proxies and CAs; a direct way and Node's own CAs when left out. */
  readonly route?: Route;
}

export interface HttpRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
  /** Leaves the body of a success unparsed; `parseBody` parses it later. */
  readonly isParsedLater?: boolean;
  /**
   * Parses the body of a success; `JSON.parse` when left out. Throws SyntaxError or TypeError where it is not whole
   * JSON.
   */
  readonly parse?: (body: Uint8Array) => unknown;
}

/**
 * A 200: its parsed JSON (or its body, where that is parsed later), and the server's own clock (epoch ms, when it sent
 * a Date header).
 */
export interface HttpAnswer {
  readonly json: unknown;
  readonly body: Uint8Array;
  readonly serverTimeMs: number | undefined;
}

/** Sends one attempt, without any retry. Throws AttemptFailed, or `cancelled`. */
export type Send = (endpoint: Endpoint, request: HttpRequest, signal?: AbortSignal) => Promise<HttpAnswer>;

export function createTransport({
  baseUrl,
  projectId,
  managementKey,
  companyKey = managementKey,
  deadlines = usualDeadlines,
  maxResponseMiB = usualMaxResponseMiB(),
  route = {},
}: TransportOptions): Send {
  const exchange = createExchange(deadlines, route);
  const sameHeaders = {
    accept: 'application/json',
    'accept-encoding': acceptedEncodings,
    'user-agent': `baton-descope/${version}`,
    'x-descope-project-id': projectId,
  };

  async function attempt(
    endpoint: Endpoint,
    { query, json, requestId }: HttpRequest,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<Exchanged> {
    const { method, path, isOfCompany = false } = endpoint;
    const key = isOfCompany ? companyKey() : managementKey();
    const url = new URL(`${baseUrl}${path}`);
    url.search = new URLSearchParams(query).toString();
    const request = {
      url: url.href,
      method,
      maxBytes: limit,
      headers: {
        ...sameHeaders,
        authorization: `Bearer ${projectId}:${key.reveal()}`,
        'x-external-rid': requestId ?? randomUUID(),
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    };
    try {
      return await exchange(request, signal);
    } catch (thrown) {
      if (thrown instanceof ExchangeFault && thrown.code === 'BODY_TOO_LARGE') {
        throw bodyTooLarge(endpoint, limit);
      }
      throw isKind(thrown, 'cancelled') ? thrown : networkFailure(endpoint, thrown, deadlines.bodyIdleMs, route.proxy);
    }
  }

  return async (endpoint, request, signal) => {
    const limit = maxBodyBytes(endpoint, maxResponseMiB);
    const { status, headers, body: packed } = await attempt(endpoint, request, limit, signal);
    const body = await unpack(endpoint, packed, [headers['content-encoding'] ?? ''].flat().join(', '), limit);
    const serverTimeMs = parseDate(first(headers['date']));
    if (status < 200 || status > 299) {
      throw new AttemptFailed(
        failureOfStatus(
          endpoint,
          status,
          Buffer.from(body).toString('utf8'),
          parseRetryAfter(first(headers['retry-after']), serverTimeMs),
        ),
      );
    }
    if (status !== 200) {
      throw new AttemptFailed({ error: shapeError(endpoint, `status ${status} instead of 200`), retry: 'never' });
    }
    return {
      json: request.isParsedLater === true ? undefined : parseBody(endpoint, body, request.parse),
      body,
      serverTimeMs,
    };
  };
}

function first(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header;
}

const year1971 = 31_536_000_000;
const year9999 = 253_370_764_800_000;

/** Undefined for a server clock that was never set, or is set to the end of time. */
function parseDate(header: string | undefined): number | undefined {
  const time = header === undefined ? Number.NaN : Date.parse(header);
  return time >= year1971 && time < year9999 ? time : undefined;
}
