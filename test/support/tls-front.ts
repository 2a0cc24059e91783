import { request } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { createServer as createPlainServer, type Server, type Socket } from 'node:net';

/** A server on loopback in front of an embedded project, or of nothing. */
export interface Front extends AsyncDisposable {
  readonly baseUrl: string;
  /** Where answers come from; may be told later than the server begins. */
  forwardTo(baseUrl: string): void;
  readonly connections: () => number;
}

/** Speaks TLS, and hands every request on. `cutAfterBytes` ends an answer's connection in its middle. */
export function tlsFront(
  options: ServerOptions,
  { cutAfterBytes }: { readonly cutAfterBytes?: number } = {},
): Promise<Front> {
  let target = '';
  const server = createServer(options, (incoming, outgoing) => {
    const onward = request(
      `${target}${incoming.url ?? ''}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        let sent = 0;
        answer.on('data', (bytes: Buffer) => {
          sent += bytes.length;
          if (cutAfterBytes !== undefined && sent > cutAfterBytes) {
            outgoing.write(bytes.subarray(0, bytes.length / 2), () => outgoing.socket?.destroy());
            answer.destroy();
          } else {
            outgoing.write(bytes);
          }
        });
        answer.on('end', () => outgoing.end());
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on('tlsClientError', () => undefined);
  return listen(server, (baseUrl) => {
    target = baseUrl;
  });
}

/** Whatever is done with a bare connection. */
export function bareFront(onConnection: (socket: Socket) => void): Promise<Front> {
  return listen(
    createPlainServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    }),
    () => undefined,
  );
}

async function listen(server: Server, forwardTo: (baseUrl: string) => void): Promise<Front> {
  let connections = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number }; // it listens on TCP
  return {
    baseUrl: `https://localhost:${port}`,
    forwardTo,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
