import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, whereItBroke } from '../log.ts';
import { isLoopbackHost } from '../loopback.ts';
import { endpoints } from './endpoints.ts';
import { openApiDocument } from './document.ts';
import { type Problem, problemBody } from './problem.ts';
import { isCertified } from './mutual-tls.ts';
import { askedOf, endpointOf } from './request.ts';
import { createThreads, type Threads } from './threads.ts';

export interface ApiOptions {
  /** The store that is asked; it need not be there yet. */
  readonly store: string;
  /**
   * Whether callers are on this machine only: then a page in a browser must not ask under a name of its own. Others
   * need mutual TLS.
   */
  readonly isLoopback: boolean;
  readonly logger: Logger;
  /** Told of each question that was answered or refused. */
  readonly onRequest?: ((endpoint: string, status: number, durationMs: number) => void) | undefined;
  readonly threads?: Threads;
}

/** Questions to a store over HTTP, and the document that describes them. */
export interface Api {
  readonly paths: readonly string[];
  /** Answers a request; false for a path that is none of the API. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  close(): Promise<void>;
}

const documentPath = '/openapi.json';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function createApi({ store, isLoopback, logger, onRequest, threads = createThreads() }: ApiOptions): Api {
  let document: string | undefined;

  async function answerOf(request: IncomingMessage, path: string, signal: AbortSignal): Promise<Answer> {
    const { method, headers, url = '' } = request;
    if (isLoopback && !isLoopbackHost((headers.host ?? '').replace(/:\d+$/, ''))) {
      return refusal({
        status: 421,
        code: 'host',
        detail:
          'this answers on the loopback address only, under its own name: ask http://127.0.0.1 or http://localhost',
      });
    }
    if (!isLoopback && !isCertified(request)) {
      return refusal({
        status: 403,
        code: 'tls',
        detail: 'this answers over mutual TLS only: ask https://, with a certificate of the CA that is trusted here',
      });
    }
    if (method !== 'GET' && method !== 'HEAD') {
      const told = refusal({ status: 405, code: 'method', detail: 'questions are asked with GET' });
      return { ...told, headers: { ...told.headers, allow: 'GET, HEAD' } };
    }
    if (path === documentPath) {
      document ??= `${JSON.stringify(openApiDocument())}\n`;
      return { status: 200, type: 'application/json', body: document };
    }
    const name = endpointOf(path);
    if (name === undefined) {
      return refusal({
        status: 404,
        code: 'not-found',
        detail: `there is ${Object.keys(endpoints).join(', ')} and ${documentPath}`,
      });
    }
    const asked = askedOf(name, path, new URL(url, 'http://localhost').searchParams);
    if ('status' in asked) {
      return refusal(asked);
    }
    const told = await threads.ask({ store, asked }, signal);
    if ('problem' in told) {
      return refusal(told.problem);
    }
    if ('bug' in told) {
      throw Object.assign(new Error('an answer broke'), { stack: told.bug });
    }
    return { status: 200, type: 'application/json', body: told.body };
  }

  async function tell(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const startedAt = performance.now();
    const given = new AbortController();
    response.once('close', () => given.abort());
    const {
      status,
      type,
      body,
      headers = {},
    } = await answerOf(request, path, given.signal).catch((thrown: unknown): Answer => {
      logger.error('an answer of the API broke', whereItBroke(thrown));
      return refusal({ status: 500, code: 'internal', detail: 'internal error: the log says where' });
    });
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    const endpoint = path === documentPath ? path : (endpointOf(path) ?? 'none'); // never what a caller made up
    const durationMs = Math.round(performance.now() - startedAt);
    onRequest?.(endpoint, status, durationMs);
    logger.info('answered', { endpoint, code: status, durationMs });
  }

  return {
    paths: [...Object.keys(endpoints), documentPath],
    answer: (request, response) => {
      const [path = ''] = (request.url ?? '').split(/[?#]/);
      if (path !== documentPath && !path.startsWith('/v1/')) {
        return false;
      }
      void tell(request, response, path);
      return true;
    },
    close: async () => await threads.close(),
  };
}

function refusal(problem: Problem): Answer {
  return {
    status: problem.status,
    type: 'application/problem+json',
    body: problemBody(problem),
    headers: problem.retryAfter === undefined ? {} : { 'retry-after': String(problem.retryAfter) },
  };
}
