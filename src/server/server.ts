import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { ConnectorError } from '../errors.ts';
import { Health } from '../gen/grpc/health/v1/health_pb.ts';
import { silentLogger } from '../log.ts';
import { type ListenHost, parseListenAddress } from '../listen-address.ts';
import { isLoopbackHost } from '../loopback.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import type { HandlerOptions } from './handlers.ts';
import { addReflection } from './reflection.ts';
import { addServices } from './services.ts';
import { rotatingCredentials, type TlsFiles } from './tls.ts';

/** What Go clients accept and send at most, by default. */
const maxMessageBytes = 4 * 1024 * 1024;
/** All workers of a platform share one connection. */
const maxConcurrentStreams = 1_000;

export interface ServerOptions extends HandlerOptions {
  readonly surface: ConnectorSurface;
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly listen: string;
  /** Mutual TLS. Without it only a loopback address may be listened on. */
  readonly tls?: TlsFiles;
}

export interface RunningServer {
  /** `host:port` as it was bound: what a client dials. */
  readonly address: string;
  /**
   * What health says of the whole, under the empty name. The services keep their own SERVING: they can answer, if only with
   * an error that says why.
   */
  setHealthy(isHealthy: boolean): void;
  /** Health turns, no new calls; those in flight may finish within the grace period, then they are cut off. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts the gRPC service, with health (grpc.health.v1) and reflection. Plaintext is for loopback addresses only: anything
 * else is refused before the port opens.
 */
export async function startServer({ surface, listen, tls, logger = silentLogger, ...hooks }: ServerOptions): Promise<RunningServer> {
  const { written: host, port } = checkListen(listen, tls !== undefined);
  setLogVerbosity(logVerbosity.NONE); // what goes wrong is told by whoever handles it, in one line of ours
  const rotating = tls === undefined ? undefined : rotatingCredentials(tls, logger);
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': maxConcurrentStreams,
  });
  const services = addServices(server, surface, { logger, ...hooks });
  const named = ['', Health.typeName, ...services.map(({ typeName }) => typeName)];
  const health = new HealthImplementation(Object.fromEntries(named.map((name) => [name, 'SERVING' as const])));
  health.addToServer(server);
  addReflection(server, [...services, Health]);
  const bound = await bind(server, `${host}:${port}`, rotating?.credentials ?? ServerCredentials.createInsecure()).catch((thrown: unknown) => {
    rotating?.close();
    throw thrown;
  });
  logger.info('listening', { address: `${host}:${bound}`, tls: tls !== undefined });

  let isStopping = false;
  return {
    address: `${host}:${bound}`,
    setHealthy: (isHealthy) => {
      if (!isStopping) {
        health.setStatus('', isHealthy ? 'SERVING' : 'NOT_SERVING');
      }
    },
    stop: async (graceMs = 20_000) => {
      isStopping = true;
      named.forEach((name) => health.setStatus(name, 'NOT_SERVING'));
      await shutDown(server, graceMs);
      rotating?.close();
    },
  };
}

function shutDown(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // tryShutdown has been seen to hang on a stuck client (grpc-node#1458): the timer has the last word.
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}

/** The host and port to listen on, or the `config` error that starting the server would end with. */
export function checkListen(listen: string, hasTls: boolean): ListenHost & { readonly port: number } {
  const address = parseListenAddress(listen);
  if ('flaw' in address) {
    throw new ConnectorError('config', `--listen ${address.flaw}`);
  }
  if (!hasTls && !isLoopbackHost(address.host)) {
    const own = address.host.includes(':') ? '[::1]' : '127.0.0.1';
    throw new ConnectorError(
      'config',
      `refusing to listen on ${listen} without TLS: whoever reaches the port could read every user; give --tls-cert, --tls-key and --tls-client-ca, or listen on ${own}:${address.port}`,
    );
  }
  return address;
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) {
        resolve(port);
      } else {
        server.forceShutdown();
        reject(new ConnectorError('local-io', `cannot listen on ${address}: ${/EADDRINUSE/.test(error.message) ? 'the port is taken' : error.message}; choose another with --listen`));
      }
    });
  });
}
