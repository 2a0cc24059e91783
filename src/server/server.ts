import type { Http2Server } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { ConnectorError } from '../errors.ts';
import { Health } from '../gen/grpc/health/v1/health_pb.ts';
import { silentLogger } from '../log.ts';
import { type ListenHost, parseListenAddress } from '../listen-address.ts';
import { isLoopbackHost } from '../loopback.ts';
import { methodPath } from '../model/connector-services.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import { type ConnectionLimits, guardConnections } from './connections.ts';
import { answeredCodes } from './errors.ts';
import { callsUnderWay, type HandlerOptions } from './handlers.ts';
import { addReflection } from './reflection.ts';
import { createRefusals, type RefusalObserver } from './refusals.ts';
import { guardRequests, type RequestLimits } from './requests-in.ts';
import { addServices } from './services.ts';
import { addressOf, type InheritedListener, serveInherited } from './inherited.ts';
import { credentialsOf, type WatchedCertificates } from './tls.ts';

/** What Go clients accept and send at most, by default. */
const maxMessageBytes = 4 * 1024 * 1024;
/** All workers of a platform share one connection; what is beyond waits at the caller's. */
const maxConcurrentStreams = 250;
/** A connection without calls is closed after this; a client opens another one for its next call. */
const idleConnectionMs = 5 * 60_000;
/** One whose other end does not even answer a ping is dead. */
const pingEveryMs = 60_000;
const pingTimeoutMs = 20_000;
/** What was answered last has so long to arrive before connections are cut. */
const flushMs = 1_000;

export interface ServerOptions extends HandlerOptions {
  readonly surface: ConnectorSurface;
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly listen: string;
  /** Mutual TLS; whoever watches the files closes them. Without it only a loopback address may be listened on. */
  readonly tls?: WatchedCertificates;
  /** Serves on this socket instead, which is open already; `listen` and `tls` do not matter then. */
  readonly inherited?: InheritedListener;
  readonly onRefused?: RefusalObserver;
  /** Others than the usual ones, for tests. */
  readonly connectionLimits?: ConnectionLimits;
  readonly requestLimits?: RequestLimits;
}

export interface RunningServer {
  /** `host:port` as it was bound: what a client dials. */
  readonly address: string;
  /**
   * The paths of the calls that are answered, as an observer of calls is told them, and the codes that they can end
   * with.
   */
  readonly calls: { readonly paths: readonly string[]; readonly codes: readonly string[] };
  /**
   * What health says of the whole, under the empty name. The services keep their own SERVING: they can answer, if only
   * with an error that says why.
   */
  setHealthy(isHealthy: boolean): void;
  /**
   * Health turns, no new calls; those in flight may finish within the grace period, then they are cut off. Nothing else
   * is waited for: watchers of health, silent connections and half-sent requests end at once.
   */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts the gRPC service, with health (grpc.health.v1) and reflection. Plaintext is for loopback addresses only:
 * anything else is refused before the port opens.
 */
export async function startServer({
  surface,
  listen,
  tls,
  inherited,
  logger = silentLogger,
  onRefused,
  connectionLimits,
  requestLimits,
  ...hooks
}: ServerOptions): Promise<RunningServer> {
  if (inherited === undefined) {
    checkListen(listen, tls !== undefined);
  }
  setLogVerbosity(logVerbosity.NONE); // what goes wrong is told by whoever handles it, in one line of ours
  const credentials = tls === undefined ? ServerCredentials.createInsecure() : credentialsOf(tls);
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': maxConcurrentStreams,
    'grpc.max_connection_idle_ms': idleConnectionMs,
    'grpc.keepalive_time_ms': pingEveryMs,
    'grpc.keepalive_timeout_ms': pingTimeoutMs,
  });
  const calls = callsUnderWay();
  const services = addServices(server, surface, { logger, ...hooks, calls });
  const named = ['', Health.typeName, ...services.map(({ typeName }) => typeName)];
  const health = new HealthImplementation(Object.fromEntries(named.map((name) => [name, 'SERVING' as const])));
  health.addToServer(server);
  addReflection(server, [...services, Health]);
  const { address, close } =
    inherited !== undefined
      ? { address: addressOf(inherited.listener), close: serveInherited(server, inherited) }
      : await openPort(server, checkListen(listen, tls !== undefined), credentials);
  const refusals = createRefusals(logger, onRefused);
  const endSilent = http2ServersOf(server).map((http2) => {
    guardRequests(http2, refusals, requestLimits);
    return guardConnections(http2, refusals, connectionLimits);
  });
  logger.info('listening', { address, tls: tls !== undefined || inherited !== undefined });

  let isStopping = false;
  return {
    address,
    calls: { paths: pathsOf(services), codes: answeredCodes },
    setHealthy: (isHealthy) => {
      if (!isStopping) {
        health.setStatus('', isHealthy ? 'SERVING' : 'NOT_SERVING');
      }
    },
    stop: async (graceMs = 20_000) => {
      isStopping = true;
      named.forEach((name) => health.setStatus(name, 'NOT_SERVING'));
      endSilent.forEach((end) => end());
      close();
      await shutDown(server, calls.idle(), graceMs);
      endSilent.forEach((end) => end());
      refusals.close();
    },
  };
}

function pathsOf(services: ReturnType<typeof addServices>): readonly string[] {
  return services.flatMap(({ methods }) =>
    methods.filter(({ methodKind }) => methodKind === 'unary').map((method) => methodPath(method)),
  );
}

/**
 * Ends when the last call has been answered, or when the grace period is over; connections that are left are then
 * closed.
 */
async function shutDown(server: Server, idle: Promise<void>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  const grace = new AbortController();
  // tryShutdown waits for every stream, also for one that only watches, and has been seen to hang on a stuck client
  // (grpc-node#1458).
  const answered = idle.then(() => wait(flushMs));
  await Promise.race([closed, answered, wait(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
  grace.abort();
  server.forceShutdown();
}

/** The HTTP/2 servers beneath: grpc-js offers no other way to look at connections, and a test holds it to this one. */
function http2ServersOf(server: Server): readonly Http2Server[] {
  const servers: unknown = Reflect.get(server, 'http2Servers');
  if (!(servers instanceof Map) || servers.size === 0) {
    throw new Error('grpc-js keeps its HTTP/2 servers elsewhere: connections could not be bounded');
  }
  return [...servers.keys()] as Http2Server[]; // that is what it keeps there
}

async function openPort(
  server: Server,
  { written: host, port }: ReturnType<typeof checkListen>,
  credentials: ServerCredentials,
): Promise<{ readonly address: string; readonly close: () => void }> {
  const bound = await bind(server, `${host}:${port}`, credentials);
  return { address: `${host}:${bound}`, close: () => undefined };
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
      `refusing to listen on ${listen} without TLS: whoever reaches the port could read every user; give --tls-cert, ` +
        `--tls-key and --tls-client-ca, or listen on ${own}:${address.port}`,
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
        reject(
          new ConnectorError(
            'local-io',
            `cannot listen on ${address}: ${/EADDRINUSE/.test(error.message) ? 'the port is taken' : error.message}; choose ` +
              'another with --listen',
          ),
        );
      }
    });
  });
}
