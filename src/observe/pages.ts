import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectorError } from '../errors.ts';
import { osReason, portReasons } from '../os-reasons.ts';
import { type ListenHost, parseListenHost } from '../listen-address.ts';
import type { Metrics } from './metrics.ts';

export interface PagesOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly health: {
    readonly isReady: boolean;
    report(): { readonly status: 'ok' | 'failing' | 'starting' | 'stopping'; readonly timestamp: string };
  };
  readonly metrics: Pick<Metrics, 'render' | 'contentType'>;
  /** What is answered on the same port besides. */
  readonly more?: MorePages | undefined;
  /**
   * Looks at connections before they are taken for HTTP. Answers what ends those that are not taken yet.
   */
  readonly door?: ((server: Server) => () => void) | undefined;
}

/** Answers under paths of its own. */
export interface MorePages {
  readonly paths: readonly string[];
  /** Answers a request; false for one that is not under these paths. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
}

/** The pages for probes and for Prometheus, over plain HTTP. */
export interface Pages {
  /** `http://host:port` as it was bound. */
  readonly url: string;
  close(): Promise<void>;
}

/** A request that takes longer than this to arrive is cut off. */
const requestTimeoutMs = 5_000;
/** Probes are few: more connections at once are a mistake, or held open on purpose. */
const maxConnections = 64;

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Serves /live, /ready, /health and /metrics. `local-io` when the address cannot be had. */
export async function startPages({ host: text, port, health, metrics, more, door }: PagesOptions): Promise<Pages> {
  const { host, written } = hostOf(text);
  const pages: Readonly<Record<string, () => Page | Promise<Page>>> = {
    '/live': () => json(200, { status: 'ok', timestamp: health.report().timestamp }),
    '/ready': () => {
      const { status, timestamp } = health.report();
      return json(health.isReady ? 200 : 503, { status: health.isReady ? 'ok' : status, timestamp });
    },
    '/health': () => {
      const report = health.report();
      return json(report.status === 'ok' ? 200 : 503, report);
    },
    '/metrics': async () => ({ status: 200, type: metrics.contentType, body: await metrics.render() }),
  };
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      keepAliveTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 8 * 1024,
    },
    answerWith(pages, more),
  );
  server.maxConnections = maxConnections;
  const endOpening = door?.(server);
  await listen(server, { host, written, port });
  const bound = server.address() as AddressInfo; // it listens on a port, not on a pipe
  return {
    url: `http://${written}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        endOpening?.();
      }),
  };
}

function answerWith(
  pages: Readonly<Record<string, () => Page | Promise<Page>>>,
  more: MorePages | undefined,
): RequestListener {
  return (request, response) => {
    if (more?.answer(request, response) === true) {
      return;
    }
    // What a caller sends need not be a URL: it is looked up as it stands, up to its query.
    const [path = ''] = (request.url ?? '').split(/[?#]/);
    const page = path.startsWith('/') ? pages[path] : undefined; // it begins with a slash: no name of Object's own
    void (async () => {
      const { status, type, body } =
        page === undefined
          ? notFound([...Object.keys(pages), ...(more?.paths ?? [])])
          : isRead(request.method)
            ? await page()
            : notAllowed;
      response.writeHead(status, {
        'content-type': type,
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
        ...(status === 405 && { allow: 'GET, HEAD' }),
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    })().catch(() => response.writeHead(500).end());
  };
}

function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD';
}

function json(status: number, body: object): Page {
  return { status, type: 'application/json', body: `${JSON.stringify(body, undefined, 2)}\n` };
}

const notAllowed: Page = { status: 405, type: 'text/plain', body: 'these pages are only read\n' };

function notFound(paths: readonly string[]): Page {
  return { status: 404, type: 'text/plain', body: `there is ${paths.join(', ')}\n` };
}

function hostOf(text: string): ListenHost {
  const parsed = parseListenHost(text);
  if ('flaw' in parsed) {
    throw new ConnectorError('config', `--health-check-bind-address ${parsed.flaw}`);
  }
  return parsed;
}

function listen(server: Server, { host, written, port }: ListenHost & { readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (thrown: NodeJS.ErrnoException) => {
      const reason = osReason(thrown, portReasons);
      reject(
        new ConnectorError(
          'local-io',
          `cannot serve the health pages on ${written}:${port}: ${reason}; choose another with --health-check-port or ` +
            '--health-check-bind-address, or give --health-check-port off',
        ),
      );
    });
    server.listen({ host, port, exclusive: true }, () => resolve());
  });
}
