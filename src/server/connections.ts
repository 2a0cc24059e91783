import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { DropArgument, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Refusals } from './refusals.ts';
import { describeTlsRefusal, peerOf } from './tls-refusal.ts';

export interface ConnectionLimits {
  /** Connections at once. All workers of a platform share one. */
  readonly connections: number;
  /**
   * Of these, such as have not said yet that they speak HTTP/2, or are in the TLS handshake. The oldest makes room for
   * the next.
   */
  readonly opening: number;
  /** How long that may take. */
  readonly openingMs: number;
}

export const usualConnectionLimits: ConnectionLimits = { connections: 256, opening: 64, openingMs: 10_000 };

/**
 * Watches the connections of an HTTP/2 server: bounds how many there are, ends those that stay silent, and tells what
 * was refused. Answers what ends all that have not begun to speak, which nothing else waits for or closes.
 */
export function guardConnections(
  server: Http2Server,
  refusals: Refusals,
  limits: ConnectionLimits = usualConnectionLimits,
): () => void {
  /** In the order in which they came, by the address of the caller. */
  const opening = new Map<string, { readonly socket: Socket; readonly timer: NodeJS.Timeout }>();
  server.maxConnections = limits.connections;

  function opened(address: string): void {
    clearTimeout(opening.get(address)?.timer);
    opening.delete(address);
  }

  function end(address: string): void {
    const socket = opening.get(address)?.socket;
    opened(address);
    socket?.destroy();
  }

  server.prependListener('connection', (socket: Socket) => {
    const address = peerOf(socket);
    const timer = setTimeout(() => {
      refusals.tell(
        'silent',
        address,
        `nothing of HTTP/2 within ${limits.openingMs / 1_000} s, ${socket.bytesRead} bytes in all`,
      );
      end(address);
    }, limits.openingMs).unref();
    opening.set(address, { socket, timer });
    socket.once('close', () => opened(address));
    const [oldest] = opening.size > limits.opening ? opening.keys() : [];
    if (oldest !== undefined) {
      refusals.tell(
        'crowded',
        oldest,
        `more than ${limits.opening} connections have not begun to speak; the oldest was closed`,
      );
      end(oldest);
    }
  });
  server.on('session', (session: ServerHttp2Session) => {
    const address = peerOf(session.socket);
    session.once('remoteSettings', () => opened(address));
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const refusal = describeTlsRefusal(error, socket);
    if (refusal !== undefined) {
      refusals.tell('tls', refusal.address, refusal.reason);
    }
  });
  server.on('drop', (dropped: DropArgument | undefined) => {
    refusals.tell('crowded', peerOf(dropped ?? {}), `${limits.connections} connections are open already`);
  });
  return () => [...opening.keys()].forEach(end);
}
