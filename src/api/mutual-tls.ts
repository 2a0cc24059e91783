import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, TLSSocket } from 'node:tls';
import type { Refusals } from '../server/refusals.ts';
import { describeTlsRefusal } from '../server/tls-refusal.ts';
import type { WatchedCertificates } from '../server/tls.ts';

export interface MutualTlsOptions {
  readonly certificates: WatchedCertificates;
  readonly refusals: Pick<Refusals, 'tell'>;
  /** How long a caller may take to say which protocol it speaks, and again for the handshake. */
  readonly openingMs?: number;
}

/** The first byte of a TLS connection: a record of the handshake. No method of HTTP begins with it. */
const handshakeRecord = 0x16;

/**
 * Has an HTTP server take mutual TLS on its port, too: a caller without a certificate of the CA is refused in the
 * handshake. Plain HTTP goes on; {@link isCertified} tells which one a request came over. Answers what ends the
 * connections that have not begun to speak, which nothing else closes.
 */
export function addMutualTls(
  server: Server,
  { certificates, refusals, openingMs = 5_000 }: MutualTlsOptions,
): () => void {
  const opening = new Set<Socket>();
  const speakHttp = server.listeners('connection') as ((socket: Socket) => void)[]; // what an HTTP server listens with
  server.removeAllListeners('connection');
  const hand = (socket: Socket): void => speakHttp.forEach((listener) => listener.call(server, socket));

  const secure = createServer({
    ...pemOf(certificates),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: openingMs,
  });
  certificates.onChange(() => secure.setSecureContext(pemOf(certificates))); // also ends what was resumable
  secure.on('secureConnection', hand);
  secure.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const refusal = describeTlsRefusal(error, socket);
    if (refusal !== undefined) {
      refusals.tell('tls', refusal.address, refusal.reason);
    }
    socket.destroy(); // one whose handshake took too long would stay open
  });

  server.on('connection', (socket: Socket) => {
    const end = (): void => void socket.destroy();
    opening.add(socket);
    socket.once('close', () => opening.delete(socket));
    socket.on('error', end); // whoever goes away before it has spoken
    socket.setTimeout(openingMs, end);
    socket.once('readable', () => {
      const begun = socket.read() as Buffer | null; // no encoding was set
      socket.setTimeout(0);
      socket.off('timeout', end);
      if (begun === null) {
        socket.destroy();
        return;
      }
      socket.unshift(begun);
      if (begun[0] === handshakeRecord) {
        secure.emit('connection', socket);
      } else {
        opening.delete(socket);
        hand(socket);
      }
    });
  });
  return () => opening.forEach((socket) => socket.destroy());
}

/** Whether a request came over TLS, from a caller whose certificate comes from the CA. */
export function isCertified({ socket }: Pick<IncomingMessage, 'socket'>): boolean {
  return socket instanceof TLSSocket && socket.authorized;
}

function pemOf(certificates: WatchedCertificates): SecureContextOptions {
  const { certificate: cert, privateKey: key, caCertificate: ca } = certificates.current();
  return { cert, key, ca };
}
