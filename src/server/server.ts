import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { isLoopbackHost } from '../loopback.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import type { CallObserver } from './handlers.ts';
import { addServices } from './services.ts';

/** What Go clients accept and send at most, by default. */
const maxMessageBytes = 4 * 1024 * 1024;
/** All workers of a platform share one connection. */
const maxConcurrentStreams = 1_000;

export interface ServerOptions {
  readonly surface: ConnectorSurface;
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly listen: string;
  readonly logger?: Logger;
  readonly onCall?: CallObserver;
}

export interface RunningServer {
  /** `host:port` as it was bound: what a client dials. */
  readonly address: string;
  /** No new calls; those in flight may finish within the grace period, then they are cut off. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts the gRPC service. Plaintext is for loopback addresses only: anything else is refused before the port opens. */
export async function startServer({ surface, listen, logger = silentLogger, onCall }: ServerOptions): Promise<RunningServer> {
  const { host, port } = parseListen(listen);
  if (!isLoopbackHost(host)) {
    throw new ConnectorError(
      'config',
      `refusing to listen on ${listen} without TLS: whoever reaches the port could read every user; use a loopback address such as 127.0.0.1:${port}`,
    );
  }
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': maxConcurrentStreams,
  });
  addServices(server, surface, { logger, ...(onCall !== undefined && { onCall }) });
  const bound = await bind(server, `${host}:${port}`);
  logger.info('listening', { address: `${host}:${bound}` });

  return {
    address: `${host}:${bound}`,
    stop: (graceMs = 20_000) =>
      new Promise((resolve) => {
        // tryShutdown has been seen to hang on a stuck client (grpc-node#1458): the timer has the last word.
        const force = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, graceMs);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}

/** Splits `HOST:PORT`; an IPv6 host stands in brackets. */
function parseListen(listen: string): { readonly host: string; readonly port: number } {
  const [, host, digits] = /^(\[[0-9a-fA-F:]+\]|[^\s:[\]]+):(\d{1,5})$/.exec(listen) ?? [];
  const port = Number(digits);
  if (host === undefined || !(port <= 65_535)) {
    throw new ConnectorError('config', `--listen must look like 127.0.0.1:9090, not ${JSON.stringify(listen)}`);
  }
  return { host, port };
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) {
        resolve(port);
      } else {
        server.forceShutdown();
        reject(new ConnectorError('local-io', `cannot listen on ${address}: ${/EADDRINUSE/.test(error.message) ? 'the port is taken' : error.message}; choose another with --listen`));
      }
    });
  });
}
