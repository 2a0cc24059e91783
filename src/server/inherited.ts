import { createServer, type Server as NetServer } from 'node:net';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import { osCode } from '../os-reasons.ts';
import type { PemIdentity } from './child-config.ts';

/** A listening socket that the process was started with, and who we are to whoever connects. */
export interface InheritedListener {
  readonly listener: NetServer;
  readonly identity: PemIdentity;
}

/**
 * Takes the listening socket over that stands at a file descriptor. Errors: `config` when there is none, or when it does
 * not listen on the port that its owner names.
 */
export async function openInherited(fd: number, port: number): Promise<NetServer> {
  const listener = createServer();
  await new Promise<void>((resolve, reject) => {
    listener.once('error', (error) =>
      reject(
        new ConnectorError(
          'config',
          `file descriptor ${fd} is no socket to listen on (${osCode(error)}): the program that starts this one hands it down`,
        ),
      ),
    );
    listener.listen({ fd }, resolve);
  });
  const address = listener.address();
  const found = typeof address === 'object' && address !== null ? address.port : undefined;
  if (found !== port) {
    listener.close();
    throw new ConnectorError(
      'config',
      `the socket that was handed down listens on ${found === undefined ? 'no port' : `port ${found}`}, and the ` +
        `configuration names port ${port}`,
    );
  }
  return listener;
}

/**
 * Serves what connects to the listener, over mutual TLS, which Node begins at version 1.2, for HTTP/2 alone. Answers
 * what closes it.
 */
export function serveInherited(
  server: Server,
  { listener, identity: { ca, cert, key } }: InheritedListener,
): () => void {
  const credentials = ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true);
  const injector = server.createConnectionInjector(credentials);
  listener.on('connection', (socket) => injector.injectConnection(socket));
  return () => void listener.close();
}

/** "127.0.0.1:34567", as it is dialled. */
export function addressOf(listener: NetServer): string {
  const address = listener.address();
  if (typeof address !== 'object' || address === null) {
    return 'unknown';
  }
  return `${address.address.includes(':') ? `[${address.address}]` : address.address}:${address.port}`;
}
